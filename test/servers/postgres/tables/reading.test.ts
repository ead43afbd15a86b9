// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { ask, server, withoutServer } from '../../../../src/adapters/postgres/testing.ts';
import { Shop } from './shop.ts';

const columns = `id: col.integer().key(), price: col.decimal(10, 2), note: col.text().optional(), updated_at: col.timestamp().optional()`;
/** Orders as they are, what is new of them in bronze, and merged from there. */
const definitions = `
export const orders = source('app.orders', { reader: app.table('$.orders', { cursor: 'updated_at' }), columns: { ${columns} } });
export const bronze = table('bronze.orders', { columns: orders.columns, rows: orders.unread, write: 'append', invalid: 'set aside' });
export const merged = table('silver.orders', { columns: { ${columns} }, rows: sql\`select * from \${orders.unread}\`, write: 'merge', invalid: 'set aside' });
export const whole = table('gold.orders', { columns: { ${columns} }, rows: sql\`select * from \${orders}\`, write: 'replace' });
export const daily = job('daily', { when: byHand, build: [bronze, merged] });
export const all = job('all', { when: byHand, build: [whole] });
`;
const made = `create table orders (id int primary key, price numeric, note text, updated_at timestamptz);
  insert into orders select n, n * 1.5, 'note ' || n, timestamptz '2026-03-01 00:00:00+00' + n * interval '1 minute' from generate_series(1, 50) n;`;

const opened: Shop[] = [];
async function shop(sql = made, text = definitions): Promise<Shop> {
  const one = await Shop.open({ sql, definitions: text });
  opened.push(one);
  return one;
}
const counts = async (one: Shop): Promise<readonly unknown[]> =>
  (await one.rows('select (select count(*) from bronze.orders), (select count(*) from silver.orders)'))[0] ?? [];
/** A whole number, or a text that says one. */
const numbers = (rows: readonly (readonly unknown[])[]): readonly number[] => rows.map(([value]) => Number(value));

describe('a table of Postgres', { skip: withoutServer, concurrency: 2 }, () => {
  after(async () => {
    for (const one of opened) await one.close();
  });

  test('that is mentioned as it is is read whole by each run, and a row that has gone is gone', async () => {
    const one = await shop();
    await one.run('all');
    assert.deepEqual(await one.rows('select count(*), sum(price), min(note), max(updated_at) from gold.orders'), [
      [50, '1912.50', 'note 1', '2026-03-01T00:50:00Z'],
    ]);
    await one.say('delete from orders where id > 10; update orders set price = 0 where id = 1');
    await one.run('all');
    assert.deepEqual(await one.rows('select count(*), sum(price) from gold.orders'), [[10, '81.00']]);
  });

  test('what is new comes once: a changed row is another version of it, and the row of its key', async () => {
    const one = await shop();
    await one.run();
    assert.deepEqual(await counts(one), [50, 50]);
    await one.say(
      `update orders set price = 1, updated_at = '2026-03-09' where id = 7; insert into orders values (51, 2, null, '2026-03-09')`,
    );
    await one.run();
    assert.deepEqual(await counts(one), [52, 51]);
    assert.deepEqual(await one.rows('select price from silver.orders where id = 7'), [['1.00']]);
    assert.deepEqual(await one.rows(`select _rid from bronze.orders where id = 7 order by _seq`), [
      [`${one.schema}.orders:7@2026-03-01 00:07:00+00`],
      [`${one.schema}.orders:7@2026-03-09 00:00:00+00`],
    ]);
    await one.run();
    assert.deepEqual(await counts(one), [52, 51], 'again: nothing is new');
    await one.world.do('reprocess', { scope: 'silver.orders' });
    assert.deepEqual(await one.rows('select count(*), sum(price) from silver.orders'), [[51, '1905.00']]);
    assert.deepEqual((await one.rows('select count(distinct _seq) from silver.orders'))[0], [1], 'built anew');
  });

  test('rows of the very time of the bound are not lost, however often it stands', async () => {
    const one = await shop();
    for (let id = 100; id < 104; id += 1) {
      await one.say(`insert into orders values (${id}, 1, null, '2026-03-09 12:00:00.000001+00')`);
      await one.run();
      assert.deepEqual(await counts(one), [50 + id - 99, 50 + id - 99]);
    }
    await one.say(`insert into orders values (200, 1, null, '2026-03-09 12:00:00+00')`);
    await one.run();
    assert.deepEqual(await counts(one), [54, 54], 'one that is late by its own time is what lookback is for');
  });

  test('a row whose cursor says nothing is read by each run and kept once; one of a far day hides no other', async () => {
    const one = await shop();
    await one.say(
      `insert into orders values (60, 1, 'none', null), (61, 1, 'for ever', 'infinity'), (62, 1, 'never', '-infinity'), (63, 1, 'far', '9999-12-31')`,
    );
    await one.run();
    assert.deepEqual(await counts(one), [54, 52], 'infinity is no instant: bronze keeps it as what could not be read');
    assert.deepEqual(
      numbers(await one.rows('select count(*) from silver.orders_invalidos where not updated_at_kind')),
      [2],
    );
    await one.say(
      `insert into orders values (64, 1, 'usual', '2026-03-09'), (65, 1, 'none', null), (66, 1, 'never', '-infinity')`,
    );
    await one.run();
    assert.deepEqual(
      numbers(await one.rows('select id from bronze.orders where id >= 60 order by id')),
      [60, 61, 62, 63, 64, 65, 66],
    );
    assert.deepEqual(numbers(await one.rows('select id from silver.orders_invalidos order by id')), [61, 62, 66]);
    await one.say(`update orders set updated_at = '2026-03-09' where id in (61, 62, 66)`);
    await one.run();
    assert.deepEqual(await counts(one), [60, 57]);
    assert.deepEqual(
      await one.rows('select * from silver.orders_invalidos'),
      [],
      'mended, they leave the invalid rows',
    );
  });

  test('the bound stays before a transaction that goes on: its rows come when it has ended', async () => {
    const one = await shop();
    const slow = new pg.Client(server);
    await slow.connect();
    try {
      await slow.query(`begin; insert into ${one.schema}.orders values (70, 1, 'slow', now())`);
      await one.say(`insert into orders values (71, 1, 'quick', now())`);
      await one.run();
      assert.deepEqual(await counts(one), [50, 50], 'the quick one waits: the slow one is before it');
      await slow.query('commit');
    } finally {
      await slow.end();
    }
    const arrived = async () => numbers(await one.rows('select id from silver.orders where id >= 70 order by id'));
    // Other tests use the server too: a transaction of theirs may hold the bound back for a moment.
    for (let left = 50; left > 0 && (await arrived()).length === 0; left -= 1) {
      await one.run();
      await setTimeout(100);
    }
    assert.deepEqual(await arrived(), [70, 71]);
  });

  test('a whole number may be the cursor, and a time without a zone', async () => {
    for (const [type, first, second] of [
      ['bigint', '1', '9007199254740993'],
      ['smallint', '-5', '5'],
      ['timestamp', "'2026-03-01 10:00:00.123456'", "'2026-03-02'"],
    ] as const) {
      const kind = type === 'timestamp' ? 'timestamp' : 'bigint';
      const one = await shop(
        `create table events (id int primary key, moved ${type} not null); insert into events values (1, ${first})`,
        `export const events = source('app.events', { reader: app.table('$.events', { cursor: 'moved' }), columns: { id: col.integer(), moved: col.${kind}() } });
         export const bronze = table('bronze.events', { columns: events.columns, rows: events.unread, write: 'append' });
         export const daily = job('daily', { when: byHand, build: [bronze] });`,
      );
      await one.run();
      await one.say(`insert into events values (2, ${second}), (3, ${second})`);
      await one.run();
      await one.say(`insert into events values (4, ${second})`);
      await one.run();
      assert.deepEqual(numbers(await one.rows('select id from bronze.events order by _seq, id')), [1, 2, 3, 4], type);
    }
  });

  test('lookback reads what is recent by another column once more', async () => {
    const one = await shop(
      `create table events (id bigint primary key, made timestamptz not null, n int); insert into events values (10, '2026-03-08', 1)`,
      `export const events = source('app.events', { reader: app.table('$.events', { cursor: 'id' }), columns: { id: col.bigint().key(), made: col.timestamp(), n: col.integer() } });
       export const merged = table('silver.events', { columns: events.columns, rows: sql\`select * from \${events.since('made', { lookback: '3 days' })}\`, write: 'merge' });
       export const daily = job('daily', { when: byHand, build: [merged] });`,
    );
    await one.run();
    await one.say(`insert into events values (5, '2026-03-09', 2), (6, '2026-02-01', 3)`);
    await one.run();
    assert.deepEqual(numbers(await one.rows('select id from silver.events order by id')), [5, 10]);
  });

  test('with a day it is exactly the rows of the date, by a day and by an instant', async () => {
    for (const type of ['date', 'timestamptz', 'timestamp', 'text']) {
      const kind = type === 'date' ? 'date' : 'timestamp';
      const one = await shop(
        `create table sales (id int primary key, day ${type}); insert into sales values (1, '2026-03-01'), (2, '2026-03-02'), (3, '2026-03-02'), (4, '2026-03-03'), (5, null)`,
        `export const sales = source('app.sales', { reader: app.table('$.sales'), columns: { id: col.integer(), day: col.${kind}().optional() }, day: 'day' });
         export const bronze = table('bronze.sales', { columns: sales.columns, rows: sql\`select * from \${sales}\`, write: 'append' });
         export const daily = job('daily', { when: cron('0 2 * * *'), build: [bronze] });`,
      );
      await one.world.run('daily', '2026-03-02');
      assert.deepEqual(numbers(await one.rows('select id from bronze.sales order by id')), [2, 3], type);
    }
  });

  test('all tables that a step reads of a server are of one moment', async () => {
    const one = await shop(
      `create table a (n int); create table b (n int); insert into a values (1); insert into b values (1)`,
      `export const a = source('app.a', { reader: app.table('$.a'), columns: { n: col.integer() } });
       export const b = source('app.b', { reader: app.table('$.b'), columns: { n: col.integer() } });
       export const pairs = table('gold.pairs', { columns: { n: col.integer(), m: col.integer() }, rows: sql\`select a.n, b.n as m from \${a} as a cross join \${b} as b\`, write: 'replace' });
       export const daily = job('daily', { when: byHand, build: [pairs] });`,
    );
    const writing = new AbortController();
    const writer = (async () => {
      for (let n = 2; !writing.signal.aborted; n += 1)
        await one.say(`begin; update a set n = ${n}; update b set n = ${n}; commit`);
    })();
    try {
      for (let round = 0; round < 5; round += 1) {
        await one.run();
        assert.deepEqual(await one.rows('select count(*) from gold.pairs where n = m'), [[1]]);
      }
    } finally {
      writing.abort();
      await writer;
    }
  });

  test('without a key rows are what they say, equal ones are several; a view and a partitioned table are read too', async () => {
    const one = await shop(
      `create table log (line text, n int) partition by list (n); create table log_1 partition of log for values in (1); create table log_2 partition of log for values in (2);
       insert into log values ('a', 1), ('a', 1), ('b', 2); create view lines as select line from log`,
      `export const log = source('app.log', { reader: app.table('$.log'), columns: { line: col.text(), n: col.integer() } });
       export const lines = source('app.lines', { reader: app.table('$.lines'), columns: { line: col.text() } });
       export const bronze = table('bronze.log', { columns: log.columns, rows: sql\`select * from \${log}\`, write: 'append' });
       export const gold = table('gold.lines', { columns: lines.columns, rows: sql\`select * from \${lines}\`, write: 'replace' });
       export const daily = job('daily', { when: byHand, build: [bronze, gold] });`,
    );
    await one.run();
    await one.run();
    assert.deepEqual(await one.rows('select line, n from bronze.log order by all'), [
      ['a', 1],
      ['a', 1],
      ['b', 2],
    ]);
    assert.deepEqual(await one.rows('select line from gold.lines order by all'), [['a'], ['a'], ['b']]);
    const rids = (await one.rows('select _rid from bronze.log order by all')).map(([rid]) => String(rid));
    assert.equal(new Set(rids).size, 3);
    assert.ok(rids.some((rid) => rid.endsWith('#2')));
    await one.say(`insert into log values ('a', 1)`);
    await one.run();
    assert.deepEqual(await one.rows('select line, count(*) from bronze.log group by all order by all'), [
      ['a', 3],
      ['b', 1],
    ]);
  });

  test('keys of any type are identities: a composite one, a text', async () => {
    const one = await shop(
      `create table prices (shop text, day date, n int, primary key (day, shop)); insert into prices values ('a,b', '2026-01-31', 1), ('a"', '2026-02-01', 2)`,
      `export const prices = source('app.prices', { reader: app.table('$.prices'), columns: { n: col.integer() } });
       export const bronze = table('bronze.prices', { columns: prices.columns, rows: sql\`select * from \${prices}\`, write: 'append' });
       export const daily = job('daily', { when: byHand, build: [bronze] });`,
    );
    await one.run();
    const rids = (await one.rows('select _rid from bronze.prices order by n')).map(([rid]) => String(rid));
    assert.match(rids[0] ?? '', /\.prices:"2026-01-31","a,b"@[0-9a-f]{32}$/);
    assert.match(rids[1] ?? '', /\.prices:"2026-02-01","a\\""@[0-9a-f]{32}$/);
  });

  test('a name may be any that the catalogue has', async () => {
    const one = await shop(
      `create table "We ird.t" ("I""d" int primary key, "Größe" numeric, "select" text); insert into "We ird.t" values (1, 2.5, 'x')`,
      `export const odd = source('app.odd', { reader: app.table('$.We ird.t', { cursor: 'I"d' }), newColumns: 'keep',
         columns: { id: col.integer().key().alias('I"d'), size: col.real().alias('Größe') } });
       export const merged = table('silver.odd', { columns: odd.columns, rows: odd.unread, write: 'merge' });
       export const daily = job('daily', { when: byHand, build: [merged] });`,
    );
    await one.run();
    assert.deepEqual(await one.rows('select id, size, _extra::varchar, _rid from silver.odd'), [
      [1, 2.5, '{"select":"x"}', `${one.schema}.We ird.t:1`],
    ]);
  });

  test('in a database that does not know what its texts are spelled in, what is not UTF-8 is no text', async () => {
    const database = `esteira_test_${randomBytes(6).toString('hex')}`;
    await ask(`create database ${database} encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C' template template0`);
    const url = new URL(server);
    url.pathname = `/${database}`;
    try {
      await ask(
        `create table notes (id int primary key, note text); insert into notes values (1, 'wörld'), (2, E'\\xff'), (3, null)`,
        url.href,
      );
      const one = await Shop.open({
        sql: '',
        url: url.href,
        definitions: `export const notes = source('app.notes', { reader: app.table('notes'), columns: { id: col.integer(), note: col.text().optional() } });
         export const bronze = table('bronze.notes', { columns: notes.columns, rows: sql\`select * from \${notes}\`, write: 'append' });
         export const daily = job('daily', { when: byHand, build: [bronze] });`,
      });
      try {
        await one.run();
        assert.deepEqual(await one.rows('select id, note, _unread::varchar from bronze.notes order by id'), [
          [1, 'wörld', null],
          [2, null, '[note]'],
          [3, null, null],
        ]);
      } finally {
        await one.close();
      }
    } finally {
      await ask(`drop database ${database} with (force)`);
    }
  });
});
