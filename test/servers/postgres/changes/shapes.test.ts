// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { ask, withoutServer } from '../../../../src/adapters/postgres/testing.ts';
import { Server } from './campaign.ts';
import { Shop } from './shop.ts';

/** A project that follows one table, which is made first. */
async function following(
  sql: string,
  of: { readonly columns: string; readonly more?: string; readonly url?: string },
): Promise<Shop> {
  const shop = await Shop.open({ seed: 1, ...(of.url ? { url: of.url } : {}) });
  await shop.say(sql);
  shop.sandbox.write({
    'definitions/shop.ts': `import { always, col, env, job, source } from 'esteira';
import { postgres } from 'esteira/postgres';
export const t = source('landing.t', { reader: postgres(env('SHOP_URL')).changes('${shop.schema}.t'), columns: { ${of.columns} }${of.more ?? ''} });
export const follow = job('${shop.job}', { when: always, build: [t] });
`,
  });
  await shop.sandbox.succeed('setup');
  assert.ok(await shop.sync());
  return shop;
}
const big = `repeat('x', 9000)`;

describe('tables of every shape are followed', { skip: withoutServer, concurrency: 2 }, () => {
  test('one without a key, known by its whole rows: an update is a delete and an insert, and a truncate is told', async () => {
    const shop = await following(
      `create table t (n int, note text); alter table t replica identity full; insert into t values (1, 'a'), (1, 'a')`,
      { columns: 'n: col.integer().optional(), note: col.text().optional()' },
    );
    await shop.say(`update t set note = 'b'; delete from t where ctid = (select min(ctid) from t)`);
    assert.ok(await shop.sync());
    assert.deepEqual(await shop.query('select n, note, _operation from landing.t order by _synced_at, _rid'), [
      ...[0, 1].map(() => [1, 'a', 'snapshot']),
      ...[0, 1].flatMap(() => [
        [1, 'a', 'delete'],
        [1, 'b', 'insert'],
      ]),
      [1, 'b', 'delete'],
    ]);
    await shop.say('truncate t');
    assert.match(await shop.sandbox.succeed('sync', '--once'), /rows that are gone cannot be told/);
  });

  test('a partitioned one is one table, wherever its rows are and go', async () => {
    const shop = await following(
      `create table t (id int, day date, note text, primary key (id, day)) partition by range (day);
      create table t_1 partition of t for values from ('2026-01-01') to ('2026-02-01');
      create table t_2 partition of t for values from ('2026-02-01') to ('2026-03-01'); insert into t values (1, '2026-01-05', 'a'), (2, '2026-02-05', 'b')`,
      { columns: 'id: col.integer().key(), day: col.date().key(), note: col.text().optional()' },
    );
    await shop.say(`insert into t values (3, '2026-01-06', 'c'); update t set day = '2026-02-06' where id = 3; update t set note = 'd' where id = 1;
      create table t_3 partition of t for values from ('2026-03-01') to ('2026-04-01'); insert into t values (4, '2026-03-01', 'e')`);
    assert.ok(await shop.sync());
    assert.deepEqual(
      await shop.query(
        `select id, cast(day as varchar), note, _operation from landing.t where _operation <> 'snapshot' order by _synced_at`,
      ),
      [
        [3, '2026-01-06', 'c', 'insert'],
        [3, '2026-01-06', null, 'delete'],
        [3, '2026-02-06', 'c', 'insert'],
        [1, '2026-01-05', 'd', 'update'],
        [4, '2026-03-01', 'e', 'insert'],
      ],
    );
  });

  test('one that an index identifies, whose other columns go into one of their own', async () => {
    const shop = await following(
      `create table t (a int not null, b text not null, note text, other int, large text); create unique index u on t (b, a);
      alter table t replica identity using index u; alter table t alter large set storage external; insert into t values (1, 'x', 'n', 7, ${big})`,
      {
        columns: 'a: col.integer().key(), b: col.text().key(), note: col.text().optional()',
        more: `, newColumns: 'keep'`,
      },
    );
    await shop.say(
      `update t set other = 8; update t set other = null, note = 'm'; update t set a = 2; update t set large = 'small'; delete from t`,
    );
    assert.ok(await shop.sync());
    const rows = await shop.query(
      `select a, b, note, _operation, cast(_extra->>'other' as int), length(_extra->>'large'), _unread from landing.t order by _synced_at`,
    );
    assert.deepEqual(rows, [
      [1, 'x', 'n', 'snapshot', 7, 9000, null],
      [1, 'x', 'n', 'update', 8, 9000, null],
      [1, 'x', 'm', 'update', null, 9000, null],
      [1, 'x', null, 'delete', null, null, null],
      [2, 'x', 'm', 'insert', null, 9000, null],
      [2, 'x', 'm', 'update', null, 5, null],
      [2, 'x', null, 'delete', null, null, null],
    ]);
  });

  test('a slot that the server has given up is told, and another snapshot goes on', async () => {
    const server = new Server();
    after(() => server.stop());
    const shop = await following('create table t (id int primary key, note text); insert into t values (1, null)', {
      ...{ columns: 'id: col.integer().key(), note: col.text().optional()', url: server.url },
    });
    await ask(`alter system set max_slot_wal_keep_size = '1MB'`, server.url);
    await shop.say(`select pg_reload_conf(); insert into t select g, ${big} from generate_series(2, 8000) g`);
    for (let turn = 0; turn < 3; turn++) {
      await shop.say('select pg_switch_wal()');
      await ask('checkpoint', server.url);
    }
    const { exit, err } = await shop.sandbox.start(['sync', '--once']).ended;
    assert.equal(exit, 3, err);
    assert.match(err, /CHANGES_LOST: .*\n.*\n +got +the server has given up the slot/);
    await shop.say('delete from t where id > 10');
    await shop.sandbox.succeed('sync', '--once', '--snapshot');
    assert.deepEqual(await shop.query('select count(*), count(distinct id) from landing.t'), [[11, 10]]);
  });
});
