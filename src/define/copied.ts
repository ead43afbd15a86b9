import { type Columns, col } from '../columns/index.ts';
import type { KeptIn } from './kept.ts';
import type { Reader } from './source.ts';

/** A file, or a table of another system, that has the rows of a table as they were published last: it is replaced as a whole. */
export interface CopiedTo {
  readonly copied: 'files' | 'postgres';
  readonly options: Readonly<Record<string, string>>;
}

export const copiedTo = (copied: CopiedTo['copied'], options: CopiedTo['options']): CopiedTo =>
  Object.freeze({ copied, options: Object.freeze(options) });

/** What `keptIn` says: rows that are written one by one, or a copy; a file is named as it is where it is read. */
export type KeptAs = KeptIn | CopiedTo | (Reader & { readonly by: 'files' });

export function copyOfTable(keptIn: KeptAs | undefined): CopiedTo | undefined {
  if (keptIn === undefined) return undefined;
  if ('copied' in keptIn) return keptIn;
  return 'adds' in keptIn ? copiedTo('files', { path: keptIn.options['pattern'] ?? '' }) : undefined;
}

/** One row for each time that a table was copied. */
export const copyColumns = Object.freeze({
  /** Where the copy is. */
  place: col.text(),
  row_count: col.integer(),
  /** Of a file. */
  bytes: col.integer().optional(),
  seconds: col.real(),
  run_id: col.text(),
  delivered_at: col.timestamp(),
}) satisfies Columns;
