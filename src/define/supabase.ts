import { EsteiraError } from '../errors.ts';
import { type KeepOptions, type KeptIn, keptIn, refuseCount } from './kept.ts';
import type { Setting } from './rows.ts';
import { type Env, type Matching, type Reader, reader, type ValuesOf } from './source.ts';

type Value = string | number | boolean | null;
interface TableOptions {
  /** The column by which its rows are paged: each has another value. Default: `id`. */
  readonly key?: string;
  /** Rows of which each column says this, or one of these; NULL is `null`. `valuesOf(…)` of one column: rows for what another table has. */
  readonly where?: Readonly<Record<string, Value | readonly Exclude<Value, null>[] | ValuesOf>>;
  /** Values of `valuesOf(…)` in one request, at most; fewer where the request line would be longer than 4 kB. Default 100. */
  readonly batch?: number | Setting<number>;
}

/**
 * The tables of a Supabase project, or of another PostgREST: `supabase(env('SUPABASE_URL'), env('SUPABASE_KEY'))`. They are named as they are in the
 * schema `public`, or `schema.table`.
 */
export const supabase = (url: Env, key: Env) =>
  Object.freeze({
    /** The rows as they are, read in pages by their key. */
    table: (name: string, options: TableOptions = {}): Reader => {
      const { key: pagedBy = 'id', where = {}, batch = 100 } = options;
      refuseName('table', name);
      refuseName('key', pagedBy);
      refuseCount('supabase', 'batch', batch);
      const matching = Object.entries(where).flatMap(([column, value]): Matching[] =>
        isValuesOf(value) ? [{ column, values: value, batch }] : [],
      );
      if (matching.length > 1) throw matchedTwice(matching.map(({ column }) => column));
      const plain = Object.entries(where).filter(([, value]) => !isValuesOf(value));
      return reader({
        by: 'supabase',
        options: { url, key, name, pagedBy, where: JSON.stringify(Object.fromEntries(plain)) },
        secret: ['key'],
        adds: {},
        streams: false,
        changes: true,
        onlyWhole: 'Mention it as it is: `where` says which of its rows.',
        ...(matching[0] ? { matching: matching[0] } : {}),
      });
    },
    /** Rows of a table are written there: `keptIn: app.keep('users')`. */
    keep: (name: string, options: KeepOptions = {}): KeptIn => {
      refuseName('table', name);
      return keptIn('supabase', { url, key, name }, options);
    },
  });

const isValuesOf = (value: unknown): value is ValuesOf =>
  typeof value === 'object' && value !== null && 'valuesOf' in value;

function refuseName(word: string, name: unknown): void {
  if (typeof name === 'string' && /^[^\s."?&/]+(\.[^\s."?&/]+)?$/.test(name)) return;
  throw new EsteiraError('DEFINITION_INVALID', {
    what: `supabase(…) cannot take this as ${word}.`,
    got: String(name),
    allowed: word === 'table' ? "'users', 'crm.users'" : 'the name of a column',
    next: 'Correct it where the source is written.',
  });
}

const matchedTwice = (columns: readonly string[]): EsteiraError =>
  new EsteiraError('DEFINITION_INVALID', {
    what: 'supabase(…) cannot read for what two tables have.',
    got: columns.join(', '),
    allowed: 'one column with valuesOf(…)',
    next: 'Take the rows for one of them, and join the other.',
  });
