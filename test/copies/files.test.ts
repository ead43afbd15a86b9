import assert from 'node:assert/strict';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EsteiraError } from '../../src/errors.ts';
import type { World } from '../run/support/world.ts';
import { begin, put } from './world.ts';

const head = 'sku,day,price,note,seen,dear,tags\n';

test('a table has a copy as a file, in the order of its key, which says every value as others read it', async () => {
  const { world, at, text } = await opened();
  assert.equal(
    text(),
    `${head}a,2026-01-01,9.50,,2026-01-02T03:04:05.678901Z,true,"[""a"",""b,\\""c\\""""]"\n` +
      `b,2026-01-02,,"says ""no"", twice",2026-01-02T03:04:05.678901Z,,"[""a"",""b,\\""c\\""""]"\n`,
  );
  assert.equal(readFileSync(at('prices.parquet')).subarray(0, 4).toString(), 'PAR1');
  await world.run('reading');
  assert.deepEqual(
    (
      await world.rows('select sku, cast(price as varchar), cast(seen as varchar), tags from bi.again order by sku')
    ).map(String),
    ['a,9.50,2026-01-02 03:04:05.678901+00,["a","b,\\"c\\""]', 'b,,2026-01-02 03:04:05.678901+00,["a","b,\\"c\\""]'],
  );
  await world.close();
});

test('a run that changes nothing makes no copy, unless it is gone or somebody has written there; one that does replaces it for whoever opens it then', async () => {
  const { world, folder, at, text } = await opened();
  const before = text();
  const inode = statSync(at('deep/prices.csv')).ino;
  await next(world, 18);
  assert.equal(statSync(at('deep/prices.csv')).ino, inode, 'nothing has changed');
  writeFileSync(at('deep/prices.csv'), 'somebody wrote here');
  await next(world, 19);
  assert.equal(text(), before);
  rmSync(at('deep'), { recursive: true });
  await next(world, 20);
  assert.equal(text(), before);
  const again = statSync(at('deep/prices.csv')).ino;
  await next(world, 21);
  assert.equal(statSync(at('deep/prices.csv')).ino, again);
  await next(world, 22, { again: true });
  assert.equal(text(), before);
  const kept = openSync(at('deep/prices.csv'), 'r');
  put(folder, 'c,2026-01-03,1.00,new');
  await next(world, 23);
  assert.match(text(), /^sku.*\na,.*\nb,.*\nc,2026-01-03,1.00,new,.*,false,.*\n$/);
  assert.equal(readFileSync(kept, 'utf8'), before, 'who has the former one open reads on what it was');
  closeSync(kept);
  assert.deepEqual(
    await world.rows('select place, row_count, bytes > 50 from bi.as_text_copies order by delivered_at'),
    [
      [at('deep/prices.csv'), 2, true],
      [at('deep/prices.csv'), 2, true],
      [at('deep/prices.csv'), 2, true],
      [at('deep/prices.csv'), 2, true],
      [at('deep/prices.csv'), 3, true],
    ],
  );
  assert.deepEqual(readdirSync(at('.')).toSorted(), ['deep', 'prices.parquet'], 'nothing is left beside it');
  assert.deepEqual(readdirSync(path.join(folder, '.esteira', 'deliveries', 'here')), []);
  await world.close();
});

test('a copy that cannot be written fails its step, the table stays, and the run goes on with the copy alone', async () => {
  const { world, folder, at, text } = await opened();
  put(folder, 'c,2026-01-03,1.00,new');
  rmSync(at('deep'), { recursive: true });
  writeFileSync(at('deep'), 'a file where the folder should be');
  await assert.rejects(
    next(world, 18),
    (error) => error instanceof EsteiraError && /prices|deep/.test(JSON.stringify(error)),
  );
  assert.deepEqual(await world.rows('select count(*) from bi.as_text'), [[3]]);
  rmSync(at('deep'));
  await world.do('resume', {});
  assert.match(text(), /\nc,2026-01-03,/);
  await world.close();
});

test('a copy that somebody asked for is made when its run goes on, also where the rows are the same', async () => {
  const { world, at } = await opened();
  const before = readFileSync(at('prices.parquet'));
  rmSync(at('prices.parquet'));
  mkdirSync(at('prices.parquet'));
  await assert.rejects(next(world, 18, { again: true }));
  rmdirSync(at('prices.parquet'));
  await world.do('resume', {});
  assert.deepEqual(readFileSync(at('prices.parquet')), before);
  await world.close();
});

test('a run that is stopped between the copy and its receipt makes the copy once more, and one receipt', async () => {
  let isBroken = true;
  const { world, text } = await opened((point) => {
    if (point === 'copied' && isBroken) throw new Error('broken');
  });
  assert.equal(existsSync(world.folder), true);
  isBroken = false;
  await world.do('resume', {});
  assert.match(text(), /^sku/);
  assert.deepEqual(await world.rows('select count(*) from bi.as_text_copies'), [[1]]);
  await world.close();
});

/** A run of that day. */
const next = (world: World, day: number, how = {}) => {
  world.setClock(`2026-09-${day}T06:00:00Z`);
  return world.run('copying', undefined, how);
};

/** A project that has been run once, whatever became of that. */
async function opened(trace: (point: string) => void = () => {}) {
  const world = await begin(trace);
  const { folder } = world;
  await world.run('copying').catch(() => {});
  const at = (name: string): string => path.join(folder, 'files', 'out', name);
  return { world, folder, at, text: (): string => readFileSync(at('deep/prices.csv'), 'utf8') };
}
