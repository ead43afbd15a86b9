/** A column that two tables have; where its types differ, exact numbers are compared as numbers and everything else as text. */
export interface ComparedColumn {
  readonly name: string;
  readonly here: string;
  readonly there: string;
}

export interface Comparison {
  /** A file that `snapshot` has made. */
  readonly file: string;
  readonly columns: readonly ComparedColumn[];
  /** Some of them; without any whole rows are compared. */
  readonly key: readonly string[];
  /** How many differences are wanted as they are. */
  readonly samples: number;
}

/** One row that is not the same in both. */
export interface RowDifference {
  readonly what: 'only here' | 'only there' | 'different';
  /** In the order of the columns; of a row that is not there all are null. */
  readonly here: readonly unknown[];
  readonly there: readonly unknown[];
}

/** Rows of two tables beside each other. NULL is like NULL, and not-a-number like itself. */
export interface Compared {
  /** `row` also where the key was given and is more than once in one of the tables. */
  readonly by: 'key' | 'row';
  readonly rows: { readonly here: number; readonly there: number };
  readonly onlyHere: number;
  readonly onlyThere: number;
  /** Of one key, with other values; none where whole rows are compared. */
  readonly different: number;
  /** Of those, by column. */
  readonly byColumn: readonly { readonly name: string; readonly rows: number }[];
  readonly differences: readonly RowDifference[];
}
