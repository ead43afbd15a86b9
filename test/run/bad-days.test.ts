import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Looking, ofTheRun } from './support/compare.ts';
import { temporaryFolder, writeProject } from './support/folder.ts';
import { type Row, writeRows } from './support/formats.ts';
import { World } from './support/world.ts';

/** Landing, all of it in bronze, judged in silver; and the sales of one day, which are read by its date. */
const definitions = `import { col, cron, files, job, keepLatest, source, sql, table } from 'esteira';
export const landing = source('landing.orders', {
  reader: files('orders/*'), columns: { id: col.integer().optional(), price: col.decimal(10, 2).optional(), note: col.text().optional() } });
export const bronze = table('bronze.orders', { columns: landing.columns, rows: landing.unread, write: 'append' });
export const silver = table('silver.orders', {
  columns: { id: col.integer().key(), price: col.decimal(10, 2), note: col.text().optional() },
  rows: sql\`select id, price, note from \${bronze.since('id')}\`, write: 'merge', duplicates: keepLatest('id'), invalid: 'set aside' });
export const sales = source('landing.sales', {
  reader: files('sales/{date}.csv'), day: 'day', columns: { day: col.date(), n: col.integer() } });
export const sold = table('bronze.sold', { columns: sales.columns, rows: sql\`select * from \${sales}\` });
export const daily = job('daily', { when: cron('0 2 * * *'), build: [silver] });
export const selling = job('selling', { when: cron('0 2 * * *'), build: [sold] });
`;

class Shop {
  readonly world: World;
  private constructor(world: World) {
    this.world = world;
  }
  static async open(trace?: (point: string) => void): Promise<Shop> {
    const folder = temporaryFolder('days');
    writeProject(folder, { catalog: 'shop', definitions });
    for (const name of ['orders', 'sales']) mkdirSync(path.join(folder, 'files', name));
    const world = await World.open(folder, undefined, trace);
    await world.do('setup', {});
    return new Shop(world);
  }
  at(name: string): string {
    return path.join(this.world.folder, 'files', name);
  }
  write(name: string, content: string | Uint8Array): void {
    writeFileSync(this.at(name), content);
  }
  /** What a run says, and what its first step took in. */
  async run(day: number, job = 'daily'): Promise<{ readonly said: readonly string[]; readonly rows: number }> {
    this.world.events.length = 0;
    const { steps, state } = await this.world.run(job, `2026-03-0${day}`);
    assert.equal(state, 'succeeded');
    const said = this.world.events.flatMap((one) => (one.type === 'note' && one.level === 'warn' ? [one.text] : []));
    return { said, rows: steps[0]?.account?.in ?? -1 };
  }
  async close(): Promise<void> {
    await this.world.close();
  }
}

const rowsOf = (day: number): readonly Row[] =>
  [0, 1, 2, 3].map((at) => ({ id: day * 10 + at, price: day + 0.25, note: `${day} "${at}"` }));

/** The whole file of a day, in each format, with what stands in its name before it is whole. */
const kinds = ['csv', 'csv.gz', 'jsonl', 'jsonl.gz', 'parquet'] as const;
async function whole(shop: Shop, kind: (typeof kinds)[number], day: number): Promise<Buffer> {
  const file = shop.at(`made.${kind.replace('.gz', '')}`);
  await writeRows(file, rowsOf(day));
  const content = readFileSync(file);
  rmSync(file);
  return kind.endsWith('.gz') ? gzipSync(content) : content;
}

/** A shop with these days, each whole from the first. */
async function undisturbed(kind: (typeof kinds)[number], days: readonly number[]): Promise<Shop> {
  const shop = await Shop.open();
  for (const day of days) {
    shop.write(`orders/${day}.${kind}`, await whole(shop, kind, day));
    await shop.run(day);
  }
  await shop.close();
  return shop;
}

/** Every table of the one is that of the other, row for row; which run wrote a row aside. */
async function same(one: Shop, other: Shop): Promise<void> {
  const looking = await Looking.at({ one: one.world.folder, other: other.world.folder }, 'shop');
  assert.deepEqual(await looking.differences('one', 'other', { without: ofTheRun }), []);
  looking.close();
}

const reasons: Readonly<Record<string, RegExp>> = {
  csv: /it is cut off: its last line ends in the middle/,
  jsonl: /it is cut off: its last line ends in the middle/,
  'csv.gz': /the gzip stream is cut off/,
  'jsonl.gz': /the gzip stream is cut off/,
  parquet: /it does not end as Parquet does: it is cut off, or something else/,
};

for (const kind of kinds) {
  describe(kind, () => {
    test('a file that is cut in half is set aside and named until it is whole; then all is as if it had always been', async () => {
      const shop = await Shop.open();
      shop.write(`orders/1.${kind}`, await whole(shop, kind, 1));
      await shop.run(1);
      const content = await whole(shop, kind, 2);
      // In the middle of a row, before its last value.
      const end = kind === 'csv' ? content.lastIndexOf(',') : Math.floor(content.length * 0.8);
      shop.write(`orders/2.${kind}`, content.subarray(0, end));
      for (const day of [2, 3]) {
        const { said, rows } = await shop.run(day);
        assert.equal(rows, 0);
        assert.equal(said.length, 1);
        assert.match(said[0] ?? '', new RegExp(`^orders/2\\.${kind} could not be read and was set aside: `));
        assert.match(said[0] ?? '', reasons[kind] as RegExp);
      }
      shop.write(`orders/2.${kind}`, content);
      assert.deepEqual(await shop.run(4), { said: [], rows: 4 });
      assert.deepEqual(await shop.run(5), { said: [], rows: 0 });
      await shop.close();
      await same(shop, await undisturbed(kind, [1, 2]));
    });

    test('a file that is replaced after it was read is named by each run, and reprocess takes it in', async () => {
      const shop = await Shop.open();
      shop.write(`orders/1.${kind}`, await whole(shop, kind, 7));
      shop.write(`orders/2.${kind}`, await whole(shop, kind, 2));
      await shop.run(1);
      shop.write(`orders/1.${kind}`, await whole(shop, kind, 1));
      // The size may be what it was; the time of change never is.
      for (const day of [2, 3]) {
        const { said, rows } = await shop.run(day);
        assert.equal(rows, 0);
        assert.match(
          said.join('\n'),
          new RegExp(`^orders/1\\.${kind} has changed since it was read: .* esteira reprocess bronze\\.orders`),
        );
      }
      await shop.world.do('reprocess', { scope: 'bronze.orders' });
      assert.deepEqual(await shop.run(4), { said: [], rows: 0 });
      await shop.close();
      await same(shop, await undisturbed(kind, [1, 2]));
    });

    test('a file that is written while it is read is set aside, and taken in whole by the next run', async () => {
      let content: Buffer = Buffer.alloc(0);
      const shop: Shop = await Shop.open((point) => {
        // The files are listed, and not read yet.
        if (point === 'before-intent' && content.length) {
          appendFileSync(shop.at(`orders/2.${kind}`), content);
          content = Buffer.alloc(0);
        }
      });
      shop.write(`orders/1.${kind}`, await whole(shop, kind, 1));
      const all = await whole(shop, kind, 2);
      // Ends after a whole line, or after a whole file of rows: nothing shows that more is to come.
      const half = /^(csv|jsonl)$/.test(kind) ? all.indexOf('\n') + 1 : 0;
      shop.write(`orders/2.${kind}`, all.subarray(0, half));
      content = all.subarray(half);
      const { said } = await shop.run(1);
      assert.deepEqual(said, [
        `orders/2.${kind} could not be read and was set aside: it was written while it was read`,
      ]);
      assert.deepEqual(await shop.run(2), { said: [], rows: 4 });
      await shop.close();
      await same(shop, await undisturbed(kind, [1, 2]));
    });
  });
}

test('an empty file, and one with only a header, is named once; what comes into it later is taken in', async () => {
  const shop = await Shop.open();
  const content = await whole(shop, 'csv', 1);
  assert.deepEqual(await shop.run(1), { said: ['landing.orders: there is no file orders/*, so no row'], rows: 0 });
  shop.write('orders/1.csv', '');
  shop.write('orders/2.csv', content.subarray(0, content.indexOf('\n') + 1));
  const { said, rows } = await shop.run(2);
  assert.deepEqual([said, rows], [['landing.orders: no row in orders/1.csv, orders/2.csv'], 0]);
  assert.deepEqual(await shop.run(3), { said: [], rows: 0 });
  // Without rows nothing of it is missing when it goes.
  shop.write('orders/3.csv', 'id\n');
  await shop.run(6);
  rmSync(shop.at('orders/3.csv'));
  await shop.world.do('reprocess', { scope: 'bronze.orders' });
  shop.write('orders/1.csv', content);
  shop.write('orders/2.csv', await whole(shop, 'csv', 2));
  assert.deepEqual(await shop.run(4), { said: [], rows: 8 });
  assert.deepEqual(await shop.run(5), { said: [], rows: 0 });
  await shop.close();
  await same(shop, await undisturbed('csv', [1, 2]));
});

test('CSV that is cut off where nobody can tell is read as it is, and said when it has changed', async () => {
  const shop = await Shop.open();
  shop.write('orders/1.csv', await whole(shop, 'csv', 1));
  const content = await whole(shop, 'csv', 2);
  const lines = content.toString().split('\n');
  shop.write('orders/2.csv', `${lines.slice(0, 3).join('\n')}\n`);
  assert.deepEqual(await shop.run(2), { said: [], rows: 6 });
  shop.write('orders/2.csv', content);
  assert.match((await shop.run(3)).said.join('\n'), /^orders\/2\.csv has changed since it was read/);
  await shop.world.do('reprocess', { scope: 'bronze.orders' });
  await shop.close();
  await same(shop, await undisturbed('csv', [1, 2]));
});

test('a file that was read under another name is another file: its rows come once more, and merge to what they were', async () => {
  const shop = await Shop.open();
  shop.write('orders/1.csv', await whole(shop, 'csv', 1));
  await shop.run(1);
  renameSync(shop.at('orders/1.csv'), shop.at('orders/1-again.csv'));
  const { rows } = await shop.run(2);
  assert.equal(rows, 4);
  assert.deepEqual(
    await shop.world.rows('select count(*), count(distinct id) from silver.orders'),
    [[4n, 4n]].map((row) => row.map(Number)),
  );
  await shop.close();
});

test('a day of a dated source without its file is no rows and said; its file later, by that date', async () => {
  const shop = await Shop.open();
  const sold = async () => await shop.world.rows('select cast(day as varchar), n from bronze.sold order by all');
  shop.write('sales/2026-03-01.csv', 'day,n\n2026-03-01,1\n');
  assert.deepEqual(await shop.run(1, 'selling'), { said: [], rows: 1 });
  const { said, rows } = await shop.run(2, 'selling');
  assert.deepEqual([said, rows], [['landing.sales: there is no file sales/2026-03-02.csv, so no row'], 0]);
  shop.write('sales/2026-03-02.csv', 'day,n\n2026-03-02,2\n2026-03-01,9\n');
  const again = await shop.world.run('selling', '2026-03-02', { again: true });
  assert.equal(again.state, 'succeeded');
  assert.deepEqual(await sold(), [['2026-03-02', 2]]);
  await shop.close();
});
