export interface SettingsView {
  readonly settings: readonly {
    readonly name: string;
    readonly kind: string;
    readonly value: string | number | boolean | null;
    readonly standard: string | number | boolean | null;
    readonly rules: readonly string[];
    readonly about?: string;
    /** Absent of a change by SQL that no run has seen yet. */
    readonly changedAt?: string;
    /** A person; `sql` for whoever changed it in the warehouse. */
    readonly changedBy?: string;
    /** Of that change. */
    readonly reason?: string;
  }[];
}
/** Changes of settings, the newest first. */
export interface SettingsHistoryView {
  readonly changes: readonly {
    readonly name: string;
    readonly at: string;
    /** A person; `sql` for whoever changed it in the warehouse, when it was seen; `setup` for the values that it starts with. */
    readonly by: string;
    readonly before: string | null;
    readonly after: string | null;
    readonly reason?: string;
  }[];
}

export interface SettingsOperations {
  settings: [input: Record<string, never>, output: SettingsView];
  'settings sql': [
    input: { readonly sql: string; readonly by: string; readonly reason?: string },
    output: SettingsHistoryView,
  ];
  'settings history': [input: { readonly name?: string }, output: SettingsHistoryView];
  'settings set': [
    input: { readonly name: string; readonly value: string; readonly by: string; readonly reason?: string },
    output: SettingsView,
  ];
}
