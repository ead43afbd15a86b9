import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { inProcess } from '../crash/kill.ts';
import type { Command } from '../crash/process.ts';
import { copied } from '../crash/worlds.ts';
import { World } from '../run/support/world.ts';
import { begin, put } from './world.ts';

const run: Command = { name: 'run', input: { job: 'copying' }, now: '2026-09-18T06:00:00Z' };
let base: string;
let former: string;
const copyOf = (folder: string): string =>
  readFileSync(path.join(folder, 'files', 'out', 'deep', 'prices.csv'), 'utf8');

before(async () => {
  const world = await begin();
  await world.run('copying');
  base = world.folder;
  former = copyOf(base);
  put(base, 'c,2026-01-03,1.00,new');
  await world.close();
});

// Of two tables and their copies: before a copy is begun, when it is there and nobody was told, and when that was published.
for (const stop of [
  'copied@1',
  'copied@2',
  'committed@3',
  'committed@4',
  'published@3',
  'published@4',
  'done@3',
  'before-finish@1',
])
  test(`a run that is killed at ${stop} leaves whole copies, and goes on to those of all rows`, async () => {
    const folder = copied(base, 'copies-killed');
    try {
      const { killedAt, error } = await inProcess(folder, [run], stop);
      assert.deepEqual([killedAt, error], [0, undefined], 'that point was met');
      const between = copyOf(folder);
      assert.ok(between === former || /^sku,.*\na,.*\nb,.*\nc,.*\n$/.test(between), between);
      const world = await World.open(folder, run.now);
      assert.equal((await world.run('copying')).state, 'succeeded');
      assert.match(copyOf(folder), /^sku,.*\na,.*\nb,.*\nc,.*\n$/);
      for (const name of ['as_text', 'as_parquet']) {
        const rows = await world.rows(`select row_count from bi.${name}_copies order by delivered_at`);
        assert.deepEqual(rows, [[2], [3]], 'one receipt of each copy');
      }
      const left = path.join(folder, '.esteira', 'deliveries', 'here');
      assert.ok(!existsSync(left) || readdirSync(left).every((name) => !name.endsWith('.jsonl')));
      await world.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
