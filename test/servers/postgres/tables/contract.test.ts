// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { ask, server, withoutServer } from '../../../../src/adapters/postgres/testing.ts';
import { Shop } from './shop.ts';

const made = `create table orders (id int primary key, price numeric(10, 2), note text, updated_at timestamptz not null default '2026-03-01');
  insert into orders values (1, 1.5, 'one'), (2, 2.5, null);`;
const definitions = (
  more = '',
  columns = `id: col.integer(), price: col.decimal(10, 2), note: col.text().optional()`,
): string => `
export const orders = source('app.orders', { reader: app.table('$.orders'), columns: { ${columns} }${more} });
export const gold = table('gold.orders', { columns: orders.columns, rows: sql\`select * from \${orders}\`, write: 'replace' });
export const daily = job('daily', { when: byHand, build: [gold] });
`;

const opened: Shop[] = [];
async function shop(text = definitions(), sql = made, url?: string): Promise<Shop> {
  const one = await Shop.open({ sql, definitions: text, ...(url === undefined ? {} : { url }) });
  opened.push(one);
  return one;
}
const incremental = (cursor: string): string => `
export const orders = source('app.orders', { reader: app.table('$.orders', { cursor: '${cursor}' }), columns: { id: col.integer().key() } });
export const merged = table('silver.orders', { columns: orders.columns, rows: sql\`select * from \${orders.unread}\`, write: 'merge' });
export const daily = job('daily', { when: byHand, build: [merged] });
`;

describe('a table of Postgres is held to what its source declares', { skip: withoutServer, concurrency: 2 }, () => {
  after(async () => {
    for (const one of opened.splice(0)) await one.close();
  });

  test('a new column is ignored, and said once', async () => {
    const one = await shop(
      definitions(
        '',
        'id: col.integer(), price: col.decimal(10, 2), note: col.text().optional(), updated_at: col.timestamp()',
      ),
    );
    await one.say('alter table orders add discount int, add reason text');
    assert.deepEqual(await one.run(), [
      `app.orders: new columns discount, reason in ${one.schema}.orders, not declared: it is ignored`,
    ]);
    assert.deepEqual(await one.run(), []);
    assert.deepEqual(await one.rows('select id, price from gold.orders order by id'), [
      [1, '1.50'],
      [2, '2.50'],
    ]);
  });

  test('a new column is kept beside the row, to its last digit', async () => {
    const one = await shop(definitions(`, newColumns: 'keep'`));
    await one.say(
      `alter table orders add big bigint, add tags text[]; update orders set big = 9007199254740993, tags = '{a}' where id = 1`,
    );
    assert.equal((await one.run()).length, 1);
    assert.deepEqual(await one.rows('select _extra::varchar from gold.orders order by id'), [
      ['{"updated_at":"2026-03-01 00:00:00+00","big":9007199254740993,"tags":["a"]}'],
      ['{"updated_at":"2026-03-01 00:00:00+00","big":null,"tags":null}'],
    ]);
  });

  test('a new column that is refused, a column that is gone, and a type that is never of the kind break the contract before anything is copied', async () => {
    const refused = await shop(definitions(`, newColumns: 'refuse'`));
    const error = await refused.fails();
    const before = await refused.refused();
    assert.equal(before.code, 'RUN_NOT_READY');
    assert.match(before.details.got ?? '', /^source app\.orders: SOURCE_DRIFTED: .*it has updated_at/);
    assert.deepEqual(
      [error.code, error.details.got],
      ['SOURCE_DRIFTED', `${refused.schema}.orders: it has updated_at, which is not declared`],
    );
    assert.match(error.details.what, /^The table breaks the contract of app\.orders/);

    const one = await shop();
    await one.run();
    await one.say('alter table orders rename price to preco');
    const renamed = await one.fails();
    assert.match(renamed.details.got ?? '', /it has no column price/);
    await one.say('alter table orders rename preco to price; alter table orders alter price type boolean using true');
    const typed = await one.fails();
    assert.equal(typed.details.got, `${one.schema}.orders: its column price is boolean, which is never decimal`);
    assert.deepEqual(await one.rows('select count(*) from gold.orders'), [[2]], 'what was there is there');
  });

  test('where it is set aside the table gives no rows, and is named', async () => {
    const one = await shop(definitions(`, breach: 'set aside'`));
    await one.say('alter table orders drop price');
    await one.run();
    assert.deepEqual(await one.rows('select count(*) from gold.orders'), [[0]]);
    const [found] = await one.rows(`select details from _esteira.publication order by run_seq desc limit 1`);
    assert.match(JSON.stringify(found), /it has no column price/);
  });

  test('an optional column that is gone is null, said once; another name of a column is found', async () => {
    const one = await shop(
      definitions(
        '',
        `id: col.integer(), price: col.decimal(10, 2).alias('preco'), note: col.text().optional(), updated_at: col.timestamp()`,
      ),
    );
    await one.say('alter table orders drop note; alter table orders rename price to preco');
    assert.deepEqual(await one.run(), [`app.orders: no column note in ${one.schema}.orders: its values are missing`]);
    assert.deepEqual(await one.run(), []);
    assert.deepEqual(await one.rows('select price, note from gold.orders order by id'), [
      ['1.50', null],
      ['2.50', null],
    ]);
  });

  test('a column of which no value is of its kind is said in one sentence, until it is mended', async () => {
    const one = await shop(
      definitions(
        '',
        `id: col.integer(), price: col.decimal(10, 2), note: col.text().optional(), updated_at: col.timestamp()`,
      ).replace("write: 'replace'", "write: 'replace', invalid: 'set aside'"),
    );
    await one.say(`alter table orders alter price type text using price || ' EUR'`);
    assert.deepEqual(await one.run(), [
      `app.orders: none of the 2 values of price in ${one.schema}.orders is of its kind, decimal (such as "1.50 EUR"): has its type changed?`,
    ]);
    assert.deepEqual(await one.rows('select id from gold.orders_invalidos where not price_kind order by id'), [
      [1],
      [2],
    ]);
    assert.deepEqual(await one.run(), []);
  });

  test('a value that is none of its kind is set aside with its row, and leaves when it is mended', async () => {
    const one = await shop(
      `export const orders = source('app.orders', { reader: app.table('$.orders', { cursor: 'updated_at' }), columns: { id: col.integer().key(), price: col.decimal(10, 2) } });
       export const merged = table('silver.orders', { columns: orders.columns, rows: sql\`select * from \${orders.unread}\`, write: 'merge', invalid: 'set aside' });
       export const daily = job('daily', { when: byHand, build: [merged] });`,
      `create table orders (id int primary key, price numeric, updated_at timestamptz not null default '2026-03-01'); insert into orders values (1, 'NaN'), (2, 1.234), (3, 1)`,
    );
    await one.run();
    assert.deepEqual(
      await one.rows('select id, price_kind, _original, _rid from silver.orders_invalidos order by id'),
      [
        [1, false, '{"id":1,"price":"NaN","updated_at":"2026-03-01 00:00:00+00"}', `${one.schema}.orders:1`],
        [2, false, '{"id":2,"price":1.234,"updated_at":"2026-03-01 00:00:00+00"}', `${one.schema}.orders:2`],
      ],
    );
    await one.say(`update orders set price = 5, updated_at = '2026-03-02' where id = 1`);
    await one.run();
    assert.deepEqual(await one.rows('select id from silver.orders_invalidos'), [[2]]);
    await one.say('update orders set price = 6 where id = 2');
    await one.world.do('reprocess', { scope: 'silver.orders', invalid: true });
    assert.deepEqual(await one.rows('select id, price from silver.orders order by id'), [
      [1, '5.00'],
      [2, '6.00'],
      [3, '1.00'],
    ]);
  });
});

describe('a table of Postgres that cannot be read is an error that says so', {
  skip: withoutServer,
  concurrency: 2,
}, () => {
  after(async () => {
    for (const one of opened.splice(0)) await one.close();
  });

  test('no such table; no such cursor; one that can say nothing', async () => {
    const one = await shop();
    await one.say('drop table orders');
    const gone = await one.fails();
    assert.equal(gone.code, 'SOURCE_UNUSABLE');
    assert.equal((await one.refused()).code, 'RUN_NOT_READY');
    assert.equal(gone.details.what, `The database of the source has no table ${one.schema}.orders.`);
    const lacking = await (await shop(incremental('changed'))).fails();
    assert.match(lacking.details.what, /has no column changed that could say what is new/);
    const text = await (await shop(incremental('note'))).fails();
    assert.match(text.details.what, /^note of .*\.orders cannot say what is new: it is text\.$/);
    for (const error of [gone, lacking, text])
      assert.match(error.details.where ?? '', /source app\.orders, definitions\/all\.ts:\d+/);
  });

  test('a view that fails in the middle', async () => {
    const one = await shop(
      undefined,
      `create view orders as select n as id, (1 / (n - 100000))::numeric as price, 'x' as note from generate_series(1, 200000) n`,
    );
    const error = await one.fails();
    assert.deepEqual([error.code, /division by zero/.test(error.details.got ?? '')], ['SOURCE_UNUSABLE', true]);
  });

  test('no right to read it, or a column of it; a right to the columns that are declared is enough', async () => {
    const one = await shop();
    const role = `${one.schema}_reader`;
    const url = new URL(server);
    [url.username, url.password] = [role, 'not-to-be-told'];
    await ask(`create role ${role} login password 'not-to-be-told'`);
    try {
      process.env['SHOP_URL'] = url.href;
      const other = await shop(definitions().replaceAll('$.', `${one.schema}.`), '', url.href);
      const none = await other.fails();
      assert.equal(none.code, 'SOURCE_REFUSED');
      assert.equal(none.details.what, `The user of the source may not read ${one.schema}.orders.`);
      const { code, details } = await other.refused();
      assert.equal(code, 'RUN_NOT_READY');
      assert.match(details.got ?? '', /SOURCE_REFUSED: The user of the source may not read/);
      assert.match(details.next, /grant select on/);
      await ask(
        `grant usage on schema ${one.schema} to ${role}; grant select (price, note) on ${one.schema}.orders to ${role}`,
      );
      const some = await other.fails();
      assert.equal(some.details.what, `The user of the source may not read id of ${one.schema}.orders.`);
      await ask(`grant select (id) on ${one.schema}.orders to ${role}`);
      await other.run();
      assert.deepEqual(await other.rows('select count(*) from gold.orders'), [[2]]);
      for (const error of [none, some]) assert.doesNotMatch(JSON.stringify(error), /not-to-be-told/);
    } finally {
      await ask(`drop owned by ${role} cascade; drop role ${role}`);
    }
  });
});

test('what is new of a table without a cursor is refused where it is written', { skip: withoutServer }, async () => {
  await assert.rejects(
    shop(definitions().replace('${orders}', '${orders.unread}')),
    (error: { code: string; details: { next: string } }) => {
      assert.equal(error.code, 'DEFINITION_INVALID');
      assert.match(error.details.next, /\{ cursor: 'updated_at' \}/);
      return true;
    },
  );
});
