import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import type { Figure, Goal, Outcome } from '../figure.ts';
import { measure } from '../measure.ts';
import { emptyPlace, root } from '../places.ts';
import { type Contender, interleave, median, type Samples } from '../rounds.ts';
import { history, jobs, postgres, runNamed, sqlite } from './rows.ts';

const schema = 'esteira_bench_history';
const server = process.env['ESTEIRA_TEST_POSTGRES'] ?? '';
/** What is asked must be answered in so many milliseconds. */
const atMost = 200;

const definitions = `import { byHand, col, cron, job, sql, table } from 'esteira';
const columns = { n: col.integer().key() };
export const bronze = table('bronze.t', { columns, rows: sql\`select 1 as n\` });
export const silver = table('silver.t', { columns, rows: sql\`select n from \${bronze}\` });
export const gold = table('gold.t', { columns, rows: sql\`select n from \${silver}\` });
export const old = job('old', { when: byHand, build: [gold] });
${Array.from({ length: jobs }, (_, index) => `export const job_${index} = job('job_${index}', { when: cron('0 ${index} * * *', { timeZone: 'UTC' }), build: [gold] });`).join('\n')}
`;

function project(name: string, state: string): string {
  const folder = emptyPlace('history', name);
  for (const below of ['node_modules', 'definitions', 'data']) mkdirSync(path.join(folder, below));
  // The sources themselves: the questions are put within one process.
  symlinkSync(root, path.join(folder, 'node_modules', 'esteira'), 'dir');
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(path.join(folder, 'definitions', 'shop.ts'), definitions);
  writeFileSync(
    path.join(folder, 'esteira.config.ts'),
    `import { duckdb, env, folder, postgres, project, sqlite } from 'esteira/config';
export default project({ name: 'history', pipelines: { shop: 'definitions/*.ts' }, standard: 'here', environments: { here: {
  warehouse: duckdb({ folder: 'warehouse' }), state: ${state}, files: folder({ path: 'data' }) } } });
`,
  );
  return folder;
}

const bin = path.join(root, 'bin', 'esteira.mjs');
const env = { DATABASE_URL: server };
const command = (folder: string, ...words: readonly string[]) =>
  measure({ file: process.execPath, args: [bin, ...words], folder, env });

/** A project with a history in SQLite; gives the size of it in bytes. */
async function inSqlite(folder: string, runs: number): Promise<number> {
  await command(folder, 'setup');
  const file = path.join(folder, 'state.sqlite');
  const database = new DatabaseSync(file);
  database.exec('pragma synchronous = off; begin');
  for (const statement of history(runs, sqlite)) database.exec(statement);
  database.exec('commit; pragma wal_checkpoint(truncate)');
  database.close();
  return statSync(file).size;
}

async function inPostgres(folder: string, runs: number): Promise<number> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    await client.query(`drop schema if exists ${schema} cascade`);
    await command(folder, 'setup');
    await client.query(`set search_path to ${schema}`);
    for (const statement of history(runs, postgres)) await client.query(statement);
    // What the server does by itself sooner or later.
    await client.query('vacuum analyze run, step, attempt, log, tick');
    const { rows } = await client.query(
      `select sum(pg_total_relation_size(c.oid))::float8 as size from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = '${schema}' and relkind = 'r'`,
    );
    return rows[0].size;
  } finally {
    await client.end();
  }
}

async function drop(): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  await client.query(`drop schema if exists ${schema} cascade`);
  await client.end();
}

/** The median of each question, in milliseconds, by store. */
function answers(samples: Samples, store: string): Readonly<Record<string, number>> {
  const rounds = (samples.get(`${store}, asked`) ?? []).map(
    ({ output }) => JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as Record<string, number>,
  );
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(rounds.map((round) => round[name] ?? Number.NaN))]));
}

export const figure: Figure = {
  about:
    'status, runs, a run and its log over a million runs, each asked once by a process that has just begun; and the whole commands',
  rounds: 9,
  async measure({ rounds, size: runs = 1_000_000, say }): Promise<Outcome> {
    const stores = [
      { store: 'sqlite', state: "sqlite({ file: 'state.sqlite' })", fill: inSqlite },
      { store: 'postgres', state: `postgres(env('DATABASE_URL'), { schema: '${schema}' })`, fill: inPostgres },
    ].filter(({ store }) => store === 'sqlite' || server !== '');
    const contenders: Contender[] = [];
    const notes: string[] = [];
    for (const { store, state, fill } of stores) {
      const folder = project(store, state);
      const bytes = await fill(folder, runs);
      notes.push(`${store}: ${runs} runs with ${3 * runs} steps, ${(bytes / 1e9).toFixed(2)} GB`);
      const args = [path.join(root, 'bench', 'history', 'ask.ts'), folder, runNamed(Math.ceil(runs / 2))];
      contenders.push(
        { name: `${store}, asked`, run: () => measure({ file: process.execPath, args, folder, env }) },
        { name: `${store}, esteira status`, run: () => command(folder, 'status') },
        { name: `${store}, esteira runs`, run: () => command(folder, 'runs') },
      );
    }
    try {
      const samples = await interleave({ contenders, rounds, say });
      const goals: Goal[] = stores.flatMap(({ store }) =>
        Object.entries(answers(samples, store)).map(([name, measured]) => ({
          text: `${store}: ${name}`,
          measured,
          atMost,
          unit: 'ms',
        })),
      );
      const skipped = server === '' ? ['postgres: ESTEIRA_TEST_POSTGRES names no server'] : [];
      return { samples, goals, skipped, notes };
    } finally {
      if (server !== '') await drop();
      // It holds a link to the folder that it is in.
      emptyPlace('history');
    }
  },
};
