import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { readModel } from '../../learn/trees/format/read.ts';
import { categories, columns, given, groups, targets } from '../../learn/trees/golden-rows.ts';
import { trainTrees } from '../../learn/trees/train.ts';
import { TreesEngineFailed, type TreesJob } from '../../ports/index.ts';
import { Lightgbm } from './engine.ts';
import { koffi, library, skip } from './installed.ts';

const job = (parameters: TreesJob['parameters'], rounds: number): TreesJob => ({
  ...{ columns, categories: [...categories], target: targets.binary, rounds },
  parameters: { objective: 'binary', num_leaves: 15, min_data_in_leaf: 5, deterministic: 'true', ...parameters },
});
const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('esteira-lightgbm-'));

test('without koffi it says so, and how to install it', async () => {
  const engine = new Lightgbm({ koffi: 'no-such-koffi' });
  const missing = await engine.missing();
  assert.deepEqual([missing?.reason, missing?.next], ['no koffi', 'npm install koffi']);
  await assert.rejects(
    engine.grow(job({}, 1), {}),
    (error) => error instanceof TreesEngineFailed && error.reason === 'no koffi' && error.next === 'npm install koffi',
  );
  assert.deepEqual(folders(), []);
});

test('a library that ends the process which loads it is not there', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'esteira-koffi-'));
  const koffi = path.join(folder, 'koffi.mjs');
  writeFileSync(
    koffi,
    "process.kill(process.pid, 'SIGSEGV');\nawait new Promise(() => setTimeout(() => {}, 60_000));\n",
  );
  const missing = await new Lightgbm({ koffi }).missing();
  rmSync(folder, { recursive: true });
  assert.equal(missing?.reason, 'no library');
  assert.match(missing.what, /the process that loads it ended with SIGSEGV/);
});

test('a library that is gone by the time it is to grow trees is missing, too', { skip }, async () => {
  await assert.rejects(
    new Lightgbm({ koffi, library: '/nowhere/lib_lightgbm.so' }).grow(job({}, 1), {}),
    (error) => error instanceof TreesEngineFailed && error.reason === 'no library',
  );
});

test('a library that is not there, and one that is another, are told apart', { skip }, async () => {
  const absent = await new Lightgbm({ koffi, library: '/nowhere/lib_lightgbm.so' }).missing();
  assert.deepEqual([absent?.reason, absent?.next.startsWith('python3 -m pip install lightgbm')], ['no library', true]);
  const other = await new Lightgbm({ koffi, library: 'libc.so.6' }).missing();
  assert.equal(other?.reason, 'wrong library', `${other?.what}`);
  assert.equal(await new Lightgbm({ koffi, library }).missing(), undefined);
});

test('its trees are those that LightGBM grows from Python', { skip }, async () => {
  const seen: number[] = [];
  const text = await new Lightgbm({ koffi, library, threads: 1 }).grow(job({}, 12), {
    progress: (done) => seen.push(done),
  });
  const bare = ({ trees }: ReturnType<typeof readModel>) =>
    trees.map(({ leafValue, threshold }) => [leafValue, threshold]);
  assert.deepEqual(bare(readModel(text)), bare(readModel(given.models.binary)));
  assert.deepEqual(seen, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

test('training by the library gives the same model as our own, from the beginning and going on', { skip }, async () => {
  const engine = new Lightgbm({ koffi, library, threads: 1 });
  const named = Object.fromEntries(columns.map((values, index) => [`c${index}`, { of: 'numbers', values } as const]));
  const rows = { columns: named, target: targets.regression, options: { objective: 'regression', trees: 6 } } as const;
  const own = await trainTrees(rows);
  const seen: number[] = [];
  const progress = (done: number): number => seen.push(done);
  const native = await trainTrees({ ...rows, progress, elsewhere: (job, of) => engine.grow(job, of) });
  assert.deepEqual(seen, [1, 2, 3, 4, 5, 6]);
  const values = (one: typeof own) => one.model.trees.map(({ feature, leafValue }) => [feature, leafValue]);
  assert.deepEqual(values(native), values(own));
  assert.deepEqual(
    [native.metrics, native.importance.split, native.ended],
    [own.metrics, own.importance.split, own.ended],
  );
  const further = { ...rows, options: { ...rows.options, trees: 3 }, from: own.model };
  const onward = await trainTrees({ ...further, elsewhere: (job, of) => engine.grow(job, of) });
  assert.deepEqual(values(onward), values(await trainTrees(further)));
});

test('what the library refuses is told in its words', { skip }, async () => {
  const odd = { ...job({ objective: 'lambdarank' }, 2), groups: groups.slice(1) };
  await assert.rejects(
    new Lightgbm({ koffi, library }).grow(odd, {}),
    (error) =>
      error instanceof TreesEngineFailed &&
      error.reason === 'failed' &&
      /sum of query counts|Length of/i.test(error.message),
  );
});

test('a cancel ends the child at once', { skip }, async () => {
  const stop = new AbortController();
  const progress = (): void => stop.abort(new Error('enough'));
  await assert.rejects(
    new Lightgbm({ koffi, library }).grow(job({}, 100_000), { signal: stop.signal, progress }),
    /enough/,
  );
  assert.deepEqual(folders(), []);
});
