import { noBodyColumn, RestError } from './errors.ts';
import { compare, type PgType, type PgValue, readJson, toJson } from './types.ts';

/** A table as a test says it. */
export interface TableGiven {
  /** By name. */
  readonly columns: Readonly<Record<string, PgType>>;
  /** Columns of its primary key, in their order. */
  readonly key: readonly string[];
  /** Columns that must have a value; those of the key must in any case. */
  readonly required?: readonly string[];
  /** A rule over a row; a row that breaks it is refused under this name. */
  readonly checks?: Readonly<Record<string, (row: JsonRow) => boolean>>;
  readonly rows?: readonly JsonRow[];
  /** What whoever has the key `anon` may: nothing at all, or everything, but no row is shown (row level security without a policy). Default: nothing. */
  readonly anon?: 'denied' | 'sees no row';
  /** What whoever has the key `service` may not. */
  readonly refuses?: 'all' | 'writing';
}
/** A row as JSON has it. */
export type JsonRow = Readonly<Record<string, unknown>>;
export type Row = Readonly<Record<string, PgValue>>;

/** The rows of one table in memory, in the order of their key, and how often each was written. */
export class MemoryTable {
  readonly name: string;
  readonly given: TableGiven;
  readonly writes = new Map<string, number>();
  #rows = new Map<string, Row>();

  constructor(name: string, given: TableGiven) {
    this.name = name;
    this.given = given;
    for (const row of given.rows ?? []) this.put(row);
  }

  typeOf(column: string): PgType | undefined {
    return Object.hasOwn(this.given.columns, column) ? this.given.columns[column] : undefined;
  }

  /** As whoever else uses the database would write it: nothing is counted. */
  put(row: JsonRow): void {
    const whole = this.#whole(this.read(row));
    this.#rows.set(this.keyOf(whole), whole);
  }

  remove(key: string): void {
    this.#rows.delete(key);
  }

  /** Its values joined by a comma, each as text. */
  keyOf(row: Row): string {
    return this.given.key.map((name) => String(row[name])).join(',');
  }

  rows(): readonly Row[] {
    return [...this.#rows.values()];
  }

  toJson(row: Row): JsonRow {
    return Object.fromEntries(
      Object.entries(this.given.columns).map(([name, type]) => [name, toJson(type, row[name] ?? null)]),
    );
  }

  /** What a body says of columns; throws for one that the table does not have. */
  read(body: JsonRow): Row {
    return Object.fromEntries(
      Object.entries(body).map(([name, value]) => {
        const type = this.typeOf(name);
        if (type === undefined) throw noBodyColumn(this.name, name);
        return [name, readJson(type, value)];
      }),
    );
  }

  /** All of them, or none where one breaks a rule of the table. */
  update(rows: readonly Row[], change: Row): readonly Row[] {
    const changed = rows.map((row) => this.#whole({ ...row, ...change }));
    return rows.map((row, at) => this.#write(this.keyOf(row), changed[at] as Row));
  }

  /** New rows; where `merges`, one whose key is there is changed. All or none. Gives those of which the row is new too. */
  insert(
    rows: readonly Row[],
    { merges, ignores }: { readonly merges: boolean; readonly ignores: boolean },
  ): { readonly rows: readonly Row[]; readonly added: number } {
    const before = new Map(this.#rows);
    let added = 0;
    try {
      const written = rows.flatMap((row): Row[] => {
        const key = this.keyOf(row);
        const there = this.#rows.get(key);
        if (!there) added += 1;
        else if (ignores) return [];
        else if (!merges) throw this.#twice(row);
        return [this.#write(key, this.#whole({ ...there, ...row }))];
      });
      return { rows: written, added };
    } catch (error) {
      this.#rows = before;
      throw error;
    }
  }

  /** The same value is the same row: no other is written. */
  isSame(column: string, one: PgValue, other: PgValue): boolean {
    return compare(this.given.columns[column] as PgType, one, other) === 0;
  }

  #write(key: string, row: Row): Row {
    const next = this.keyOf(row);
    if (next !== key) this.#rows.delete(key);
    this.#rows.set(next, row);
    this.writes.set(next, (this.writes.get(next) ?? 0) + 1);
    return row;
  }

  #whole(row: Row): Row {
    const { columns, key, required = [], checks = {} } = this.given;
    const whole = Object.fromEntries(Object.keys(columns).map((name) => [name, row[name] ?? null]));
    const shown = `Failing row contains (${Object.values(whole)
      .map((value) => value ?? 'null')
      .join(', ')}).`;
    const missing = [...key, ...required].find((name) => whole[name] === null);
    if (missing !== undefined)
      throw new RestError(
        400,
        '23502',
        `null value in column "${missing}" of relation "${this.name}" violates not-null constraint`,
        { details: shown },
      );
    for (const [name, holds] of Object.entries(checks))
      if (!holds(this.toJson(whole)))
        throw new RestError(400, '23514', `new row for relation "${this.name}" violates check constraint "${name}"`, {
          details: shown,
        });
    return whole;
  }

  #twice(row: Row): RestError {
    const { key } = this.given;
    const values = key.map((name) => row[name]).join(', ');
    return new RestError(409, '23505', `duplicate key value violates unique constraint "${this.name}_pkey"`, {
      details: `Key (${key.join(', ')})=(${values}) already exists.`,
    });
  }
}
