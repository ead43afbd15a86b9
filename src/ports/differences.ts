/** A file that could not be read, or that is none of the source's. */
export interface Bad {
  readonly path: string;
  readonly why: string;
  /** It breaks the contract of its source. */
  readonly breaks?: boolean;
}

/** Something in which files are not what their source declares, while it can be read all the same. */
export interface Difference {
  /** `new`: a column that is not declared. `gone`: one that is. `type`: no value of it can be read. */
  readonly how: 'new' | 'gone' | 'type';
  readonly column: string;
  /** The first file that has it so. */
  readonly path: string;
  /** What becomes of the values, for people. */
  readonly note: string;
}
export interface Drift extends Difference {
  /** The source's id. */
  readonly source: string;
  /** The run that met it first, and when it did. */
  readonly run: string;
  readonly since: string;
}
