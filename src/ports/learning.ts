import type { Columns, Sums, Vector } from '../columns/index.ts';
import type { Champion } from './models.ts';

export interface Vectors {
  readonly rows: number;
  readonly columns: Readonly<Record<string, Vector>>;
}

/**
 * A relation of a step that is made of rows and of what is computed from them here, some thousands at a time: the columns of the query, the output, and
 * `constant` columns that say the same in every row.
 */
export interface PredictedInput {
  readonly relation: string;
  readonly query: string;
  /** What is computed from, by name: as `vectors` gives them. */
  readonly columns: Columns;
  readonly output: Columns;
  readonly constants: Readonly<Record<string, string>>;
  /** For each output column a number for each row; NaN is none. */
  predict(columns: Vectors['columns'], rows: number): Readonly<Record<string, Float64Array>>;
}

/** How rows of a query are summed. */
export interface Summing {
  /** Rows that are alike in all of these columns are summed together; in their order. */
  readonly by: Columns;
  /**
   * Also sums of these numbers and of their products; each is NULL in all rows that are summed together, or in none. They are finite, none is beyond ±2²², and the square of the
   * greatest times the rows that are summed together is not above 2⁴⁵.
   */
  readonly numbers?: {
    readonly names: readonly string[];
    /** Columns of `by`: of what is alike in these, numbers are counted from their mean over the rows for which `of`, a condition on columns of `by`, holds. */
    readonly within: readonly string[];
    readonly of: string;
  };
  readonly signal?: AbortSignal;
}

/** What training takes from a warehouse, and what its views are told of champions. */
export interface Learning {
  /**
   * Columns of what a query gives, in its order: numbers as doubles, booleans, and everything else as texts. With a file all that it gives is kept there as
   * Parquet, on this machine, and they are of that.
   */
  vectors(
    query: string,
    of: { readonly columns: Columns; readonly file?: string; readonly signal?: AbortSignal },
  ): Promise<Vectors>;
  /** Sums of what a query gives: the same to the last digit whenever they are computed, in whatever order rows lie. Throws QUERY_INVALID for numbers that it cannot sum so. */
  sums(query: string, of: Summing): Promise<Sums>;
  /** By model: the version that the views of a catalog show. */
  champions(catalog: string): Promise<ReadonlyMap<string, Champion>>;
  /** Has them show these, all at one moment; a number that is not above the one that is there changes nothing. */
  show(catalog: string, champions: ReadonlyMap<string, Champion>): Promise<void>;
}
