import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { folderStore } from '../../adapters/files/store.ts';
import { atMost, latency } from '../../define/index.ts';
import type { KeptFiles } from '../../ports/index.ts';
import { sealed, versionText } from '../../registry/published-text.ts';
import { speedLimit } from './limit.ts';
import { Models } from './models.ts';
import { contentOf, grownTrees, PublisherOfTests, ranked, rankedId, timesAsMuch, walked } from './testing.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'esteira-reload-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
const trees = await grownTrees({ trees: 10, leaves: 8 });
const row = { near: 31.5, won: 0.25 };

let stores = 0;
function world({
  gate = [],
  change = (store) => store,
  changeFiles = (store) => store,
  every = '5 minutes',
}: {
  gate?: Parameters<typeof ranked>[0];
  change?: (store: KeptFiles) => KeptFiles;
  changeFiles?: (store: KeptFiles) => KeptFiles;
  every?: '5 minutes' | '60 days';
} = {}) {
  stores += 1;
  const store = folderStore({ path: path.join(scratch, String(stores)) });
  const said: Parameters<ConstructorParameters<typeof Models>[0]['say']>[0][] = [];
  let now = Temporal.Instant.from('2026-03-04T05:06:07Z');
  const models = new Models({
    ...{ endpoint: 'rank', id: rankedId, model: ranked(gate), models: change(store), process: 'p1' },
    files: changeFiles(store),
    clock: { now: () => (now = now.add({ milliseconds: 1 })) },
    every: () => every,
    setting: (of) => of as '1 ms',
    say: (line) => said.push(line),
  });
  return { store, said, models, publisher: new PublisherOfTests(store) };
}
const receiptsIn = (store: KeptFiles) => store.below('endpoints/rank/reloads', 100);

test('a version that is published later answers from then on, and who began with the one before keeps it', async () => {
  const { models, publisher, store } = world();
  assert.equal((await models.reload('poll')).result, 'none');
  assert.throws(() => models.begin().predict([row]), /no model/);
  await publisher.champion(contentOf(trees, '1'));
  assert.equal((await models.reload('poll')).result, 'swapped');
  const old = models.begin();
  assert.equal(old.predict([row])[0]?.['score'], walked(trees, row));
  const other = timesAsMuch(trees, 2);
  await publisher.champion(contentOf(other, '2'));
  const swapped = await models.reload('ana');
  const { result, from, to, requests, comparison, by, move } = swapped;
  assert.deepEqual(
    [result, from?.version, to?.version, to?.move, by, move?.reason],
    ['swapped', '1', '2', 2, 'ana', 'it passed its gate'],
  );
  assert.deepEqual(requests, { inFlight: 1, failed: 0, after: 0 });
  assert.equal(comparison?.of, 'requests');
  assert.ok(Math.abs((comparison?.outputs['score']?.most ?? 0) - Math.abs(walked(trees, row))) < 1e-12);
  assert.equal(old.predict([row])[0]?.['score'], walked(trees, row));
  const fresh = models.begin();
  assert.equal(fresh.predict([row])[0]?.['score'], walked(other, row));
  assert.equal((await models.reload('poll')).result, 'unchanged');
  old.end({ failed: true, milliseconds: 7 });
  fresh.end({ failed: false, milliseconds: 3 });
  assert.equal(models.receipts[0]?.complete, false);
  await models.close();
  const { stages, ...whole } = models.receipts[0] ?? assert.fail();
  assert.deepEqual(
    [whole.complete, whole.requests, whole.p95],
    [true, { inFlight: 1, failed: 1, after: 1 }, { before: undefined, after: 3 }].map((one) =>
      JSON.parse(JSON.stringify(one)),
    ),
  );
  for (const stage of ['read', 'load', 'parse', 'judge', 'warm', 'swap', 'drain'] as const)
    assert.ok((stages[stage] ?? -1) >= 0, stage);
  assert.equal((await receiptsIn(store)).length, 2);
});

const bad = {
  corrupt: async ({ publisher }: ReturnType<typeof world>) =>
    publisher.put((bytes) => Buffer.from(bytes).fill('x', 500, 501)),
  truncated: async ({ publisher }: ReturnType<typeof world>) =>
    publisher.put((bytes) => bytes.slice(0, bytes.length / 2)),
  'other model': async ({ publisher }: ReturnType<typeof world>) =>
    publisher.put(() => versionText({ ...contentOf(trees, '2'), model: 'catalog.ml.other' }, latest(2))),
  schema: async ({ publisher }: ReturnType<typeof world>) =>
    void (await publisher.champion(contentOf({ ...trees, features: ['near', 'lost'] }, '2'))),
  'not finite': async ({ publisher }: ReturnType<typeof world>) =>
    publisher.put(() =>
      versionText(
        contentOf(
          timesAsMuch(
            { ...trees, trees: Array.from({ length: 500 }, () => trees.trees[0] as (typeof trees.trees)[number]) },
            1e308,
          ),
          '2',
        ),
        latest(3),
      ),
    ),
  older: async ({ publisher }: ReturnType<typeof world>) =>
    publisher.put(() => versionText(contentOf(trees, '0'), { ...latest(1), move: publisher.moves[0] as never })),
} as const;
const words: Readonly<Record<string, string>> = {
  'other model': 'of another model',
  schema: 'of other features',
  older: 'of an older move',
};
const latest = (number: number) => ({
  move: { number, to: '2', by: 'job daily', reason: 'r', at: '2026-03-04T00:00:00Z' },
  nonce: String(number),
});
for (const [what, make] of Object.entries(bad))
  test(`one that is ${words[what] ?? what} is refused, said once, and not tried again before the store says something else`, async () => {
    const of = world();
    const { models, publisher, said, store } = of;
    await publisher.champion(contentOf(trees, '0'));
    await publisher.champion(contentOf(trees, '1'));
    await models.start();
    await make(of);
    const expected = what === 'truncated' ? 'corrupt' : what;
    const refused = await models.reload('poll');
    assert.equal(refused.result, expected, String(refused.why));
    assert.equal(models.current?.version, '1');
    assert.equal(models.begin().predict([row])[0]?.['score'], walked(trees, row));
    for (let look = 0; look < 3; look += 1) assert.equal((await models.reload('poll')).result, 'unchanged');
    const told = said.filter(({ event, level }) => event === 'reload' && level === 'warn');
    assert.equal(told.length, 1);
    const next = told[0]?.['next'];
    assert.match(String(next), /^esteira publish$|^esteira models rollback |^Train a version|^Give the other/);
    if (expected === 'corrupt') assert.match(String(refused.why), /^ranked\/latest\/ranked_weights\.json: /);
    const { isWanted, wanted, served, results } = models.state();
    assert.deepEqual([isWanted, wanted?.is, wanted?.next, served?.version], [false, expected, next, '1']);
    assert.deepEqual([models.unserved?.why, models.unserved?.next], [refused.why, next]);
    assert.equal(results[expected as 'corrupt'], 1);
    // Asked by a person it is tried again.
    assert.equal((await models.reload('ana')).result, expected);
    if (what !== 'older') {
      await publisher.put(() => versionText(contentOf(timesAsMuch(trees, 3), '3'), latest(9)));
      assert.equal((await models.reload('poll')).result, 'swapped');
      assert.equal(models.state().isWanted, true);
    }
    await models.close();
    assert.ok((await receiptsIn(store)).length >= 2);
  });

test('one that is slower than its gate allows is refused where there is one to go on with', async () => {
  const gate = [atMost(latency('p95', { rows: 64 }), '0.05 ms')];
  const { models, publisher, store } = world({ gate });
  await publisher.champion(contentOf(trees, '1'));
  await models.start();
  assert.equal(models.current?.version, '1');
  const many = Array.from({ length: 600 }, (_, at) => trees.trees[at % 10] as (typeof trees.trees)[number]);
  await publisher.champion(contentOf({ ...trees, trees: many }, '2'));
  const { result, why } = await models.reload('poll');
  assert.equal(result, 'slow', String(why));
  assert.match(why ?? '', /^p95 of \d+ predictions of 64 rows is .* ms, and may be 0\.05 ms$/);
  assert.equal(models.current?.version, '1');
  await models.close();
  // A process that begins then has nothing else to answer with.
  const { models: others, said } = world({ gate, change: () => store });
  await others.start();
  assert.equal(others.current?.version, '2');
  assert.equal(said.filter(({ event }) => event === 'slow').length, 1);
  await others.close();
});

test('without a gate a version may take four times as long as the one before, and a millisecond at least', () => {
  const setting = () => assert.fail('there is none');
  const before = { rows: 20, calls: 100, p50: 1, p95: 2, p99: 3 };
  const limit = { rows: 20, quantile: 'p95', milliseconds: 8 };
  assert.deepEqual(speedLimit(ranked(), { before, setting }), limit);
  assert.equal(speedLimit(ranked(), { before: { ...before, p95: 0.01 }, setting })?.milliseconds, 1);
  assert.equal(speedLimit(ranked(), { before: undefined, setting }), undefined);
});

test('a smaller move of another history is served: the store was begun anew', async () => {
  const { models, publisher, store } = world();
  for (const version of ['1', '2', '3']) await publisher.champion(contentOf(trees, version));
  await models.start();
  const path = (await store.below('ranked/moves', 10)).at(-1) ?? '';
  await store.remove(path);
  await store.keep(path, { bytes: sealed({ format: 1, model: rankedId, ...latest(3).move }) });
  await publisher.put(() => versionText(contentOf(trees, '2'), latest(2)));
  const receipt = await models.reload('poll');
  assert.deepEqual([receipt.result, receipt.otherHistory, receipt.to?.move], ['swapped', true, 2]);
  await models.close();
});

test('while a store is away what is there goes on answering, it is said once, and looks become rarer', async () => {
  let isAway = false;
  const { models, publisher, said } = world({
    change: (store) => ({
      ...store,
      look: async (path) => (isAway ? Promise.reject(new Error('no answer')) : store.look(path)),
    }),
  });
  await publisher.champion(contentOf(trees, '1'));
  await models.start();
  isAway = true;
  const pauses: number[] = [];
  for (let look = 0; look < 4; look += 1) {
    assert.equal((await models.reload('poll')).result, 'away');
    const { next, away } = models.state();
    assert.equal(away?.tries, look + 1);
    pauses.push(
      Temporal.Instant.from(next ?? '')
        .since(Temporal.Instant.from('2026-03-04T05:06:07Z'))
        .total('milliseconds'),
    );
  }
  assert.ok((pauses[3] ?? 0) > 3 * (pauses[0] ?? 0), String(pauses));
  assert.equal(said.filter(({ event }) => event === 'store away').length, 1);
  assert.equal(models.begin().predict([row])[0]?.['score'], walked(trees, row));
  isAway = false;
  assert.equal((await models.reload('poll')).result, 'unchanged');
  assert.equal(said.filter(({ event }) => event === 'store back').length, 1);
  await models.close();
});

test('a process that begins before anything is published says so, with what is to be done', async () => {
  const { models, said } = world();
  await models.start();
  const [line] = said.filter(({ event }) => event === 'reload');
  assert.deepEqual([line?.level, line?.['result']], ['info', 'none']);
  assert.match(String(line?.['why']), /^nothing is published yet: esteira run .*esteira publish/);
  await models.close();
});

test('while there is no version to answer with it is looked for after 1 second, 2, 4 and so on, at most every 30', async () => {
  const { models, publisher } = world();
  const pause = (): number => {
    const { looked = '', next = '' } = models.state();
    return Temporal.Instant.from(looked).until(next).total('seconds');
  };
  for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
    await models.reload('poll');
    assert.ok(Math.abs(pause() / seconds - 1) < 0.11, `${pause()} s instead of ${seconds}`);
  }
  await publisher.champion(contentOf(trees, '1'));
  await models.reload('poll');
  assert.ok(Math.abs(pause() / 300 - 1) < 0.11, `${pause()} s`);
  await models.close();
});

test('a store that says nothing at all is away, and keeps no process from ending', async (context) => {
  let isSilent = false;
  const silence = new Promise<never>(() => {});
  const { models, publisher } = world({
    change: (store) => ({ ...store, look: (path) => (isSilent ? silence : store.look(path)) }),
  });
  await publisher.champion(contentOf(trees, '1'));
  await models.start();
  isSilent = true;
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const looking = models.reload('poll');
  await new Promise((resolve) => setImmediate(resolve));
  context.mock.timers.tick(60_000);
  const { result, why } = await looking;
  assert.deepEqual([result, why], ['away', 'no answer for 60 seconds']);
  assert.equal(models.current?.version, '1');
  void models.reload('poll');
  await new Promise((resolve) => setImmediate(resolve));
  await models.close();
});

test('a store that falls silent while a history is looked up is away, and keeps no process from ending', async () => {
  const silence = new Promise<never>(() => {});
  let asked = 0;
  const isMove = (path: string): boolean => path.includes('/moves/');
  const silent = (path: string): Promise<never> => {
    if (isMove(path)) asked += 1;
    return silence;
  };
  const { models, publisher } = world({
    change: (store) => ({
      ...store,
      read: (path) => (isMove(path) ? silent(path) : store.read(path)),
      look: (path) => (isMove(path) ? silent(path) : store.look(path)),
    }),
  });
  for (const version of ['0', '1']) await publisher.champion(contentOf(trees, version));
  await models.start();
  await publisher.put(() => versionText(contentOf(trees, '0'), { ...latest(1), move: publisher.moves[0] as never }));
  const looking = models.reload('poll');
  while (asked === 0) await new Promise((resolve) => setImmediate(resolve));
  await models.close();
  assert.equal((await looking).result, 'away');
  assert.equal(models.current?.version, '1');
});

test('a look that is begun when the process ends is not waited for', async () => {
  const { models } = world({ change: (store) => ({ ...store, look: () => new Promise<never>(() => {}) }) });
  const first = models.reload('poll');
  await new Promise((resolve) => setImmediate(resolve));
  await models.close();
  assert.equal((await first).why, 'the process ends');
  assert.equal((await models.reload('ana')).why, 'the process ends');
});

test('who looks every two months does not look again and again', async (context) => {
  const { models, publisher } = world({ every: '60 days' });
  await publisher.champion(contentOf(trees, '1'));
  const pauses: unknown[] = [];
  const begin = globalThis.setTimeout;
  context.mock.method(globalThis, 'setTimeout', (...args: Parameters<typeof setTimeout>) => {
    pauses.push(args[1]);
    return begin(...args);
  });
  await models.start();
  assert.equal(Math.max(...(pauses as number[])), 2 ** 31 - 1);
  await models.close();
});

test('receipts that the store has not taken go there with the next look that is answered, or at the end', async () => {
  let isAway = true;
  const { models, publisher, store, said } = world({
    changeFiles: (files) => ({
      ...files,
      keep: (path, content) => (isAway ? Promise.reject(new Error('no room')) : files.keep(path, content)),
    }),
  });
  const refused = async (factor: string): Promise<void> => {
    await publisher.put((bytes) => Buffer.from(bytes).fill(factor, 500, 501));
    await models.reload('poll');
  };
  await publisher.champion(contentOf(trees, '1'));
  for (const factor of ['x', 'y']) await refused(factor);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal((await receiptsIn(store)).length, 0);
  assert.equal(said.filter(({ event }) => event === 'receipt owed').length, 1, 'said once');
  isAway = false;
  assert.equal((await models.reload('poll')).result, 'unchanged');
  while ((await receiptsIn(store)).length < 2) await new Promise((resolve) => setImmediate(resolve));
  isAway = true;
  await refused('z');
  isAway = false;
  await models.close();
  assert.equal((await receiptsIn(store)).length, 3);
});

test('two who ask at once get one look at the store', async () => {
  let looks = 0;
  const { models, publisher } = world({
    change: (store) => ({
      ...store,
      look: (path) => {
        looks += 1;
        return store.look(path);
      },
    }),
  });
  await publisher.champion(contentOf(trees, '1'));
  const both = await Promise.all([models.reload('poll'), models.reload('ana')]);
  assert.equal(looks, 1);
  assert.equal(both[0], both[1]);
  await models.close();
});

test('a version that no request has any more can be freed, whoever followed it', async () => {
  setFlagsFromString('--expose-gc');
  const free = runInNewContext('gc') as () => void;
  const { models, publisher } = world();
  const seen: WeakRef<object>[] = [];
  for (let number = 0; number < 4; number += 1) {
    await publisher.champion(contentOf(timesAsMuch(trees, 1 + number), String(number)));
    await models.reload('poll');
    const use = models.begin();
    use.predict([row]);
    use.end({ failed: false, milliseconds: 1 });
    seen.push(new WeakRef(models.current ?? assert.fail()));
  }
  for (let time = 0; time < 3; time += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    free();
  }
  assert.deepEqual(
    seen.map((one) => one.deref()?.constructor === Object),
    [false, false, false, true],
  );
  await models.close();
});

test('who asks when the store has already answered another is not given what it said before', async () => {
  const { models, publisher } = world();
  await publisher.champion(contentOf(trees, '1'));
  const polled = models.reload('poll');
  while (!models.state().looked) await new Promise((resolve) => setImmediate(resolve));
  await publisher.champion(contentOf(timesAsMuch(trees, 2), '2'));
  const told = await Promise.all([models.reload('ana'), models.reload('rui'), polled]);
  assert.deepEqual(
    told.map(({ to }) => to?.version),
    ['2', '2', '1'],
  );
  assert.equal(told[0], told[1]);
  await models.close();
});

test('a rollback is a swap like any other', async () => {
  const { models, publisher } = world();
  await publisher.champion(contentOf(trees, '1'));
  await publisher.champion(contentOf(timesAsMuch(trees, 2), '2'));
  await models.start();
  await publisher.champion(contentOf(trees, '1'), { reason: 'rollback: Hit@3 fell' });
  const { result, from, to, move } = await models.reload('poll');
  assert.deepEqual(
    [result, from?.version, to?.version, to?.move, move?.reason],
    ['swapped', '2', '1', 3, 'rollback: Hit@3 fell'],
  );
  await models.close();
});
