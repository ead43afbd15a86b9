import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import pg from 'pg';
import { isLost } from '../../../../src/adapters/postgres/faults.ts';
import { killedLater, points, type Server } from './campaign.ts';
import { Shop } from './shop.ts';

interface Counts {
  readonly snapshot: number;
  readonly changes: number;
  readonly kills: number;
  readonly crashes: number;
  readonly differences: readonly string[];
}

/** Each statement says what it does, in the order in which it does it. */
const told = (operation: string, of: string): string =>
  `with done as (${of} returning *) insert into bulk_history (operation, id, v, note) select '${operation}', id, ${operation === 'delete' ? 'null, null' : 'v, note'} from done`;

/** So many changes at a time, of each kind; ids are never used again. */
function statements(turn: number, size: number, rows: number): readonly string[] {
  const [from, first] = [rows + turn * size, (turn * size) % (rows / 2)];
  return [
    told(
      'insert',
      `insert into bulk select g, g % 1000, 'new ' || g from generate_series(${from + 1}, ${from + size}) g`,
    ),
    told(
      'update',
      `update bulk set v = v + 1, note = 'turn ${turn}' where id between ${first + 1} and ${first + size}`,
    ),
    told('delete', `delete from bulk where id between ${rows / 2 + first + 1} and ${rows / 2 + first + size / 2}`),
  ];
}

/** A snapshot of many rows while others write, then many changes, the reader killed and the server too. */
export async function bulk(of: {
  readonly rows: number;
  readonly changes: number;
  readonly kills: number;
  readonly crashes: number;
  readonly server: Server;
}): Promise<Counts> {
  const { rows, changes, server } = of;
  const shop = await Shop.open({ seed: 1, url: server.url });
  await shop.say(`create table bulk (id bigint primary key, v int, note text);
    create table bulk_history (n bigserial primary key, operation text, id bigint, v int, note text);
    insert into bulk select g, g % 1000, 'row ' || g from generate_series(1, ${rows}) g; checkpoint`);
  shop.sandbox.write({
    'definitions/shop.ts': `import { always, col, env, job, source } from 'esteira';
import { postgres } from 'esteira/postgres';
export const bulk = source('landing.bulk', { reader: postgres(env('SHOP_URL')).changes('${shop.schema}.bulk'),
  columns: { id: col.bigint().key(), v: col.integer().optional(), note: col.text().optional() } });
export const follow = job('${shop.job}', { when: always, build: [bulk] });
`,
  });
  await shop.sandbox.succeed('setup');
  const stop = new AbortController();
  const state = { written: 0 };
  const writing = write(shop, { rows, changes, signal: stop.signal, state });
  try {
    let [kills, crashes, turn] = [0, 0, 0];
    await sleep(500);
    kills += (await killedLater(shop, 1200)) ? 1 : 0;
    while (!(await killed(shop, undefined))) await sleep(200);
    const later = points.slice(4, 12);
    while (kills < of.kills) {
      const point = later[turn % later.length] as string;
      turn += 1;
      if (await killed(shop, `${point}@${1 + (turn % 3)}`)) {
        if (state.written >= changes) break;
        continue;
      }
      kills += 1;
      if (crashes < of.crashes && kills * of.crashes >= (crashes + 1) * of.kills) {
        server.crash();
        crashes += 1;
      }
    }
    await writing;
    while (!(await killed(shop, undefined))) await sleep(200);
    return { ...(await compare(shop, rows)), kills, crashes };
  } finally {
    stop.abort();
    await writing.catch(() => undefined);
    await shop.close();
  }
}

/** True where it came to its end; a server on its way back is no end. */
async function killed(shop: Shop, stop: string | undefined): Promise<boolean> {
  try {
    return await shop.sync(stop);
  } catch (error) {
    if (!/SOURCE_UNREACHABLE|SLOT_IN_USE/.test(String(error))) throw error;
    return false;
  }
}

/** A transaction of each statement, until so much is written. One whose answer is lost is looked for in the history. */
async function write(
  shop: Shop,
  {
    rows,
    changes,
    signal,
    state,
  }: {
    readonly rows: number;
    readonly changes: number;
    readonly signal: AbortSignal;
    readonly state: { written: number };
  },
): Promise<void> {
  let client: pg.Client | undefined;
  const connected = async (): Promise<pg.Client> => {
    if (client) return client;
    const next = new pg.Client(shop.url);
    next.on('error', () => {
      client = undefined;
    });
    await next.connect();
    await next.query(`set search_path to ${shop.schema}`);
    client = next;
    return next;
  };
  for (let turn = 0; state.written < changes && !signal.aborted; turn++)
    for (const statement of statements(turn, 200, rows))
      for (let isDone = false; !isDone; ) {
        try {
          const [last] = (await (await connected()).query('select coalesce(max(n), 0)::int as n from bulk_history'))
            .rows;
          // After an answer was lost: the sequence leaves a gap where the statement was not committed.
          if (last.n > state.written && (await counted(await connected())) > state.written) {
            state.written = await counted(await connected());
            break;
          }
          state.written += (await (await connected()).query(statement)).rowCount ?? 0;
          isDone = true;
        } catch (error) {
          if (!isLost(error)) throw error;
          client = undefined;
          await sleep(50);
        }
        await sleep(2);
      }
  await client?.end();
}
const counted = async (client: pg.Client): Promise<number> =>
  Number((await client.query('select count(*)::int as n from bulk_history')).rows[0].n);

/** The changes that are landed are the last of the history, in its order; the snapshot is what those before make of the first rows. */
async function compare(shop: Shop, rows: number): Promise<Pick<Counts, 'snapshot' | 'changes' | 'differences'>> {
  const history = await shop.say('select operation, id::text, v, note from bulk_history order by n');
  const file = shop.sandbox.file('history.jsonl');
  writeFileSync(file, history.map((one, n) => `${JSON.stringify({ n, ...one })}\n`).join(''));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const ask = async (sql: string): Promise<readonly (readonly unknown[])[]> =>
    await (await connection.run(sql)).getRows();
  try {
    await connection.run(`attach '${shop.sandbox.file('warehouse/shop.duckdb')}' as w (read_only);
      create table h as select * from read_json('${file}', columns = {n: 'bigint', operation: 'varchar', id: 'bigint', v: 'bigint', note: 'varchar'});
      create table l as select row_number() over (order by _synced_at) - 1 as m, _operation as operation, id, v, note, _rid from w.landing.bulk where _operation <> 'snapshot';
      create table s as select id, v, note from w.landing.bulk where _operation = 'snapshot'`);
    const [[all, landed, snapshot, ids, total] = []] = await ask(
      'select (select count(*) from h), (select count(*) from l), (select count(*) from s), (select count(distinct _rid) from w.landing.bulk), (select count(*) from w.landing.bulk)',
    );
    const before = Number(all) - Number(landed);
    const [[wrong] = []] =
      await ask(`select count(*) from l full join (from h where n >= ${before}) as h on h.n = l.m + ${before}
      where (l.operation, l.id, l.v, l.note) is distinct from (h.operation, h.id, h.v, h.note)`);
    const made = `select id, v, note from (select id, v, note, operation from (
        select -1 as n, 'insert' as operation, g as id, g % 1000 as v, 'row ' || g as note from range(1, ${rows + 1}) as r(g)
        union all by name from (select n, operation, id, v, note from h where n < ${before})) qualify row_number() over (partition by id order by n desc) = 1) where operation <> 'delete'`;
    const [[odd] = []] = await ask(
      `select count(*) from ((${made} except all from s) union all (from s except all ${made}))`,
    );
    const differences = [
      ...(before < 0 ? [`${landed} changes landed of ${all}`] : []),
      ...(Number(wrong) > 0 ? [`${wrong} changes are not those of the history`] : []),
      ...(Number(odd) > 0 ? [`${odd} rows of the snapshot are not of one moment`] : []),
      ...(ids === total ? [] : [`${total} rows have ${ids} identities`]),
    ];
    return { snapshot: Number(snapshot), changes: Number(landed), differences };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
