/** A table beside the one of the same name in another environment. */
export interface DiffView {
  /** `catalog.schema.table`. */
  readonly table: string;
  /** The two environments. */
  readonly here: string;
  readonly there: string;
  readonly equal: boolean;
  readonly schema: readonly SchemaDifference[];
  /** `row`: it has no key, or one that is more than once in one of them; then rows are the same that say the same. */
  readonly by: 'key' | 'row';
  readonly key: readonly string[];
  readonly rows: {
    readonly here: number;
    readonly there: number;
    readonly onlyHere: number;
    readonly onlyThere: number;
    /** Of one key, with other values. */
    readonly different: number;
  };
  /** Of those, by column. */
  readonly columns: readonly { readonly name: string; readonly rows: number }[];
  readonly samples: readonly {
    readonly what: 'only here' | 'only there' | 'different';
    readonly key: Readonly<Record<string, JsonValue>>;
    /** Of a row that is in both those that differ, else all but the key. */
    readonly values: readonly { readonly column: string; readonly here?: JsonValue; readonly there?: JsonValue }[];
  }[];
}
/** `type`: as the engine stores it. `optional`, `key`: as the definition of the newest publication had them. */
export interface SchemaDifference {
  readonly what: 'column only here' | 'column only there' | 'type' | 'optional' | 'key';
  readonly column?: string;
  readonly here?: string;
  readonly there?: string;
}
type JsonValue = string | number | boolean | null | object;
