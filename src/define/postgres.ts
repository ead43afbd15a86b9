import { col } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import { type CopiedTo, copiedTo } from './copied.ts';
import { type KeepOptions, type KeptIn, keptIn } from './kept.ts';
import { type Env, type Reader, reader } from './source.ts';

interface TableOptions {
  /**
   * The column, as Postgres calls it, that says what is new: a `timestamptz`, a `timestamp` or a whole number that only grows, written with each change
   * of a row. With it a table may read `.unread`; an index on it makes that quick.
   */
  readonly cursor?: string;
}

/**
 * A Postgres database: `postgres(env('DATABASE_URL'))`. Its tables are named `schema.table`, or `table` of the schema `public`, as they are spelled in the
 * catalogue.
 */
export const postgres = (url: Env) =>
  Object.freeze({
    /** The rows as they are: mentioned it is all of them, as of one moment for all that a step reads of the database. */
    table: (name: string, options: TableOptions = {}): Reader => {
      const { cursor } = options;
      refuseName('table', name);
      if (cursor !== undefined) refuseName('cursor', cursor);
      return reader({
        by: 'postgres',
        options: { url, name, ...(cursor === undefined ? {} : { cursor }) },
        adds: {},
        streams: false,
        changes: true,
        ...(cursor === undefined
          ? { onlyWhole: `Mention it as it is, or say which column grows: ${example(name)}` }
          : {}),
      });
    },
    /**
     * Snapshot, then each insert, update, delete and truncate, exactly once, by a job that is `always`. Adds `_deleted`; `_synced_at`, by which the
     * changes of a job are in order; `_lsn`, `_committed_at` and `_operation` of the transaction, which a stand-in need not have.
     */
    changes: (name: string) =>
      reader({
        by: 'postgres changes',
        options: { url, name },
        adds: {
          _deleted: col.boolean(),
          _synced_at: col.timestamp(),
          _lsn: col.bigint().optional(),
          _committed_at: col.timestamp().optional(),
          _operation: col.text().optional(),
        },
        streams: true,
      }),
    /** Rows of a table are written there: `keptIn: app.keep('public.users')`. */
    keep: (name: string, options: KeepOptions = {}): KeptIn => {
      refuseName('table', name);
      return keptIn('postgres', { url, name }, options);
    },
    /**
     * A copy of a table is there, for those who only read it: `keptIn: app.copy('bi.recommendations')`. Esteira makes it, and replaces all of its rows after
     * each run that has changed the table; readers see the former rows until then.
     */
    copy: (name: string): CopiedTo => {
      refuseName('table', name);
      return copiedTo('postgres', { url, name });
    },
  });

const example = (name: string): string => `.table('${name}', { cursor: 'updated_at' }).`;

function refuseName(word: string, name: unknown): void {
  if (typeof name === 'string' && name !== '' && !name.includes('\u0000')) return;
  throw new EsteiraError('DEFINITION_INVALID', {
    what: `postgres(…) cannot take this as ${word}.`,
    got: String(name),
    allowed: word === 'table' ? "'orders', 'sales.orders'" : 'the name of a column',
    next: 'Correct it where the source is written.',
  });
}
