import { type Columns, col } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import type { Setting } from './rows.ts';

/** A table of another system into which rows are written back. */
export interface KeptIn {
  readonly by: 'postgres' | 'supabase';
  readonly options: Readonly<Record<string, string>>;
  /** Rows of one request. */
  readonly batch: number | Setting<number>;
  /** Requests at once, at most. */
  readonly parallel: number;
  /** Rows that say the same there already are not written. */
  readonly changedOnly: boolean;
}
export interface KeepOptions {
  /** Rows of one request; default 100. */
  readonly batch?: number | Setting<number>;
  /** Requests at once, at most; default 4. */
  readonly parallel?: number;
  /** Rows that say the same there already are not written; default true. */
  readonly changedOnly?: boolean;
}

/** What a table elsewhere is, as the words of adapters make it. */
export function keptIn(
  by: KeptIn['by'],
  options: KeptIn['options'],
  { batch = 100, parallel = 4, changedOnly = true }: KeepOptions,
): KeptIn {
  refuseCount(by, 'batch', batch);
  refuseCount(by, 'parallel', parallel);
  return Object.freeze({ by, options: Object.freeze(options), batch, parallel, changedOnly });
}

/** Throws DEFINITION_INVALID for what is neither a whole number from 1 nor a setting. */
export function refuseCount(by: string, word: string, count: unknown): void {
  const isSetting = typeof count === 'object' && count !== null && 'setting' in count;
  if (isSetting || (Number.isInteger(count) && (count as number) > 0)) return;
  throw new EsteiraError('DEFINITION_INVALID', {
    what: `${by}(…) cannot take this as ${word}.`,
    got: String(count),
    allowed: 'a whole number from 1, or a setting that is one',
    next: 'Correct it where the table is written.',
  });
}

/** What became of each row that was to be written elsewhere, after its key. */
export const receiptColumns = Object.freeze({
  /** `sent`: it was written, and read back as it was to be. `unchanged`: it said so already. `failed`: see the reason. */
  status: col.text().oneOf('sent', 'unchanged', 'failed'),
  reason: col.text().optional(),
  /** Counted from 1 in each run. */
  batch: col.integer(),
  /** Requests that its batch needed. */
  tries: col.integer(),
  /** How long its batch took. */
  seconds: col.real(),
  run_id: col.text(),
  delivered_at: col.timestamp(),
}) satisfies Columns;

/** One row for each batch of each run. */
export const batchColumns = Object.freeze({
  run_id: col.text(),
  batch: col.integer(),
  row_count: col.integer(),
  sent: col.integer(),
  unchanged: col.integer(),
  failed: col.integer(),
  retries: col.integer(),
  seconds: col.real(),
  rows_per_second: col.real().optional(),
  delivered_at: col.timestamp(),
}) satisfies Columns;
