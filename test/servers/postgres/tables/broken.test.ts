// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type AddressInfo, connect, createServer } from 'node:net';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, server, withoutServer } from '../../../../src/adapters/postgres/testing.ts';
import { definitions } from '../../../errors/case.ts';
import { Sandbox } from '../../../sandbox.ts';
import { Shop } from './shop.ts';

/** A way to the server that is lost after so many bytes of answers, once. */
async function losing(bytes: number): Promise<{ readonly url: string; readonly lost: () => boolean; close(): void }> {
  let left = bytes;
  let isLost = false;
  const target = new URL(server);
  const proxy = createServer((client) => {
    const behind = connect(Number(target.port || 5432), target.hostname);
    for (const [one, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      one.on('error', () => {});
      one.on('close', () => other.destroy());
    }
    client.pipe(behind);
    behind.on('data', (answer) => {
      left -= answer.length;
      if (left < 0 && !isLost) {
        isLost = true;
        client.destroy();
      } else if (!client.write(answer)) {
        behind.pause();
        client.once('drain', () => behind.resume());
      }
    });
  });
  proxy.unref();
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = new URL(server);
  [url.hostname, url.port] = ['127.0.0.1', String((proxy.address() as AddressInfo).port)];
  return { url: url.href, lost: () => isLost, close: () => void proxy.close() };
}

const big = (
  rows: number,
): string => `create table orders (id int primary key, note text, updated_at timestamptz not null);
  insert into orders select n, 'a note that is long enough ' || n, timestamptz '2026-03-01' + n * interval '1 ms' from generate_series(1, ${rows}) n;`;
const shopText = `
export const orders = source('app.orders', { reader: app.table('$.orders', { cursor: 'updated_at' }), columns: { id: col.integer(), note: col.text(), updated_at: col.timestamp() } });
export const bronze = table('bronze.orders', { columns: orders.columns, rows: orders.unread, write: 'append' });
export const daily = job('daily', { when: byHand, build: [bronze], limits: { step: '1 minute' } });
`;

describe('a copy that does not come to its end', { skip: withoutServer, concurrency: 2 }, () => {
  test('a connection that is lost in the middle: the step is tried again, and has every row once', async () => {
    const way = await losing(2_000_000);
    const shop = await Shop.open({ sql: big(100_000), definitions: shopText, url: way.url });
    try {
      const said = await shop.run();
      assert.ok(way.lost(), 'it was lost');
      assert.match(said.join('\n'), /SOURCE_UNREACHABLE|does not answer/);
      assert.deepEqual(await shop.rows('select count(*), count(distinct id), sum(id) from bronze.orders'), [
        [100_000, 100_000, 5_000_050_000],
      ]);
      assert.deepEqual(await shop.rows('select count(*) from _esteira.publication'), [[1]]);
    } finally {
      await shop.close();
      way.close();
    }
  });

  test('the limit of a step ends it, here and on the server, and nothing of it is there', async () => {
    const shop = await Shop.open({
      sql: `create view orders as select n as id, 'x'::text as note, now() as updated_at from (select n, pg_sleep(0.005) from generate_series(1, 100000) n) as t`,
      definitions: shopText
        .replace(", { cursor: 'updated_at' }", '')
        .replace('orders.unread', 'sql`select * from ${orders}`')
        .replace('1 minute', '2 seconds'),
    });
    try {
      const began = performance.now();
      const error = await shop.fails();
      assert.equal(error.code, 'TIME_LIMIT');
      assert.ok(performance.now() - began < 8000, 'at once');
      assert.deepEqual(await shop.rows('select count(*) from bronze.orders'), [[0]]);
      const going = `select count(*)::int as n from pg_stat_activity where query like 'copy (%${shop.schema}%' and state = 'active' and pid <> pg_backend_pid()`;
      for (let left = 40; left > 0 && (await ask(going))[0]?.['n'] !== 0; left -= 1) await sleep(100);
      assert.equal((await ask(going))[0]?.['n'], 0, 'the server copies no more');
    } finally {
      await shop.close();
    }
  });
});

describe('a run that was killed while it read a table of Postgres', { skip: withoutServer, concurrency: 3 }, () => {
  const stops = ['before-intent@1', 'intent@1', 'staged@1', 'candidate@1', 'before-commit@1', 'published@1', 'done@1'];
  for (const stop of stops) {
    test(`at ${stop}: it goes on up to the bound of its first attempt, and the next run has the rest`, async () => {
      const schema = `esteira_test_${randomBytes(6).toString('hex')}`;
      after(() => ask(`drop schema if exists ${schema} cascade`));
      await ask(`create schema ${schema}; set search_path to ${schema}; ${big(500)}`);
      const sandbox = new Sandbox({
        'definitions/shop.ts': definitions(
          shopText.replaceAll('$.', `${schema}.`).replaceAll('app.table', `postgres(env('SHOP_URL')).table`),
        ),
      });
      const run = (...words: string[]) => sandbox.start(words, { env: { SHOP_URL: server } }).ended;
      assert.equal((await run('setup')).exit, 0);
      const killed = await sandbox.start(['run', 'daily'], { env: { SHOP_URL: server, ESTEIRA_STOP_AT: stop } }).ended;
      assert.equal(killed.exit, 137, `${stop} is not met: ${killed.err}`);
      await ask(`insert into ${schema}.orders values (501, 'late', '2026-03-02')`);
      const counts = async (): Promise<unknown> => {
        const { out } = await run(
          'query',
          'select count(*) as n, count(distinct id) as ids from bronze.orders',
          '--json',
        );
        return (JSON.parse(out) as { rows: unknown[] }).rows[0];
      };
      const resumed = await run('run', 'daily');
      assert.equal(resumed.exit, 0, resumed.err);
      const before = stop === 'before-intent@1' ? 501 : 500;
      assert.deepEqual(await counts(), [before, before], 'no bound was fixed before the intent');
      assert.equal((await run('run', 'daily', '--again')).exit, 0);
      assert.deepEqual(await counts(), [501, 501]);
    });
  }
});

describe('a million rows', { skip: withoutServer }, () => {
  test('are read and equal, and what waits in Node does not grow with them', async () => {
    const columns =
      'id int8 primary key, updated_at timestamptz not null, amount numeric(12, 2), note text, active boolean, payload jsonb, uid uuid, day date, score float8, qty int4';
    const shop = await Shop.open({
      sql: `create table orders (${columns}); insert into orders select n, timestamptz '2026-01-01' + n * interval '1.000001 seconds', case when n % 97 = 0 then null else n * 0.01 end,
        case when n % 5 = 0 then null else repeat('wörd ', (n % 7)::int) || n end, n % 3 = 0, jsonb_build_object('n', n, 'list', array[n, n + 1]), md5(n::text)::uuid, date '2020-01-01' + (n % 3000)::int, n / 7.0, (n % 100000)::int
        from generate_series(1, 1000000) n`,
      definitions: `
export const orders = source('app.orders', { reader: app.table('$.orders'), columns: { id: col.bigint().key(), updated_at: col.timestamp(), amount: col.decimal(12, 2).optional(), note: col.text().optional(), active: col.boolean(), payload: col.json(), uid: col.text(), day: col.date(), score: col.real(), qty: col.integer() } });
export const gold = table('gold.orders', { columns: orders.columns, rows: sql\`select * from \${orders}\`, write: 'replace' });
export const daily = job('daily', { when: byHand, build: [gold] });`,
    });
    let most = 0;
    const watching = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }, 10);
    try {
      const before = process.memoryUsage().arrayBuffers;
      await shop.run();
      assert.ok(most - before < 32 * 2 ** 20, `${most - before} bytes`);
      // The same sums, each column's text by its own engine.
      const sums = ['id', 'amount', 'qty', 'length(note)', 'length(uid::varchar)']
        .map((one) => `sum(${one})::varchar`)
        .join(', ');
      const others = `count(*)::varchar, count(note)::varchar, count(amount)::varchar, max(updated_at)::varchar, min(day)::varchar, max(day)::varchar, sum(case when active then 1 else 0 end)::varchar,
        max(md5(uid::varchar))::varchar, max(md5(note))::varchar, min(md5(note))::varchar, max(score)::varchar`;
      const [here = []] = await shop.rows(`select ${sums}, ${others} from gold.orders`);
      const [there = {}] = await shop.say(
        `set timezone = 'UTC'; select ${sums.replaceAll('::varchar)', '::text)')}, ${others} from orders`.replace(
          /::varchar(?=,| from)/g,
          (_, at) => `::varchar as c${at}`,
        ),
      );
      assert.deepEqual(here, Object.values(there));
      const some = 'id in (1, 97, 500000, 1000000)';
      const [exact = []] = await shop.rows(
        `select list(md5(concat_ws('|', id, amount, note, active, uid, day, qty)) order by id)::varchar from gold.orders where ${some}`,
      );
      const [wanted = {}] = await shop.say(
        `select '[' || string_agg(md5(concat_ws('|', id, amount, note, case when active then 'true' else 'false' end, uid, day, qty)), ', ' order by id) || ']' as all from orders where ${some}`,
      );
      assert.deepEqual(exact, Object.values(wanted));
    } finally {
      clearInterval(watching);
      await shop.close();
    }
  });
});
