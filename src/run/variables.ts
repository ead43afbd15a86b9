/** What there is of a variable: `empty`, nothing but white space; `wrapped`, white space or quotes around it, which hardly anybody means. */
export type VariableState = 'set' | 'empty' | 'missing' | 'wrapped';

/** What uses a variable. */
export interface VariableUse {
  /** `source crm.users`, `state of prod`. */
  readonly by: string;
  /** In the environment that is open. */
  readonly isHere: boolean;
  /** It says what is meant where the variable is not set. */
  readonly hasStandard: boolean;
}

/** A variable that the configuration or a definition names, and never its value. */
export interface KnownVariable {
  readonly is: VariableState;
  readonly uses: readonly VariableUse[];
}
