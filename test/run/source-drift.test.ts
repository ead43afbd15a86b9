import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { EsteiraError } from '../../src/errors.ts';
import { Looking, ofTheRun } from './support/compare.ts';
import { temporaryFolder, writeProject } from './support/folder.ts';
import { type Format, formats, type Row, type Types, writeRows } from './support/formats.ts';
import { World } from './support/world.ts';

const declared = `id: col.integer(), price: col.decimal(10, 2), note: col.text().optional()`;
/** Landing, all of it in bronze, judged in silver. */
const shop = (
  columns = declared,
  more = '',
) => `import { col, cron, files, job, keepLatest, source, sql, table } from 'esteira';
export const landing = source('landing.orders', { reader: files('orders/*'), columns: { ${columns} }${more} });
export const bronze = table('bronze.orders', {
  columns: landing.columns, rows: landing.unread, write: 'append', invalid: 'set aside' });
export const silver = table('silver.orders', {
  columns: { id: col.integer().key(), price: col.decimal(10, 2), note: col.text().optional() },
  rows: sql\`select id, price, note from \${bronze.since('id')}\`, write: 'merge', duplicates: keepLatest('id'), invalid: 'set aside' });
export const daily = job('daily', { when: cron('0 2 * * *'), build: [bronze, silver] });
`;

/** A shop of one format; each day brings a file of rows. */
class Shop {
  readonly world: World;
  readonly format: Format;
  rows = 0;

  private constructor(world: World, format: Format) {
    this.world = world;
    this.format = format;
  }
  static async open(format: Format, definitions = shop()): Promise<Shop> {
    const folder = temporaryFolder('drift');
    writeProject(folder, { catalog: 'shop', definitions });
    const world = await World.open(folder);
    await world.do('setup', {});
    return new Shop(world, format);
  }
  file(day: number): string {
    return `orders/2026-03-0${day}.${this.format}`;
  }
  async write(day: number, rows: readonly Row[], types?: Types): Promise<void> {
    this.rows += rows.length;
    await writeRows(path.join(this.world.folder, 'files', this.file(day)), rows, types);
  }
  /** What the run of a day warns of. */
  async run(day: number): Promise<readonly string[]> {
    this.world.events.length = 0;
    await this.world.run('daily', `2026-03-0${day}`);
    return this.world.events.flatMap((event) => (event.type === 'note' && event.level === 'warn' ? [event.text] : []));
  }
  async day(day: number, rows: readonly Row[]): Promise<readonly string[]> {
    await this.write(day, rows);
    return await this.run(day);
  }
  async refused(day: number, rows: readonly Row[], types?: Types): Promise<EsteiraError> {
    await this.write(day, rows, types);
    const error = await this.run(day).then(
      () => undefined,
      (thrown) => thrown,
    );
    assert.ok(error instanceof EsteiraError, 'the run fails');
    return error;
  }
  async ask(sql: string): Promise<unknown> {
    return (await this.world.rows(sql))[0]?.[0];
  }
  /** Each row that was delivered is in the table or among the invalid ones: there are no duplicates here. */
  async nothingLost(invalid = 0): Promise<void> {
    const [[valid, held, refused, lost] = []] = await this.world.rows(`select
      (select count(*) from silver.orders), (select count(*) from silver.orders_invalidos),
      (select count(*) from bronze.orders_invalidos), (select count(*) from bronze.orders)`);
    assert.equal(Number(valid) + Number(held) + Number(refused), this.rows);
    assert.equal(Number(held) + Number(refused), invalid);
    assert.equal(Number(lost) + Number(refused), this.rows);
  }
}

const plain = (from: number): readonly Row[] =>
  [from, from + 1, from + 2].map((id) => ({ id, price: id + 0.5, note: `n${id}` }));

for (const format of formats) {
  describe(format, () => {
    test('a new column is ignored and said once, however many days bring it, and status has it', async () => {
      const own = await Shop.open(format);
      assert.deepEqual(await own.day(1, plain(1)), []);
      const more = (from: number): readonly Row[] => plain(from).map((row) => ({ ...row, discount: 5 }));
      const said = `landing.orders: new column discount in ${own.file(2)}, not declared: it is ignored`;
      assert.deepEqual(await own.day(2, more(4)), [said]);
      assert.deepEqual(await own.day(3, more(7)), []);
      assert.deepEqual(await own.day(4, plain(10)), []);
      assert.deepEqual(await own.day(5, more(13)), [], 'it is no surprise when it comes again');
      const { drift } = await own.world.do('status', {});
      assert.deepEqual(
        drift.map(({ source, column, how }) => [source, column, how]),
        [['shop.landing.orders', 'discount', 'new']],
      );
      await own.nothingLost();
      await own.world.close();
    });

    test('a new column is kept beside the row, as it was written, and can be read from there', async () => {
      const own = await Shop.open(format, shop(declared, `, newColumns: 'keep'`));
      await own.day(1, plain(1));
      const [said] = await own.day(2, [
        { id: 4, price: 4.5, note: 'n', discount: 0.25, número: 'ç "x"' },
        { id: 5, price: 5.5, note: 'n', discount: null, número: null },
      ]);
      assert.equal(
        said,
        `landing.orders: new columns discount, número in ${own.file(2)}, not declared: kept in _extra`,
      );
      const kept = await own.world.rows(`select id, _extra from bronze.orders where _extra is not null order by id`);
      const discount = format === 'csv' ? '0.25' : 0.25;
      assert.deepEqual([kept[0]?.[0], JSON.parse(String(kept[0]?.[1]))], [4, { discount, número: 'ç "x"' }]);
      assert.equal(kept.length, format === 'jsonl' ? 2 : 1);
      assert.equal(
        await own.ask(`select (_extra->>'$.discount')::decimal(4,2)::varchar from bronze.orders where id = 4`),
        '0.25',
      );
      await own.nothingLost();
      await own.world.close();
    });

    test('a new column that is refused fails the step; once the file is mended all is as if it had never been', async () => {
      const own = await Shop.open(format, shop(declared, `, newColumns: 'refuse'`));
      const other = await Shop.open(format, shop(declared, `, newColumns: 'refuse'`));
      await own.day(1, plain(1));
      const error = await own.refused(
        2,
        plain(4).map((row) => ({ ...row, discount: 5 })),
      );
      assert.equal(error.code, 'SOURCE_DRIFTED');
      assert.match(
        error.details.got ?? '',
        new RegExp(`^${own.file(2)}: (its header|it) has discount, which is not declared$`),
      );
      assert.equal(await own.ask('select count(*) from bronze.orders'), 3, 'nothing of it is there');
      own.rows -= 3;
      await own.day(2, plain(4));
      await own.nothingLost();
      await other.day(1, plain(1));
      await other.day(2, plain(4));
      await own.world.close();
      await other.world.close();
      await same(own, other);
    });

    test('a column that may be missing and is gone is null, said once, and again when it goes once more', async () => {
      const own = await Shop.open(format);
      await own.day(1, plain(1));
      const less = (from: number): readonly Row[] => plain(from).map(({ id = 0, price = 0 }) => ({ id, price }));
      const said = (day: number) => [`landing.orders: no column note in ${own.file(day)}: its values are missing`];
      assert.deepEqual(await own.day(2, less(4)), said(2));
      assert.deepEqual(await own.day(3, less(7)), []);
      assert.deepEqual(
        (await own.world.do('status', {})).drift.map(({ how }) => how),
        ['gone'],
      );
      assert.deepEqual(await own.day(4, plain(10)), []);
      assert.deepEqual((await own.world.do('status', {})).drift, []);
      assert.deepEqual(await own.day(5, less(13)), said(5));
      assert.equal(await own.ask('select count(*) from silver.orders where note is null'), 9);
      await own.nothingLost();
      await own.world.close();
    });

    test('a column that must be there and is gone fails the step, or its rows, and the other name is suggested', async () => {
      const own = await Shop.open(format);
      await own.day(1, plain(1));
      const renamed = plain(4).map(({ id = 0, price = 0, note = '' }) => ({ id, preco: price, note }));
      const hint = `is price called preco now? Then declare it with .alias('preco')`;
      if (format === 'jsonl') {
        // A line may leave out what it has no value for: the row is judged.
        const said = await own.day(2, renamed);
        assert.match(
          said.join('\n'),
          new RegExp(`no column price in ${own.file(2)}: its values are missing; ${RegExp.escape(hint)}`),
        );
        assert.equal(await own.ask('select count(*) from bronze.orders_invalidos where not price_present'), 3);
        await own.nothingLost(3);
      } else {
        const error = await own.refused(2, renamed);
        assert.equal(error.code, 'SOURCE_DRIFTED');
        const { got = '' } = error.details;
        assert.ok(got.startsWith(`${own.file(2)}: `) && got.endsWith(`has no column price; ${hint}`), got);
        assert.match(error.details.where ?? '', /definitions\/all\.ts:\d+/);
        assert.equal(await own.ask('select count(*) from bronze.orders'), 3);
      }
      await own.world.close();
    });

    test('where it is set aside the other files go on, and the mended one comes later', async () => {
      const own = await Shop.open(format, shop(declared, `, newColumns: 'refuse', breach: 'set aside'`));
      await own.write(
        1,
        plain(1).map((row) => ({ ...row, discount: 5 })),
      );
      const [said, ...others] = await own.day(2, plain(4));
      assert.match(
        said ?? '',
        new RegExp(`^${own.file(1)} could not be read and was set aside: .*discount, which is not`),
      );
      assert.deepEqual([others, await own.ask('select count(*) from silver.orders')], [[], 3]);
      own.rows -= 3;
      assert.deepEqual(await own.day(1, plain(1)), []);
      await own.nothingLost();
      await own.world.close();
    });

    test('a column is read under the name that it has now, and old files under the old one', async () => {
      const own = await Shop.open(
        format,
        shop(declared.replace('price: col.decimal(10, 2)', `price: col.decimal(10, 2).alias('preco', 'valor')`)),
      );
      const other = await Shop.open(format);
      const renamed = plain(4).map(({ id = 0, price = 0, note = '' }) => ({ id, valor: price, note }));
      assert.deepEqual([...(await own.day(1, plain(1))), ...(await own.day(2, renamed))], []);
      await own.nothingLost();
      await other.day(1, plain(1));
      await other.day(2, plain(4));
      await own.world.close();
      await other.world.close();
      await same(own, other);
    });

    test('rows whose value is not of its kind are set aside; of a whole file the account says so in one sentence', async () => {
      const own = await Shop.open(format);
      await own.day(1, plain(1));
      const [first, ...rest] = plain(4);
      assert.deepEqual(
        await own.day(2, [
          { ...first, price: '4,50' } as Row,
          ...rest.map((row) => ({ ...row, price: `${row['price']}` })),
        ]),
        [],
      );
      await own.nothingLost(1);
      const said = await own.day(
        3,
        plain(7).map((row) => ({ ...row, price: `${row['price']} EUR` })),
      );
      const shown = `none of the 3 values of price in ${own.file(3)} is of its kind, decimal (such as "7.5 EUR"): has its type changed?`;
      assert.deepEqual(said, [`landing.orders: ${shown}`]);
      await own.nothingLost(4);
      await own.world.do('reprocess', { scope: 'bronze.orders' });
      assert.deepEqual(
        (await own.world.do('status', {})).drift.map(({ path }) => path),
        [own.file(3)],
      );
      const wrong = (await own.world.do('doctor', {})).findings.filter(({ ok }) => !ok);
      assert.deepEqual(
        wrong.map(({ what, found }) => [what, found]),
        [['files of bronze.orders', `landing.orders: ${shown}`]],
      );
      assert.equal(await own.ask(`select _original->>'$.price' from silver.orders_invalidos where id = 8`), '8.5 EUR');
      await own.world.close();
    });
  });
}

test('Parquet of a type that is never of the kind fails the step; of one that may be, what is is kept', async () => {
  const own = await Shop.open('parquet');
  const error = await own.refused(
    1,
    plain(1).map((row) => ({ ...row, id: `${row['id']}`, price: 'true' })),
    { price: 'boolean' },
  );
  assert.equal(error.code, 'SOURCE_DRIFTED');
  assert.equal(error.details.got, `${own.file(1)}: its column price is BOOLEAN, which is never decimal`);
  own.rows = 0;
  await own.write(
    1,
    [1, 2.25, 3.125].map((price, at) => ({ id: at, price, note: 'n' })),
    { id: 'double', price: 'double', note: 'blob' },
  );
  assert.deepEqual(await own.run(1), []);
  await own.nothingLost(1);
  assert.deepEqual(await own.world.rows('select id, price from silver.orders order by id'), [
    [0, '1.00'],
    [1, '2.25'],
  ]);
  await own.world.close();
});

/** Rows of all tables, both ways. */
async function same(one: Shop, other: Shop): Promise<void> {
  const looking = await Looking.at({ one: one.world.folder, other: other.world.folder }, 'shop');
  assert.deepEqual(await looking.differences('one', 'other', { without: ofTheRun }), []);
  looking.close();
}
