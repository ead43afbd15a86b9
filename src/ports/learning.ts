import type { Columns, Vector } from '../columns/index.ts';
import type { Champion } from './models.ts';

export interface Vectors {
  readonly rows: number;
  readonly columns: Readonly<Record<string, Vector>>;
}

/** What training takes from a warehouse, and what its views are told of champions. */
export interface Learning {
  /**
   * Keeps what a query gives as a Parquet file of this machine, in the query's order, and gives columns of it as they are there: numbers as doubles,
   * booleans, and everything else as texts.
   */
  vectors(
    query: string,
    of: { readonly columns: Columns; readonly file: string; readonly signal?: AbortSignal },
  ): Promise<Vectors>;
  /** By model: the version that the views of a catalog show. */
  champions(catalog: string): Promise<ReadonlyMap<string, Champion>>;
  /** Has them show these, all at one moment; a number that is not above the one that is there changes nothing. */
  show(catalog: string, champions: ReadonlyMap<string, Champion>): Promise<void>;
}
