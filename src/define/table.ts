import {
  type Candidate,
  type Column,
  type Columns,
  col,
  type Duration,
  type KeyOf,
  type NamesOf,
  type Time,
} from '../columns/index.ts';
import { type Approval, type ApprovalFacts, approvalFacts, readByApproval, verdictColumns } from './approval.ts';
import { type CopiedTo, copyColumns, copyOfTable, type KeptAs } from './copied.ts';
import type { Definition } from './definition.ts';
import { batchColumns, type KeptIn, receiptColumns } from './kept.ts';
import { type AnyRows, type Growing, named, type Readable, type Rows, sql } from './rows.ts';
import type { Changes, Deleting, Each, History, Way } from './way.ts';

interface Keep<Name extends string = string> {
  readonly by: readonly Name[];
}
/**
 * Of several valid rows of one run with one key the last by these columns stays, the others are counted as duplicates; a row older than the
 * one already there changes nothing (stale, counted as valid). An invalid row is never a duplicate.
 */
export const keepLatest = <const Name extends string>(...by: readonly [Name, ...Name[]]): Keep<Name> =>
  Object.freeze({ by: Object.freeze(by) });

interface Reference<Name extends string = string> {
  readonly column: Name;
  readonly of: Definition;
  readonly other: string;
}
/** The value must be in that table. */
export const existsIn = <const Name extends string, C extends Columns>(
  column: Name,
  of: Table<C>,
  other: KeyOf<C>,
): Reference<Name> => Object.freeze({ column, of, other });

/** A rule over a whole row; its name in `rules` is its flag. */
type RowRule<Name extends string> = AnyRows | Reference<Name>;

/** Columns of every table of invalid rows, after the table's own and before the flags. */
const invalidColumns = Object.freeze({
  _original: col.json<Readonly<Record<string, unknown>>>(),
  _rid: col.text(),
  run_id: col.text(),
  refused_at: col.timestamp(),
});

export interface Table<C extends Columns> extends Definition<'table'>, Growing<C> {
  readonly spec: TableFacts;
  /**
   * The rows that this table refused, named by the project's suffix: its columns (null where the value is not of the kind), `_original` (the
   * producer's row before any cast), one boolean flag for each rule (false: failed), the run and the time.
   */
  readonly invalid: InvalidRows<C>;
  /** Of a table with `keptIn`: what became of each row there, in every run; named `<table>_receipts`. */
  readonly receipts: Table<Pick<C, KeyOf<C>> & typeof receiptColumns>;
  /** The same by batch: rows, seconds, rows a second, retries, failures; named `<table>_batches`. */
  readonly batches: Table<typeof batchColumns>;
  /** Of a table that is copied: one row for each copy that was made; named `<table>_copies`. */
  readonly copies: Table<typeof copyColumns>;
  /**
   * The rows that people of this group have let through, one by one: each once, as it was last seen by who approved it; named
   * `<table>_approved_by_<group>`. What builds it takes the answers that are there, and builds nothing above it.
   */
  approvedBy(group: string, how?: Approval<keyof C & string>): Table<C & typeof verdictColumns>;
}
/** Flags are columns too, and no type knows their names: only what is new is asked for by names that are known. */
interface InvalidRows<C extends Columns> extends Table<Columns & typeof invalidColumns> {
  since(
    column: NamesOf<C & typeof invalidColumns, Time | number | bigint>,
    options?: { readonly lookback?: Duration },
  ): Readable<Columns & typeof invalidColumns>;
}
// `any`: tables of every shape are meant.
export type AnyTable = Table<any>;

type Keyed<C extends Columns, Name extends string, Mode = Name> = [KeyOf<C>] extends [never]
  ? `${Name} needs a column with .key()`
  : Mode;
/** What readers get: the rows' columns, with those that a history adds; a delete that stays says only its key, and those that it names. */
type Written<C extends Columns, W extends Naming> = [W['at']] extends [never]
  ? C
  : [W['from']] extends [never]
    ? {
        [N in keyof C]: N extends KeyOf<C> | W['at'] | W['deleted']
          ? C[N]
          : Column<C[N]['value'] | null, C[N]['marks']>;
      }
    : C & { readonly [N in W['from']]: Column<NonNullable<C[W['at']]['value']>> } & {
        readonly [N in W['until']]: Column<NonNullable<C[W['at']]['value']> | null>;
      };
/** The columns that a way of writing names. */
interface Naming {
  readonly at: string;
  readonly from: string;
  readonly until: string;
  readonly deleted: string;
}
/** A name of a column of that kind; asked of the names that are given only, for a table has many columns. */
type Named<C extends Columns, Name extends string, Value, Kind extends string> = Name extends keyof C
  ? NonNullable<C[Name]['value']> extends Value
    ? Name
    : `${Name} is no ${Kind}`
  : never;
type TimeIn<C extends Columns, Name extends string> = Named<C, Name, Time, 'date or timestamp'>;
type MarkIn<C extends Columns, Name extends string> = Named<C, Name, boolean, 'boolean'>;
interface TableSpec<
  C extends Columns,
  Needs extends string,
  At extends string,
  From extends string,
  Until extends string,
  Deleted extends string,
> {
  readonly columns: C;
  /** Where the rows come from: anything readable, `sql`, or `from(…)`. Columns are taken by name. */
  readonly rows: Rows<NoInfer<Candidate<C>>>;
  /** Default: replace. */
  readonly write?:
    | 'replace'
    | 'append'
    | 'view'
    | Keyed<C, 'merge'>
    | Keyed<C, 'update'>
    | Deleting<Needs>
    | Each<Needs>
    | Changes<TimeIn<C, At>, MarkIn<C, Deleted>>
    | Keyed<C, 'history', History<TimeIn<C, At>, From, Until, MarkIn<C, Deleted>>>;
  readonly duplicates?: Keep<NoInfer<keyof C & string>>;
  /** Rules over several columns or other tables; a rule that is null (unknown) holds, as in SQL. */
  readonly rules?: Readonly<Record<string, RowRule<NoInfer<keyof C & string>>>>;
  /** Default: fail, the run stops at the first invalid row. `set aside` puts it in the table of invalid rows. */
  readonly invalid?: 'fail' | 'set aside';
  /** The query uses the clock or chance, and a rerun is a new evaluation. */
  readonly unrepeatable?: boolean;
  /**
   * Its rows are written into a table of another system, too, after they were judged and published here. `write: 'update'` changes rows that are there, by
   * key, and never adds one; `merge` adds those that are missing. Or a copy of it is kept for those who only read it: `files('exports/prices.csv')`,
   * `.parquet`, `postgres(…).copy('bi.prices')`, replaced as a whole; it is written here in any way.
   */
  readonly keptIn?: KeptAs;
  readonly about?: string;
}
/** A table's options as the graph and the planner see them. */
interface TableFacts {
  /** The columns of its rows as they come: all but those that a history adds. */
  readonly given: Columns;
  readonly rows: AnyRows;
  readonly write: 'replace' | 'append' | 'merge' | 'view' | Way;
  readonly duplicates?: Keep;
  readonly rules: Readonly<Record<string, AnyRows | Reference>>;
  readonly invalid: 'fail' | 'set aside';
  readonly unrepeatable: boolean;
  readonly about?: string;
  /** Of a table of invalid rows: the table that refused them, which alone writes it. */
  readonly refusedBy?: Definition;
  /** Its rows are written elsewhere, too, where they are updated or merged; here the rows of the last run stand. */
  readonly keptIn?: KeptIn & { readonly way: 'update' | 'merge' };
  /** Where a copy of it is. */
  readonly copiedTo?: CopiedTo;
  /** Of receipts and copies: the table whose rows are written elsewhere. */
  readonly receiptsOf?: Definition;
  /** Of the receipts by batch: the same. */
  readonly batchesOf?: Definition;
  /** Of rows that people let through: how. */
  readonly approval?: ApprovalFacts;
}

/** Rows we keep. */
export function table<
  C extends Columns,
  Needs extends keyof C & string = never,
  At extends keyof C & string = never,
  From extends string = never,
  Until extends string = never,
  Deleted extends keyof C & string = never,
>(
  name: string,
  spec: TableSpec<C, Needs, At, From, Until, Deleted>,
): Table<Written<C, { at: At; from: From; until: Until; deleted: Deleted }>> {
  const { columns, write = 'replace', rules = {}, invalid = 'fail', unrepeatable = false, ...others } = spec;
  const { keptIn: kept, ...rest } = others;
  const copied = copyOfTable(kept);
  const keptIn = copied ? undefined : (kept as KeptIn | undefined);
  const facts = {
    ...rest,
    ...(copied ? { copiedTo: copied } : {}),
    ...(keptIn ? { keptIn: Object.freeze({ ...keptIn, way: write as 'update' | 'merge' }) } : {}),
    given: Object.freeze(columns),
    write: (keptIn ? 'replace' : write) as TableFacts['write'],
    rules: Object.freeze({ ...rules }),
    invalid,
    unrepeatable,
  };
  const all = written(columns, facts.write);
  return tableOf(name, all as Written<C, { at: At; from: From; until: Until; deleted: Deleted }>, facts);
}

function written(columns: Columns, write: TableFacts['write']): Columns {
  if (typeof write !== 'object') return columns;
  if (write.way === 'append changes') {
    const said = ([name, column]: readonly [string, Columns[string]]) =>
      column?.facts?.isKey || name === write.at || name === write.deleted ? column : column?.optional?.();
    return Object.fromEntries(Object.entries(columns).map((one) => [one[0], said(one)]));
  }
  if (write.way !== 'history') return columns;
  // From when and until when a version was true, in the kind of time that says so.
  const time = columns[write.at]?.facts.kind === 'date' ? col.date : col.timestamp;
  return { ...columns, [write.from]: time(), [write.until]: time().optional() };
}

export const isReference = (rule: AnyRows | Reference): rule is Reference => 'other' in rule;

function tableOf<C extends Columns>(name: string, columns: C, spec: TableFacts): Table<C> {
  const references = Object.values(spec.rules).flatMap((rule) => (isReference(rule) ? [rule.of] : rule.reads));
  let refused: InvalidRows<C> | undefined;
  let receipts: Table<Columns> | undefined;
  let batches: Table<typeof batchColumns> | undefined;
  let copies: Table<typeof copyColumns> | undefined;
  const self: Table<C> = named(
    {
      kind: 'table' as const,
      name,
      dependsOn: Object.freeze([
        ...new Set([
          ...spec.rows.reads,
          ...references,
          ...batchSizeOf(spec),
          ...(spec.approval ? readByApproval(spec.approval) : []),
        ]),
      ]),
      spec: Object.freeze(spec),
      get invalid() {
        refused ??= refusedOf(self) as InvalidRows<C>;
        return refused;
      },
      get receipts() {
        receipts ??= receiptsOf(self);
        return receipts;
      },
      get batches() {
        batches ??= batchesOf(self);
        return batches;
      },
      get copies() {
        copies ??= copiesOf(self);
        return copies;
      },
      approvedBy: (group: string, how: Approval = {}) => approvedOf(self, approvalFacts(self, group, how)),
    },
    columns,
  ) as Table<C>;
  return self;
}

/** Of receipts: the settings that say how many rows are sent at once. */
function batchSizeOf({ receiptsOf: of }: TableFacts): readonly Definition[] {
  const batch = (of as AnyTable | undefined)?.spec.keptIn?.batch;
  return typeof batch === 'object' ? [batch.of] : [];
}

function receiptsOf(of: Table<Columns>): Table<Columns> {
  const key = Object.fromEntries(Object.entries(of.spec.given).filter(([, { facts }]) => facts.isKey));
  const columns = { ...key, ...receiptColumns };
  const facts = { write: 'append', rules: {}, invalid: 'fail', unrepeatable: true, receiptsOf: of } as const;
  return tableOf(`${of.name}_receipts`, columns, { ...facts, given: columns, rows: sql`${of}` });
}

function copiesOf(of: Table<Columns>): Table<typeof copyColumns> {
  const facts = { write: 'append', rules: {}, invalid: 'fail', unrepeatable: true, receiptsOf: of } as const;
  return tableOf(`${of.name}_copies`, copyColumns, { ...facts, given: copyColumns, rows: sql`${of}` });
}

function batchesOf(of: Table<Columns>): Table<typeof batchColumns> {
  const facts = { write: 'view', rules: {}, invalid: 'fail', unrepeatable: false, batchesOf: of } as const;
  const rows = sql`select run_id, batch, count(*) as row_count, count(case when status = 'sent' then 1 end) as sent,
    count(case when status = 'unchanged' then 1 end) as unchanged, count(case when status = 'failed' then 1 end) as failed,
    max(tries) - 1 as retries, max(seconds) as seconds, count(*) / nullif(max(seconds), 0) as rows_per_second, max(delivered_at) as delivered_at
    from ${of.receipts} group by run_id, batch`;
  return tableOf(`${of.name}_batches`, batchColumns, { ...facts, given: batchColumns, rows });
}

function approvedOf<C extends Columns>(of: Table<C>, approval: ApprovalFacts): Table<C & typeof verdictColumns> {
  const columns = { ...of.columns, ...verdictColumns };
  const facts = { write: 'merge', rules: {}, invalid: 'fail', unrepeatable: true, approval } as const;
  return tableOf(`${of.name}_approved_by_${approval.group}`, columns, { ...facts, given: columns, rows: sql`${of}` });
}

function refusedOf(of: Table<Columns>): Table<Columns & typeof invalidColumns> {
  const optional = Object.entries<Columns[string]>(of.spec.given).map(([name, column]) => [name, column.optional()]);
  const columns = { ...Object.fromEntries(optional), ...invalidColumns };
  const facts = { write: 'append', rules: {}, invalid: 'fail', unrepeatable: false, refusedBy: of } as const;
  return tableOf(`${of.name}:invalid`, columns, { ...facts, given: columns, rows: sql`${of}` });
}
