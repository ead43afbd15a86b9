import type { Columns } from '../columns/index.ts';
import type { Place } from './dialect.ts';

/** A table of a few typed rows, such as settings. */
export interface SmallTable {
  readonly place: Place;
  readonly columns: Columns;
  readonly rows: readonly object[];
}

export type SmallRows = readonly Readonly<Record<string, unknown>>[];
