import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { bin, installPackage } from '../esteira.ts';
import type { Figure, Outcome } from '../figure.ts';
import { writeConfiguration } from '../generated.ts';
import { measure, type Sample } from '../measure.ts';
import { emptyPlace } from '../places.ts';
import { interleave, median, medians } from '../rounds.ts';

const server = process.env['ESTEIRA_TEST_POSTGRES'] ?? '';
const schema = 'esteira_bench_changes';
const usual = 200_000;

const definitions = `import { always, col, env, job, source } from 'esteira';
import { postgres } from 'esteira/postgres';
export const orders = source('landing.orders', { reader: postgres(env('SHOP_URL')).changes('${schema}.orders'),
  columns: { id: col.bigint().key(), amount: col.decimal(12, 2), note: col.text().optional(), updated_at: col.timestamp() } });
export const follow = job('follow', { when: always, build: [orders] });
`;

async function say(...statements: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    let rows: readonly Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/** Half are inserted, a third and a sixth updated and deleted, in transactions of some hundreds. */
const change = (count: number): string => `do $$ declare size int := ${Math.ceil(count / 600)}; begin
  for i in 0..199 loop
    insert into ${schema}.orders select 1000000 + i * 3 * size + g, g, 'new ' || g, clock_timestamp() from generate_series(1, 3 * size / 2) g; commit;
    update ${schema}.orders set amount = amount + 1, updated_at = clock_timestamp() where id between i * size + 1 and i * size + size; commit;
    delete from ${schema}.orders where id between 1000000 + i * 3 * size + 1 and 1000000 + i * 3 * size + size / 2; commit;
  end loop; end $$`;

async function drop(): Promise<void> {
  const slots = `select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name like 'esteira_changes_%'`;
  await say(slots, 'drop publication if exists esteira_changes_here_follow', `drop schema if exists ${schema} cascade`);
}

export const figure: Figure = {
  about: 'changes of a Postgres table, landed each once with their place in the log: from the command to its end',
  rounds: 5,
  async measure({ rounds, size = usual, say: tell }): Promise<Outcome> {
    if (server === '')
      return {
        samples: new Map(),
        goals: [],
        skipped: ['all of it: ESTEIRA_TEST_POSTGRES names no server'],
        notes: [],
      };
    installPackage();
    const env = { SHOP_URL: server };
    const command = (folder: string, ...args: readonly string[]): Promise<Sample> =>
      measure({ file: process.execPath, args: [bin, ...args], folder, env });
    const folder = emptyPlace('changes', 'project');
    mkdirSync(path.join(folder, 'definitions'));
    writeConfiguration({ folder, catalog: 'changes' });
    writeFileSync(path.join(folder, 'definitions', 'shop.ts'), definitions);
    await drop();
    try {
      await say(
        `create schema ${schema}`,
        `create table ${schema}.orders (id bigint primary key, amount numeric(12,2), note text, updated_at timestamptz)`,
        `insert into ${schema}.orders select g, g, 'row ' || g, clock_timestamp() from generate_series(1, 200 * ${Math.ceil(size / 600)}) g`,
      );
      await command(folder, 'setup');
      await command(folder, 'sync', '--once');
      const contender = {
        name: 'esteira',
        prepare: async () => {
          await say(`delete from ${schema}.orders where id > 1000000`);
          await command(folder, 'sync', '--once');
          await say(change(size));
        },
        run: () => command(folder, 'sync', '--once'),
      };
      const samples = await interleave({ contenders: [contender], rounds, say: tell });
      const landed = await landedLast(folder, command);
      const { wall, cpu } = medians(samples, 'esteira');
      const rate = median((samples.get('esteira') ?? []).map((sample) => landed / sample.wall));
      return {
        samples,
        goals: [
          {
            text: `${landed} changes are landed, 30,000 in a second or more`,
            measured: wall,
            atMost: landed / 30_000,
            unit: 's',
          },
        ],
        skipped: ['dlt and its source pg_replication: not installed'],
        notes: [`${landed} changes: ${Math.round(rate)} in a second, ${cpu.toFixed(2)} s of the processor`],
      };
    } finally {
      await drop();
    }
  },
};

/** Of the run before, all of its parts. */
async function landedLast(
  folder: string,
  command: (folder: string, ...args: readonly string[]) => Promise<Sample>,
): Promise<number> {
  const sql =
    'select sum(n_in) from _esteira.publication where run_seq = (select max(run_seq) from _esteira.publication)';
  const { output } = await command(folder, 'query', sql, '--json');
  return Number((JSON.parse(output) as { rows: [string][] }).rows[0]?.[0]);
}
