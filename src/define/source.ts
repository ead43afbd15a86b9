import { type Columns, col, type NamesOf, type Time } from '../columns/index.ts';
import type { Definition } from './definition.ts';
import { type Growing, named, type Readable, readableBy } from './rows.ts';

/** The name of an environment variable, and the value when it is not set: read when used, never stored. */
export type Env = `env:${string}`;
export const env = (name: string, otherwise?: string): Env =>
  `env:${name}${otherwise === undefined ? '' : `=${otherwise}`}`;

/** Where the rows of a source come from; `Extra` are columns that the reader adds. */
export interface Reader<Extra extends Columns = {}> {
  readonly by: 'files' | 'postgres' | 'postgres changes';
  readonly options: Readonly<Record<string, string>>;
  readonly adds: Extra;
  /** Kept as a table of the source's name, to which each arrival is appended. */
  readonly streams: boolean;
}

const reader = <Extra extends Columns>(of: Reader<Extra>): Reader<Extra> => Object.freeze(of);

/**
 * Files below the environment's file store: CSV with a header, JSON lines or Parquet, by their ending; `.gz` too
 * (`orders/*.csv*` has both). `*` and `**` as in a shell,
 * `{date}` the run's date. A file is read once for each reader of `.unread`; it must not change afterwards.
 */
export const files = (pattern: string): Reader =>
  reader({ by: 'files', options: { pattern }, adds: {}, streams: false });

/** A Postgres database: `postgres(env('DATABASE_URL'))`. */
export const postgres = (url: Env) =>
  Object.freeze({
    table: (name: string): Reader => reader({ by: 'postgres', options: { url, name }, adds: {}, streams: false }),
    /** Snapshot, then each insert, update and delete, exactly once; adds `_deleted` and `_synced_at`. */
    changes: (name: string) =>
      reader({
        by: 'postgres changes',
        options: { url, name },
        adds: { _deleted: col.boolean(), _synced_at: col.timestamp() },
        streams: true,
      }),
  });

export interface Source<C extends Columns> extends Definition<'source'>, Growing<C> {
  readonly reader: Reader<Columns>;
  readonly day?: string;
  /** Only what this reader has not read yet, by the source's own position (offset, log position, file). */
  readonly unread: Readable<C>;
}
// `any`: sources of every shape are meant.
export type AnySource = Source<any>;

/**
 * Rows that arrive. Mentioned, it is all of them; a stream is kept as a table of this name. With `day` it is exactly the rows of the run's
 * date, so that a date read twice gives the same rows; a missing file is no rows, reported. A stream that an `always` job brings in is written
 * by that job only; every other job reads it as it is.
 */
export function source<C extends Columns, Extra extends Columns>(
  name: string,
  spec: { readonly reader: Reader<Extra>; readonly columns: C; readonly day?: NoInfer<NamesOf<C, Time>> },
): Source<C & Extra> {
  const columns = { ...spec.columns, ...spec.reader.adds } as C & Extra;
  const self: Source<C & Extra> = named(
    {
      kind: 'source' as const,
      name,
      dependsOn: Object.freeze([]),
      reader: spec.reader,
      ...(spec.day ? { day: spec.day } : {}),
      get unread() {
        return readableBy(columns, { by: 'unread', of: self }, [self]);
      },
    },
    columns,
  );
  return self;
}
