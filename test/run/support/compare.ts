import { existsSync } from 'node:fs';
import path from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** What says only which run wrote a row, and when. */
export const ofTheRun = ['_run', '_seq', 'run_id', 'refused_at'];
/** … and when bronze took it in. */
export const ofTheArrival = [...ofTheRun, 'ingestion_timestamp'];

const quoted = (name: string): string => `"${name}"`;

async function openEngine(): Promise<{ instance: DuckDBInstance; connection: DuckDBConnection }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '1GB' });
  const connection = await instance.connect();
  await connection.run(`set TimeZone = 'UTC'`);
  return { instance, connection };
}

const warehouseOf = (folder: string, catalog: string): string => {
  const file = path.join(folder, 'warehouse', `${catalog}.duckdb`);
  if (!existsSync(file)) throw new Error(`no warehouse in ${folder}`);
  return file;
};

/** Changes a warehouse behind the back of the project, which is closed. */
export async function tamper(folder: string, catalog: string, sql: string): Promise<void> {
  const { instance, connection } = await openEngine();
  await connection.run(
    `attach '${warehouseOf(folder, catalog)}' as ${quoted(catalog)}; use ${quoted(catalog)}; ${sql}`,
  );
  await connection.run(`use memory; detach ${quoted(catalog)}`);
  connection.closeSync();
  instance.closeSync();
}

/** Copies of what is in the warehouses of closed projects, side by side; each has a name of its own. */
export class Looking {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  static async at(folders: Readonly<Record<string, string>>, catalog: string): Promise<Looking> {
    const { instance, connection } = await openEngine();
    const looking = new Looking(instance, connection);
    for (const [name, folder] of Object.entries(folders))
      await looking.#copy(name, warehouseOf(folder, catalog), catalog);
    return looking;
  }

  /** The views name the catalog, so one after the other stands under that name. */
  async #copy(name: string, file: string, catalog: string): Promise<void> {
    await this.run(`attach '${file}' as ${quoted(catalog)} (read_only); attach ':memory:' as ${quoted(name)}`);
    const tables = await this.rows<{ schema: string; table: string }>(
      `select distinct schema_name as schema, table_name as "table" from duckdb_columns()
       where database_name = '${catalog}' and not internal`,
    );
    for (const { schema, table } of tables) {
      const place = `${quoted(schema)}.${quoted(table)}`;
      await this.run(`create schema if not exists ${quoted(name)}.${quoted(schema)};
        create table ${quoted(name)}.${place} as from ${quoted(catalog)}.${place}`);
    }
    await this.run(`detach ${quoted(catalog)}`);
  }

  async rows<Row = Record<string, unknown>>(sql: string): Promise<readonly Row[]> {
    return (await this.#connection.runAndReadAll(sql)).getRowObjectsJson() as unknown as readonly Row[];
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql);
  }

  /** Every table and view with its columns, by `schema.table`; those of Esteira's own only when asked for. */
  async tables(name: string, own = false): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = new Map<string, string[]>();
    for (const row of await this.rows<{ schema: string; table: string; column: string }>(
      `select schema_name as schema, table_name as "table", column_name as "column" from duckdb_columns()
       where database_name = '${name}' and not internal and (${own} or schema_name <> '_esteira') order by 1, 2, column_index`,
    )) {
      const id = `${row.schema}.${row.table}`;
      found.set(id, [...(found.get(id) ?? []), row.column]);
    }
    return found;
  }

  /** A table without some columns; the producer's row loses them too. */
  #relation(name: string, table: string, columns: readonly string[], without: readonly string[]): string {
    const kept = columns.filter((column) => !without.includes(column));
    const patch = JSON.stringify(Object.fromEntries(without.map((column) => [column, null])));
    const list = kept.map((column) =>
      column === '_original'
        ? `case when _original is not null then cast(json_merge_patch(cast(_original as json), '${patch}') as varchar) end as _original`
        : quoted(column),
    );
    const [schema = '', of = ''] = table.split('.');
    return `(select ${list.join(', ')} from ${quoted(name)}.${quoted(schema)}.${quoted(of)})`;
  }

  /** Count and order-independent hash of every table. */
  async hashes(name: string, without = ofTheRun): Promise<Readonly<Record<string, string>>> {
    const found: Record<string, string> = {};
    for (const [table, columns] of await this.tables(name)) {
      const [row] = await this.rows<{ n: string; h: string }>(
        `select count(*)::varchar as n, coalesce(sum(hash(r)::hugeint), 0)::varchar as h
         from ${this.#relation(name, table, columns, without)} as r`,
      );
      found[table] = `${row?.n} rows, ${row?.h}`;
    }
    return found;
  }

  /** Rows that one has and the other has not, both ways, for every table that either has. */
  async differences(
    one: string,
    other: string,
    { without, own = false }: { readonly without: readonly string[]; readonly own?: boolean },
  ): Promise<readonly string[]> {
    const [left, right] = [await this.tables(one, own), await this.tables(other, own)];
    const found: string[] = [];
    for (const table of new Set([...left.keys(), ...right.keys()])) {
      const columns = left.get(table);
      // A column that was added later stands last.
      if (!columns || String(columns.toSorted()) !== String(right.get(table)?.toSorted())) {
        found.push(`${table}: columns ${columns} and ${right.get(table)}`);
        continue;
      }
      const [a, b] = [one, other].map((name) => this.#relation(name, table, columns, without));
      for (const [here, there, who] of [
        [a, b, one],
        [b, a, other],
      ]) {
        const only = `(from ${here} except all from ${there})`;
        const rows = await this.rows(
          `select cast(to_json(r) as varchar) as row, count(*) over () as n from ${only} as r limit 2`,
        );
        if (rows.length > 0)
          found.push(`${table}: ${rows[0]?.['n']} only in ${who}: ${rows.map((row) => row['row']).join(' ')}`);
      }
    }
    return found;
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}
