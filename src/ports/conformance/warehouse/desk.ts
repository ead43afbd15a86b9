import { type Columns, judgements, keyOf } from '../../../columns/index.ts';
import {
  type Change,
  hidden,
  type Place,
  type Publication,
  placeText,
  type RowRule,
  type StepWrite,
  type Warehouse,
  type WriteMode,
} from '../../index.ts';

export interface Kept {
  readonly place: Place;
  readonly columns: Columns;
  readonly mode: WriteMode;
  readonly rules: readonly RowRule[];
  readonly invalid?: Place;
  readonly keepsOriginal: boolean;
}
interface Making {
  readonly mode?: WriteMode['mode'];
  readonly latest?: readonly string[];
  readonly deleted?: string;
  /** Of a history. */
  readonly versions?: { readonly from: string; readonly until: string };
  /** Of `replace each`. */
  readonly each?: string;
  readonly rules?: readonly RowRule[];
  readonly setAside?: boolean;
  readonly keepsOriginal?: boolean;
  readonly catalog?: string;
}
type Values = Readonly<Record<string, unknown>>;

export const day = (text: string): Temporal.PlainDate => Temporal.PlainDate.from(text);
export const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);

/** Makes tables as set-up does, and publishes to them as a run does. */
export class Desk {
  readonly warehouse: Warehouse;
  token = 1n;
  #run = 0n;

  constructor(warehouse: Warehouse) {
    this.warehouse = warehouse;
  }

  async make(table: string, columns: Columns, how: Making = {}): Promise<Kept> {
    const { mode = 'replace', latest = [], deleted, rules = [], setAside = true, keepsOriginal = false } = how;
    const { versions, each } = how;
    const place = { catalog: how.catalog ?? 'one', schema: 'silver', table };
    const invalid = { ...place, table: `${table}_invalidos` };
    const { dialect } = this.warehouse;
    const own = Object.entries(columns).map(([name, { facts }]) => ({ name, type: dialect.type(facts) }));
    const text = (name: string) => ({ name, type: dialect.type({ kind: 'text' }) });
    const whole = (name: string) => ({ name, type: dialect.type({ kind: 'bigint' }) });
    const end = [whole(hidden.run), whole(hidden.sequence)];
    const original = keepsOriginal ? [text(hidden.original), { name: hidden.unread, type: 'VARCHAR[]' }] : [];
    const row = mode === 'replace' ? [] : [text(hidden.row)];
    const flags = [...judgements(columns), ...rules].map(({ flag }) => ({
      name: flag,
      type: dialect.type({ kind: 'boolean' }),
    }));
    const judged = { name: 'refused_at', type: dialect.type({ kind: 'timestamp' }) };
    const key = keyOf(columns);
    const remembered = own.filter(({ name }) => key.includes(name) || latest.includes(name));
    const time = dialect.type({ kind: 'timestamp' });
    const added = Object.values(versions ?? {}).map((name) => ({ name, type: time }));
    const changes: Change[] = [
      { change: 'create schema', schema: place.schema },
      { change: 'create table', place, columns: [...own, ...added, ...row, ...original, ...end] },
      { change: 'register', place },
    ];
    if (setAside) {
      const list = [...own, text(hidden.original), text(hidden.row), text('run_id'), judged, ...flags, ...end];
      changes.push({ change: 'create table', place: invalid, columns: list, invalidOf: place });
    }
    if (versions) {
      const list = [...own, ...row, ...end];
      changes.push({ change: 'create table', place: { ...place, table: `${table}__rows` }, columns: list });
    } else if (deleted !== undefined) {
      const list = [...remembered, text(hidden.row), ...end];
      changes.push({ change: 'create table', place: { ...place, table: `${table}__deleted` }, columns: list });
    }
    await this.warehouse.change(place.catalog, changes);
    const written: WriteMode = {
      mode,
      key,
      latest,
      ...(deleted === undefined ? {} : { deleted }),
      ...(versions ? { versions } : {}),
      ...(each === undefined ? {} : { each }),
    };
    return { place, columns, mode: written, rules, keepsOriginal, ...(setAside ? { invalid } : {}) };
  }

  /** Rows as a query; `types` says in what kind a column comes, where it is not its own. */
  rows(columns: Columns, rows: readonly Values[], types: Readonly<Record<string, string>> = {}): string {
    const { dialect } = this.warehouse;
    const selects = rows.map((row) => {
      const cells = Object.entries(columns).map(
        ([name, { facts }]) =>
          `cast(${dialect.literal(row[name] ?? null)} as ${types[name] ?? dialect.type(facts)}) as ${dialect.identifier(name)}`,
      );
      return `select ${cells.join(', ')}`;
    });
    return selects.length ? selects.join(' union all ') : `select * from ${dialect.emptyRelation(columns)} as nothing`;
  }

  write(kept: Kept, sql: string, more: Partial<StepWrite> = {}): StepWrite {
    this.#run += 1n;
    const now = at('2026-03-01T12:00:00Z').add({ seconds: Number(this.#run) });
    return {
      batch: {
        runId: `run-${String(this.#run).padStart(4, '0')}`,
        runSeq: this.#run,
        step: placeText(kept.place),
        part: 0,
        token: this.token,
        definition: 'definition',
        settingsHash: 'settings',
        logicalTime: at('2026-03-01T00:00:00Z'),
        at: now,
      },
      target: kept.place,
      columns: kept.columns,
      body: { by: 'query', sql },
      files: [],
      keepsOriginal: kept.keepsOriginal,
      converted: [],
      mode: kept.mode,
      judgements: judgements(kept.columns),
      rules: kept.rules,
      ...(kept.invalid ? { invalid: kept.invalid } : {}),
      checks: [],
      bounds: [],
      reread: false,
      fresh: false,
      unreadIn: [],
      unchanged: false,
      ...more,
    };
  }

  async claim(...tables: readonly Kept[]): Promise<void> {
    for (const { place } of tables) await this.warehouse.claim(place.catalog, [place], this.token);
  }

  /** One run of one step. */
  async publish(kept: Kept, rows: readonly Values[] | string, more: Partial<StepWrite> = {}): Promise<Publication> {
    await this.claim(kept);
    return await this.warehouse.publish(
      this.write(kept, typeof rows === 'string' ? rows : this.rows(kept.columns, rows), more),
    );
  }

  async ask(sql: string): Promise<readonly (readonly unknown[])[]> {
    return (await this.warehouse.query(sql, { limit: 100_000, catalogs: ['one', 'two'] })).rows;
  }

  /** The table as readers see it, by its own columns, and those of its versions. */
  async read(kept: Kept): Promise<readonly (readonly unknown[])[]> {
    const { identifier, place } = this.warehouse.dialect;
    const all = [...Object.keys(kept.columns), ...Object.values(kept.mode.versions ?? {})];
    const names = all.map(identifier).join(', ');
    return await this.ask(`select ${names} from ${place(kept.place)} order by ${names}`);
  }

  /** Every column of every table of this one, without those that say which run it was. */
  async everything(kept: Kept): Promise<string> {
    const tables = (await this.warehouse.inspect(kept.place.catalog)).filter(({ place }) =>
      place.table.startsWith(kept.place.table),
    );
    const aside = ['_run', '_seq', 'run_id', 'refused_at'];
    const { identifier, place: spelled } = this.warehouse.dialect;
    const contents = await Promise.all(
      tables.map(async ({ place, columns }) => {
        const names = columns.map(({ name }) => name).filter((name) => !aside.includes(name));
        const list = names.map(identifier).join(', ');
        return [place.table, await this.ask(`select ${list} from ${spelled(place)} order by ${list}`)];
      }),
    );
    return JSON.stringify(contents, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
  }

  /** Rows of the invalid rows' table: original, row identity, and the flags that are false. */
  async refused(kept: Kept): Promise<readonly { original: unknown; row: string; broken: readonly string[] }[]> {
    const { identifier, place } = this.warehouse.dialect;
    const flags = [...judgements(kept.columns), ...kept.rules].map(({ flag }) => flag);
    const rows = await this.ask(
      `select _original, _rid${flags.map((flag) => `, ${identifier(flag)}`).join('')} from ${place(kept.invalid as Place)} order by _original, _rid`,
    );
    return rows.map(([original, row, ...values]) => ({
      original: original === null ? null : JSON.parse(String(original)),
      row: String(row),
      broken: flags.filter((_, index) => values[index] === false),
    }));
  }
}
