import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { col } from '../../columns/index.ts';
import { EsteiraError } from '../../errors.ts';
import { Desk } from '../../ports/conformance/warehouse/desk.ts';
import type { Warehouse } from '../../ports/index.ts';
import type { DuckdbOptions } from './connection.ts';
import { openDuckdb } from './warehouse.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'esteira duckdb ç '));
after(() => rmSync(root, { recursive: true, force: true }));
const newFolder = (): string => path.join(mkdtempSync(path.join(root, 'project ')), 'data');

async function withWarehouse(
  options: Partial<DuckdbOptions>,
  work: (warehouse: Warehouse, folder: string) => Promise<void>,
): Promise<void> {
  const folder = options.folder ?? newFolder();
  const warehouse = await openDuckdb({ memoryLimit: '1GiB', catalogs: ['one', 'two'], ...options, folder });
  try {
    await work(warehouse, folder);
  } finally {
    await warehouse.close();
  }
}
const coded =
  (code: string, says = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof EsteiraError, String(error));
    const text = JSON.stringify(error.toJSON());
    assert.equal(error.code, code, text);
    assert.match(text, says);
    return true;
  };
const columns = { id: col.integer().key(), word: col.text() };

test('a catalog is one file of its name, with the environment’s prefix, and is there only after set-up', () =>
  withWarehouse({ prefix: 'dev_' }, async (warehouse, folder) => {
    await warehouse.inspect('one');
    await warehouse.position('one');
    await warehouse.query('select 1', { limit: 1, catalogs: ['one', 'two'] });
    assert.ok(!existsSync(folder));
    const kept = await new Desk(warehouse).make('t', columns);
    assert.deepEqual(
      readdirSync(folder).filter((file) => file.endsWith('.duckdb')),
      ['dev_one.duckdb'],
    );
    assert.equal((await warehouse.inspect('one'))[0]?.place.catalog, kept.place.catalog);
  }));

test('what was published is there for the next process', async () => {
  const folder = newFolder();
  let made: unknown;
  await withWarehouse({ folder }, async (warehouse) => {
    const desk = new Desk(warehouse);
    made = await desk.publish(await desk.make('t', columns), [{ id: 1, word: 'a' }], {
      bounds: [{ source: 's', upper: 9n }],
    });
  });
  await withWarehouse({ folder }, async (warehouse) => {
    const { latest, watermarks } = await warehouse.position('one');
    assert.deepEqual(latest.get('silver.t'), made);
    assert.equal(watermarks.get('silver.t')?.get('s')?.upper, 9n);
    const rows = await warehouse.query('select word from silver.t', { limit: 9, catalogs: ['one'] });
    assert.deepEqual(rows.rows, [['a']]);
  });
});

test('a file whose set-up failed is a catalog with nothing in it', () =>
  withWarehouse({}, async (warehouse) => {
    const place = { catalog: 'one', schema: 'no_such', table: 't' };
    const column = { name: 'id', type: 'BIGINT' };
    await assert.rejects(
      warehouse.change('one', [{ change: 'create table', place, columns: [column] }]),
      coded('ENGINE_FAILED'),
    );
    assert.deepEqual(await warehouse.inspect('one'), []);
    assert.equal((await warehouse.position('one')).fences.size, 0);
    assert.deepEqual(await warehouse.publications('one', 'r'), []);
  }));

test('a second instance in this process does not open the same file: it would lose rows silently', () =>
  withWarehouse({}, async (warehouse, folder) => {
    await new Desk(warehouse).make('t', columns);
    await withWarehouse({ folder: `${folder}/../data` }, async (second) => {
      await assert.rejects(second.inspect('one'), coded('FILE_HELD', /open already in this process/));
      await assert.rejects(second.inspect('one'), coded('FILE_HELD'));
    });
    assert.equal((await warehouse.inspect('one')).length, 2);
  }));

test('a file that another program has open is said to be, with its process', async () => {
  const folder = newFolder();
  await withWarehouse({ folder }, async (warehouse) => {
    await new Desk(warehouse).make('t', columns);
  });
  const holding = `
    const { DuckDBInstance } = await import(${JSON.stringify(import.meta.resolve('@duckdb/node-api'))});
    const instance = await DuckDBInstance.create(${JSON.stringify(path.join(folder, 'one.duckdb'))});
    process.stdout.write('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', holding], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await withWarehouse({ folder }, async (warehouse) => {
      await assert.rejects(warehouse.inspect('one'), coded('FILE_HELD', new RegExp(`process ${child.pid}`)));
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      assert.equal((await warehouse.inspect('one')).length, 2);
    });
  } finally {
    child.kill('SIGKILL');
  }
});

test('a file is let go of when it is closed, also after a query of which only the first rows were wanted', async () => {
  const folder = newFolder();
  const table = 'select range as id, md5(range::varchar) as word from range(50000)';
  for (const round of [1, 2, 3]) {
    const warehouse = await openDuckdb({ folder, catalogs: ['one'], memoryLimit: '1GiB' });
    const desk = new Desk(warehouse);
    await desk.publish(await desk.make(`t${round}`, columns), table);
    const { more } = await warehouse.query(`from one.silver.t${round}`, { limit: 3, catalogs: ['one'] });
    assert.ok(more);
    await warehouse.close();
    const program = `import { DuckDBInstance } from '@duckdb/node-api';
      const instance = await DuckDBInstance.create(${JSON.stringify(path.join(folder, 'one.duckdb'))});
      const rows = await (await instance.connect()).runAndReadAll('select count(*) from silver.t${round}');
      console.log(String(rows.getRows()[0][0]));`;
    const other = spawnSync(process.execPath, ['--input-type=module', '-e', program], { cwd: import.meta.dirname });
    assert.equal(String(other.stdout).trim(), '50000', String(other.stderr));
  }
});

test('a step that needs more memory than allowed says so, and what was there stays', () =>
  withWarehouse({ memoryLimit: '60MiB', threads: 1 }, async (warehouse) => {
    const desk = new Desk(warehouse);
    const kept = await desk.make('t', columns);
    await desk.publish(kept, [{ id: 1, word: 'a' }]);
    const hungry = `select 1::bigint as id, list(md5(range::varchar))::varchar as word from range(3000000)`;
    await assert.rejects(desk.publish(kept, hungry), coded('OUT_OF_MEMORY', /one\.silver\.t needs more memory.*60MiB/));
    assert.deepEqual(await desk.read(kept), [[1, 'a']]);
    await desk.publish(kept, [{ id: 2, word: 'b' }]);
    assert.deepEqual(await desk.read(kept), [[2, 'b']]);
  }));

test('a full temporary folder is a full disk', () =>
  withWarehouse({ memoryLimit: '60MiB', temporaryLimit: '1MiB', threads: 1 }, async (warehouse) => {
    const desk = new Desk(warehouse);
    const kept = await desk.make('t', columns);
    const large = `select range as id, md5(range::varchar) || md5((range + 1)::varchar) as word from range(1000000)`;
    await assert.rejects(desk.publish(kept, large), coded('DISK_FULL'));
    assert.deepEqual(await desk.read(kept), []);
  }));

test('the session’s day is that of UTC wherever the process runs', () =>
  withWarehouse({}, async (warehouse) => {
    const { rows } = await warehouse.query(`select cast(timestamptz '2026-01-01 02:00:00+00' as date)::varchar`, {
      limit: 1,
      catalogs: [],
    });
    assert.deepEqual(rows, [['2026-01-01']]);
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        const many = await warehouse.query(`select current_setting('TimeZone')`, { limit: 1, catalogs: [] });
        assert.deepEqual(many.rows, [['UTC']]);
      }),
    );
  }));

test('every named point of a publication is passed, and an error at any of them before the commit leaves nothing', async () => {
  const passed: string[] = [];
  let failing = '';
  const trace = (point: string): void => {
    passed.push(point);
    if (point === failing) throw new Error(`ended at ${point}`);
  };
  await withWarehouse({ trace }, async (warehouse) => {
    const desk = new Desk(warehouse);
    const kept = await desk.make('t', columns, { mode: 'merge' });
    const rows = [
      { id: 1, word: 'a' },
      { id: 2, word: null },
    ];
    await desk.publish(kept, rows);
    const points = ['staged', 'fenced', 'candidate', 'judged', 'written', 'checked', 'before-commit', 'committed'];
    assert.deepEqual(passed, points);
    const before = [await desk.everything(kept), await warehouse.position('one')];
    for (failing of points.slice(0, -1)) {
      await assert.rejects(
        desk.publish(kept, [
          { id: 1, word: failing },
          { id: 3, word: null },
        ]),
        coded('ENGINE_FAILED'),
      );
      assert.deepEqual([await desk.everything(kept), await warehouse.position('one')], before);
    }
  });
});

test('a million rows merge by the engine’s row numbers as they do by few', () =>
  withWarehouse({}, async (warehouse) => {
    const desk = new Desk(warehouse);
    const kept = await desk.make('t', columns, { mode: 'merge' });
    const rows = (from: number, to: number, word: string): string =>
      `select range as id, case when range % 1000 = 3 then null else '${word}' || range // 10 end as word from range(${from}, ${to})`;
    const first = await desk.publish(kept, rows(0, 300_000, 'a'));
    assert.deepEqual([first.account.inserted, first.account.invalid], [299_700, 300]);
    const second = await desk.publish(kept, rows(150_000, 450_000, 'b'));
    const { inserted, updated, invalid } = second.account;
    assert.deepEqual([inserted, updated, invalid], [149_850, 149_850, 300]);
    assert.deepEqual(
      await desk.ask(
        `select word[1], count(*), count(distinct id), sum(id)::bigint, count_if(word <> word[1] || id // 10) from one.silver.t group by 1 order by 1`,
      ),
      [
        ['a', 149_850, 149_850, 11_238_749_550, 0],
        ['b', 299_700, 299_700, 89_909_999_100, 0],
      ].map(([word, ...numbers]) => [word, ...numbers]),
    );
  }));

test('a table that is filled anew keeps its columns, the undeclared too, and what is said about it', () =>
  withWarehouse({}, async (warehouse) => {
    const desk = new Desk(warehouse);
    const kept = await desk.make('t', columns);
    const place = { catalog: 'one', schema: 'silver', table: 'old' };
    const list = (await warehouse.inspect('one')).find((one) => one.place.table === 't')?.columns ?? [];
    const extra = { name: 'once', type: 'VARCHAR' };
    await warehouse.change('one', [
      { change: 'create table', place, columns: [extra, ...list], about: `it's old` },
      { change: 'register', place },
    ]);
    const old = { ...kept, place };
    const rows = (many: number): string => `select range as id, 'w' || range as word from range(${many})`;
    for (const many of [200_000, 3, 150_000]) {
      const { account } = await desk.publish(old, rows(many));
      assert.equal(account.inserted, many);
      const [counted] = await desk.ask(
        'select count(*), count(once), max(word), min(_run) = max(_run) from one.silver.old',
      );
      assert.deepEqual(counted, [many, 0, many === 3 ? 'w2' : 'w99999', true]);
      const found = (await warehouse.inspect('one')).find((one) => one.place.table === 'old');
      assert.deepEqual(found?.columns, [extra, ...list]);
      assert.deepEqual(await desk.ask(`select comment from duckdb_tables() where table_name = 'old'`), [[`it's old`]]);
    }
  }));

test('a first load by merge remembers its deletes', () =>
  withWarehouse({}, async (warehouse) => {
    const desk = new Desk(warehouse);
    const own = { id: col.integer().key(), gone: col.boolean(), order: col.integer() };
    const kept = await desk.make('t', own, { mode: 'merge', latest: ['order'], deleted: 'gone' });
    const load = `select range as id, range % 10 = 0 as gone, 5::bigint as "order" from range(200000)`;
    const { account } = await desk.publish(kept, load);
    assert.deepEqual([account.inserted, account.deleted], [180_000, 20_000]);
    const late = await desk.publish(kept, [
      { id: 10, gone: false, order: 4 },
      { id: 11, gone: false, order: 6 },
    ]);
    assert.deepEqual([late.account.stale, late.account.unchanged], [1, 1]);
    assert.deepEqual((await desk.publish(kept, load)).account.stale, 200_000);
  }));

test('what a killed process left in the temporary folder is cleared, what is being used stays', async () => {
  const folder = newFolder();
  const spills = path.join(folder, 'temporary');
  mkdirSync(spills, { recursive: true });
  const [left, used] = [path.join(spills, 'duckdb_temp_storage-0.tmp'), path.join(spills, 'duckdb_temp_storage-1.tmp')];
  for (const file of [left, used]) writeFileSync(file, 'spill');
  utimesSync(left, new Date(0), new Date(0));
  utimesSync(used, new Date(Date.now() + 60_000), new Date(Date.now() + 60_000));
  const warehouse = await openDuckdb({ folder, catalogs: ['shop'] });
  await warehouse.change('shop', []);
  assert.deepEqual(readdirSync(spills), [path.basename(used)]);
  await warehouse.close();
});

test('one thread works while there is little to do, all of them from the first large file on', async () => {
  const threads = async (warehouse: Warehouse): Promise<unknown> =>
    (await warehouse.query("select current_setting('threads')", { limit: 1, catalogs: ['one'] })).rows[0]?.[0];
  const folder = newFolder();
  await withWarehouse({ folder }, async (warehouse) => {
    const desk = new Desk(warehouse);
    const kept = await desk.make('t', columns);
    await desk.publish(kept, [{ id: 1, word: 'a' }]);
    assert.equal(await threads(warehouse), 1);
  });
  truncateSync(path.join(folder, 'one.duckdb'), 40 * 2 ** 20);
  await withWarehouse({ folder }, async (warehouse) => {
    assert.equal(await threads(warehouse), os.availableParallelism());
  });
  await withWarehouse({ folder, threads: 3 }, async (warehouse) => assert.equal(await threads(warehouse), 3));
});
