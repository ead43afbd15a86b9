import { type Column, type Columns, col, type NamesOf, type Time } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import type { Definition } from './definition.ts';
import { type Growing, named, type Readable, readableBy, type Setting } from './rows.ts';
import type { Table } from './table.ts';

/** The name of an environment variable, and the value when it is not set, or empty: read when used, never stored. */
export type Env = `env:${string}`;
export const env = (name: string, otherwise?: string): Env =>
  `env:${name}${otherwise === undefined ? '' : `=${otherwise}`}`;

/** The variable that a text stands for, and what it is without one; nothing where the text is meant itself. */
export function variableIn(text: string): { readonly name: string; readonly otherwise?: string } | undefined {
  const [, name, otherwise] = /^env:([^=]+)(?:=([\s\S]*))?$/.exec(text) ?? [];
  return name === undefined ? undefined : { name, ...(otherwise === undefined ? {} : { otherwise }) };
}

/** Where the rows of a source come from; `Extra` are columns that the reader adds. */
export interface Reader<Extra extends Columns = {}> {
  readonly by: 'files' | 'postgres' | 'postgres changes' | 'kafka' | 'supabase' | 'first of';
  readonly options: Readonly<Record<string, string>>;
  /** Those of the options that are secret; without this all that are variables. */
  readonly secret?: readonly string[];
  readonly adds: Extra;
  /** Kept as a table of the source's name, to which each arrival is appended. */
  readonly streams: boolean;
  /** Its rows change where they are, and come again then; what it was is not kept there. */
  readonly changes?: true;
  /** Nothing says what is new of it; this is what to write for that. */
  readonly onlyWhole?: string;
  /** Each row was sent at some time: one of which the day is not known is of that day. */
  readonly sent?: true;
  /** Whoever reads takes the first of these that can be reached. */
  readonly choices?: readonly Reader<Columns>[];
  /** It gives the rows for what another table has. */
  readonly matching?: Matching;
}

/** Every value of a column that a table has. */
export interface ValuesOf {
  readonly valuesOf: Definition;
  readonly column: string;
}
/** Rows of which the column has one of these values; so many of them are asked for at once. */
export interface Matching {
  readonly column: string;
  readonly values: ValuesOf;
  readonly batch: number | Setting<number>;
}

/** The rows for what another table has: `where: { user_id: valuesOf(users, 'id') }`; that table is built before. */
export const valuesOf = <C extends Columns>(of: Table<C>, column: NamesOf<C, string | number | bigint>): ValuesOf =>
  Object.freeze({ valuesOf: of, column });

export const reader = <Extra extends Columns>(of: Reader<Extra>): Reader<Extra> => Object.freeze(of);

/**
 * Files below the environment's file store: CSV with a header, JSON lines or Parquet, by their ending; `.gz` too
 * (`orders/*.csv*` has both). `*` and `**` as in a shell,
 * `{date}` the run's date. A file is read once for each reader of `.unread`; it must not change afterwards.
 *
 * As `keptIn` of a table it is one file, `.csv` or `.parquet`, which is replaced as a whole after each run that has changed the table.
 */
export const files = (pattern: string): Reader & { readonly by: 'files' } =>
  reader({ by: 'files', options: { pattern }, adds: {}, streams: false }) as Reader & { readonly by: 'files' };

/**
 * The first that can be reached: `firstOf(kafka('match_events'), files('match_events/{date}.jsonl'))`. A date that was read from another than the first is
 * owed: a later run, which reaches the first, reads that date from it, in place of what the other gave. Of a source with `day`.
 */
export const firstOf = <Extra extends Columns>(
  first: Reader<Extra>,
  ...others: readonly [Reader<Columns>, ...(readonly Reader<Columns>[])]
): Reader<Extra> => {
  const choices: readonly Reader<Columns>[] = Object.freeze([first, ...others]);
  const wrong = choices.find(({ streams, by, matching }) => streams || by === 'first of' || matching);
  if (wrong || others.length === 0)
    throw new EsteiraError('DEFINITION_INVALID', {
      what: wrong
        ? `firstOf(…) cannot read ${wrong.by} when another is not reached.`
        : 'firstOf(…) has one reader only.',
      allowed: 'two or more of kafka(…), postgres(…).table(…) and files(…)',
      next: 'Correct it where the source is written.',
    });
  return reader({
    by: 'first of',
    options: {},
    adds: first.adds,
    streams: false,
    choices,
    onlyWhole: 'Mention it as it is: each run reads the rows of its date.',
  });
};

/** What is done with a column that the source does not declare. */
export type NewColumns = 'ignore' | 'keep' | 'refuse';
/** The column that has, as a JSON object, what else the producer gave with a row. */
export const extraColumn = '_extra';
type Kept<Mode> = Mode extends 'keep'
  ? { readonly [extraColumn]: Column<Readonly<Record<string, unknown>> | null> }
  : {};

/** What files, or a table elsewhere, must be to be those of a source. */
interface Contract<Mode> {
  /**
   * Columns that are not declared. `ignore` (the default) reads none of them, `keep` puts them into the column `_extra`, and both say each new name
   * once; `refuse` makes a file that has one break the contract.
   */
  readonly newColumns?: Mode;
  /**
   * A file that breaks the contract: a column that must be there is gone or can never be of its kind, or a new one is refused. `fail` (the
   * default): the step fails, nothing of it is published. `set aside`: the file is left out and named, and the others go on.
   */
  readonly breach?: 'fail' | 'set aside';
}

export interface Source<C extends Columns> extends Definition<'source'>, Growing<C> {
  readonly reader: Reader<Columns>;
  /** Which column says of what time a row is. */
  readonly day?: string;
  /** That is the hour before the run was due, not its date. */
  readonly hourly?: true;
  readonly contract: Required<Contract<NewColumns>>;
  /** Only what this reader has not read yet, by the source's own position (offset, log position, file). */
  readonly unread: Readable<C>;
}
// `any`: sources of every shape are meant.
export type AnySource = Source<any>;

/**
 * Rows that arrive. Mentioned, it is all of them; a stream is kept as a table of this name. With `day` it is exactly the rows of the run's
 * date, with `hour` those of the hour before it was due, so that what is read twice gives the same rows; a missing file is no rows, reported. A stream that an `always` job brings in is written
 * by that job only; every other job reads it as it is.
 */
export function source<C extends Columns, Extra extends Columns, Mode extends NewColumns = 'ignore'>(
  name: string,
  spec: Contract<Mode> & {
    readonly reader: Reader<Extra>;
    readonly columns: C;
    readonly day?: NoInfer<NamesOf<C, Time>>;
    /** In the place of `day`, for a job of each hour: the rows of the whole hour that had ended when the run was due. */
    readonly hour?: NoInfer<NamesOf<C, Time>>;
  },
): Source<C & Extra & Kept<Mode>> {
  const { newColumns = 'ignore', breach = 'fail' } = spec;
  const kept = newColumns === 'keep' ? { [extraColumn]: col.json().optional() } : {};
  if (newColumns === 'keep' && extraColumn in spec.columns) throw extraTwice(name);
  const { day = spec.hour } = spec;
  if (spec.day !== undefined && spec.hour !== undefined) throw dayAndHour(name);
  if (spec.reader.choices && day === undefined) throw dayMissing(name);
  const columns = { ...spec.columns, ...spec.reader.adds, ...kept } as C & Extra & Kept<Mode>;
  const self: Source<C & Extra & Kept<Mode>> = named(
    {
      kind: 'source' as const,
      name,
      dependsOn: Object.freeze(readFor(spec.reader)),
      reader: spec.reader,
      contract: Object.freeze({ newColumns, breach }),
      ...(day ? { day } : {}),
      ...(spec.hour ? { hourly: true as const } : {}),
      get unread() {
        refuseUnread(self);
        return readableBy(columns, { by: 'unread', of: self }, [self]);
      },
    },
    columns,
    refuseUnread,
  );
  return self;
}

/** What must be there before it can be read. */
function readFor({ matching }: Reader<Columns>): readonly Definition[] {
  if (!matching) return [];
  const { values, batch } = matching;
  return [values.valuesOf, ...(typeof batch === 'object' ? [batch.of] : [])];
}

function refuseUnread({ name, reader: { onlyWhole } }: Pick<AnySource, 'name' | 'reader'>): void {
  if (onlyWhole === undefined) return;
  throw new EsteiraError('DEFINITION_INVALID', {
    what: `Nothing says what is new of ${name}: it can be read whole only.`,
    where: name,
    next: onlyWhole,
  });
}

const extraTwice = (name: string): EsteiraError =>
  new EsteiraError('DEFINITION_INVALID', {
    what: `${name} declares ${extraColumn}, and newColumns: 'keep' adds a column of that name.`,
    where: name,
    next: 'Leave it out of the columns, or keep no others.',
  });

const dayAndHour = (name: string): EsteiraError =>
  new EsteiraError('DEFINITION_INVALID', {
    what: `${name} gives the rows of a date, and those of an hour.`,
    where: name,
    next: 'Leave out day or hour; two sources may read one topic.',
  });

const dayMissing = (name: string): EsteiraError =>
  new EsteiraError('DEFINITION_INVALID', {
    what: `${name} is read from the first that can be reached, and nothing says of which date a row is.`,
    where: name,
    next: "Say which column has its time: day: 'occurred_at', or hour.",
  });
