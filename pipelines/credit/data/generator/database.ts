import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { calendar } from './calendar.ts';
import type { Plan } from './options.ts';
import { type Kind, type TableName, tableNames, tables } from './tables.ts';

export interface Database {
  run(sql: string): Promise<void>;
  rows<Row extends object>(sql: string): Promise<readonly Row[]>;
  close(): void;
}

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const types: Readonly<Record<Kind, string>> = {
  integer: 'bigint',
  text: 'varchar',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  decimal: 'decimal(12, 2)',
};

/**
 * What the plan knows of a change, beside the row's columns. `day` is the day of the file that brings it, `again` that of
 * an exact copy, `fault` the number of its fault (0 is none), `displaced` puts it at the end of the file, `steady` says
 * that a broken row may be made like it. A plain change needs to give the first three only.
 */
const planned = `
  synced timestamp,
  version smallint,
  day integer,
  deleted boolean default false,
  again integer,
  fault smallint default 0,
  displaced boolean default false,
  steady boolean default false`;

/** Everything drawn is a hash of a row number, so a plan is the same whatever the chunks and threads. */
const macros = (plan: Plan) => [
  `create macro pick(i, salt, n) as (hash(i, salt, ${plan.seed}::ubigint) % (n)::ubigint)::bigint`,
  `create macro few(i, salt, n) as least(pick(i, salt, n), pick(i, salt || ' too', n))`,
  `create macro one_of(i, salt, words) as words[1 + pick(i, salt, len(words))]`,
  `create macro micros(n) as to_microseconds((n)::bigint)`,
  `create macro at_day(day, second) as
    timestamp ${quoted(`${plan.firstDate} 03:00:00`)} + to_days((day)::integer) + to_seconds((second)::bigint)`,
  `create macro local_date(t) as (t - interval 3 hour)::date`,
  `create macro day_of(t) as datediff('day', date ${quoted(plan.firstDate)}, local_date(t))::integer`,
];

export async function openDatabase(options: {
  plan: Plan;
  spill: string;
  memoryLimit?: string | undefined;
  threads?: number | undefined;
}): Promise<Database> {
  const settings: Record<string, string> = {
    temp_directory: options.spill,
    memory_limit: options.memoryLimit ?? '3GB',
  };
  if (options.threads !== undefined) settings['threads'] = String(options.threads);
  const instance = await DuckDBInstance.create(':memory:', settings);
  const connection: DuckDBConnection = await instance.connect();
  const database: Database = {
    run: async (sql) => {
      await connection.run(sql);
    },
    rows: async <Row extends object>(sql: string) =>
      (await connection.runAndReadAll(sql)).getRowObjectsJS() as unknown as readonly Row[],
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
  await database.run("set TimeZone = 'UTC'");
  for (const macro of macros(options.plan)) await database.run(macro);
  for (const table of tableNames) await emptyChanges(database, table);
  const days = calendar(options.plan).map(
    (d) => `(${d.day}, ${d.ticketFrom}, ${d.ticketTo}, ${d.clientFrom}, ${d.clientTo})`,
  );
  const columns = 'ticket_from bigint, ticket_to bigint, client_from bigint, client_to bigint';
  await database.run(`create table days (day integer, ${columns})`);
  await database.run(`insert into days values ${days.join(', ')}`);
  return database;
}

export const changesOf = (table: TableName): string => `changes_${table}`;

/** A new table rather than `delete`, which would keep its memory. */
export async function emptyChanges(database: Database, table: TableName): Promise<void> {
  const columns = Object.entries(tables[table].columns).map(([name, kind]) => `${name} ${types[kind]}`);
  await database.run(`create or replace table ${changesOf(table)} (${columns.join(', ')}, ${planned})`);
}

/** Adds changes to the plan of a table; columns that the query does not give are as in a plain change. */
export const plant = (database: Database, table: TableName, query: string): Promise<void> =>
  database.run(`insert into ${changesOf(table)} by name ${query}`);
