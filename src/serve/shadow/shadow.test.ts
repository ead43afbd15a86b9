import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { folderStore } from '../../adapters/files/store.ts';
import { shareOf } from '../../learn/ranking/split.ts';
import type { KeptFiles } from '../../ports/index.ts';
import { keepPublished, publishedPlace } from '../../registry/index.ts';
import { contentOf, grownTrees, ranked, rankedId, timesAsMuch, walked } from '../model/testing.ts';
import { wantedOf } from '../model/wanted.ts';
import type { Logged, Row } from '../parts.ts';
import { changeChoice, readChoice } from './choice.ts';
import { readSeen } from './figure-files.ts';
import { figuresOf, shown } from './figures.ts';
import { Shadow } from './shadow.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'esteira-shadow-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
const trees = await grownTrees({ trees: 10, leaves: 8 });
const rows: readonly Row[] = Array.from({ length: 8 }, (_, at) => ({ near: 10 * at + 1, won: at / 8, id: at }));
const championSays = rows.map((row) => ({ score: walked(trees, row as Readonly<Record<string, number>>) }));

type Of = ConstructorParameters<typeof Shadow>[0];
let stores = 0;
function world(of: Partial<Of> & { readonly change?: (store: KeptFiles) => KeptFiles } = {}) {
  stores += 1;
  const { change = (store) => store, ...more } = of;
  const store = folderStore({ path: path.join(scratch, String(stores)) });
  const said: Parameters<Of['say']>[0][] = [];
  const logged: Logged[] = [];
  let elapsed = 0;
  const model = ranked();
  const shadow = new Shadow({
    ...{ endpoint: 'rank', model, wanted: wantedOf({ id: rankedId, definition: model }), process: 'p1' },
    ...{ models: store, files: change(store), share: () => 1, say: (line) => said.push(line) },
    clock: { now: () => Temporal.Instant.from('2026-03-04T05:06:07Z'), elapsed: () => elapsed },
    predicted: (predicted) => logged.push(predicted),
    ...more,
  });
  after(() => shadow.close());
  let number = 0;
  const offer = (more: Partial<Parameters<Shadow['offer']>[0]> = {}): void => {
    number += 1;
    const given = { id: `r${number}`, at: 5, version: '1', rows, outputs: championSays };
    shadow.offer({ ...given, isAsked: false, milliseconds: 0.5, ...more });
  };
  const named = async (version: string | undefined): Promise<void> => {
    const choice = { chosen: 'by hand', by: 'ana', reason: 'to see it', at: '2026-03-04T05:06:07Z' } as const;
    await changeChoice(store, 'rank', () => (version === undefined ? choice : { ...choice, version }));
    await shadow.look();
  };
  const published = (version: string, of = trees): Promise<void> =>
    keepPublished(store, contentOf(of, version), publishedPlace(rankedId));
  const counts = (): Readonly<Record<string, number>> => {
    const [results] = shadow.figures();
    const many = results?.values.map(({ labels, value }) => [labels?.['result'] ?? '', value] as const) ?? [];
    return Object.fromEntries(many.filter(([, value]) => value > 0));
  };
  /** Until so many of a result were counted; with `offering` more are offered meanwhile, as requests keep coming. */
  const until = async (result: string, many: number, offering = true): Promise<void> => {
    for (const end = performance.now() + 20_000; (counts()[result] ?? 0) < many; ) {
      assert.ok(performance.now() < end, `${result}: ${JSON.stringify({ ...counts(), said })}`);
      if (offering) offer();
      await sleep(5);
    }
  };
  /** Until nothing of what was offered is on its way any more. */
  const settled = async (): Promise<void> => {
    for (let before = ''; before !== JSON.stringify(counts()); ) {
      before = JSON.stringify(counts());
      await sleep(250);
    }
  };
  const pass = (milliseconds: number): void => {
    elapsed += milliseconds;
  };
  const seen = async (version: string) => {
    await shadow.flush();
    const { champions } = await readSeen(store, { endpoint: 'rank', version });
    return figuresOf(champions.get('1') ?? []);
  };
  return { store, said, logged, shadow, offer, named, published, counts, until, settled, pass, seen };
}
const planted = () => new URL('./planted.ts', import.meta.url);
const roomy = { cpu: 1000, burst: 1e9 };

test('a version that is named predicts what it would as the champion, and what the two say beside each other is kept', async () => {
  const { offer, named, published, until, logged, seen, shadow } = world({ limits: roomy });
  offer();
  const other = timesAsMuch(trees, -2);
  await published('2', other);
  await named('2');
  await until('predicted', 3);
  const [first] = logged;
  assert.equal(first?.version, '2');
  assert.deepEqual(
    first?.outputs,
    rows.map((row) => ({ score: walked(other, row as Readonly<Record<string, number>>) })),
  );
  assert.equal(first?.rows[3], rows[3]);
  const figures = await seen('2');
  assert.ok(figures && figures.requests >= 3 && figures.compared === figures.requests);
  // The order turned round: of eight rows two of the first five stay among them.
  assert.ok((figures.overlapAt5 ?? 1) < 0.7 && figures.topChanged === 1 && (figures.rankCorrelation ?? 1) < -0.5);
  const mean = championSays.reduce((sum, { score }) => sum + 3 * Math.abs(score), 0) / rows.length;
  assert.ok(Math.abs((figures.difference?.mean ?? 0) / mean - 1) < 1e-9);
  assert.equal(shown(figures, 'errors').value, 0);
  assert.deepEqual(shadow.state(), {
    ...{ version: '2', state: 'ready', chosen: 'by hand', by: 'ana', reason: 'to see it', at: '2026-03-04T05:06:07Z' },
    ...Object.fromEntries(
      Object.entries(shadow.state() as Record<string, unknown>).filter(([name]) =>
        ['predicted', 'dropped'].includes(name),
      ),
    ),
  });
});

test('a share of the requests is taken, the same ones everywhere, and those that ask for it', async () => {
  const { offer, named, published, counts } = world({ share: () => 0.1, limits: roomy });
  await published('2');
  await named('2');
  const ids = Array.from({ length: 2000 }, (_, at) => `request-${at}`);
  for (const id of ids) offer({ id });
  const taken = counts()['dropped'] ?? 0;
  assert.ok(taken > 150 && taken < 250, `${taken}`);
  assert.equal(taken, ids.filter((id) => shareOf(id, 1) < 0.1).length, 'by their ids alone');
  offer({ id: 'request-0', isAsked: true });
  offer({ id: 'request-0', isAsked: true, version: '2' });
  assert.equal(counts()['dropped'], taken + 1, 'beside itself a version is not seen');
});

test('what it predicts is logged with the share of the requests that it was to predict, which of those that ask for it is all', async () => {
  const { offer, named, published, until, counts, logged } = world({ share: () => 0.25, limits: roomy });
  await published('2');
  await named('2');
  await until('predicted', 3);
  const asking = Array.from({ length: 50 }, (_, at) => `asking-${at}`).filter((id) => shareOf(id, 1) >= 0.25);
  offer({ id: asking[0] as string, isAsked: true });
  await until('predicted', (counts()['predicted'] ?? 0) + 1);
  const shares = new Map(logged.map(({ id, role, share }) => [id, `${role} ${share}`]));
  assert.equal(shares.get(asking[0] as string), 'shadow 1');
  shares.delete(asking[0] as string);
  assert.deepEqual([...new Set(shares.values())], ['shadow 0.25']);
});

test('what it may not work at is dropped and counted: too many at once, too large, or more than its share of the time', async () => {
  const { offer, named, published, until, settled, counts, pass, seen, shadow } = world({
    limits: { ...roomy, requests: 2, bytes: 8 * 2 * 8 * 2 },
  });
  await published('2');
  await named('2');
  await until('predicted', 1);
  await settled();
  const before = counts()['dropped'] ?? 0;
  const fullBefore = (await seen('2'))?.dropped['full'] ?? 0;
  for (let at = 0; at < 5; at += 1) offer();
  assert.equal(counts()['dropped'], before + 3);
  await settled();
  offer({ rows: [...rows, ...rows, ...rows], outputs: [...championSays, ...championSays, ...championSays] });
  assert.equal(counts()['dropped'], before + 4, 'more bytes than may be on their way');
  assert.equal((await seen('2'))?.dropped['full'], fullBefore + 4);
  await shadow.close();

  const poor = world({ limits: { cpu: 0.1, burst: 1e-9 } });
  await poor.published('2');
  await poor.named('2');
  await poor.until('dropped', 1);
  for (let at = 0; at < 100 && !(await poor.seen('2'))?.dropped['over budget']; at += 1) {
    poor.offer();
    await sleep(20);
  }
  assert.ok((await poor.seen('2'))?.dropped['over budget'], 'beginning has taken all that it had');
  pass(0);
  poor.pass(1e7);
  await poor.until('predicted', 1);
});

for (const [harm, result] of [
  ['sleeps', 'late'],
  ['spins', 'late'],
  ['exhausts', 'died'],
  ['exits', 'died'],
  ['throws', 'died'],
] as const)
  test(`a thread that ${harm} is ended and begun again with pauses, and given up when it goes on so`, async () => {
    const { offer, named, published, until, counts, pass, said, seen, shadow } = world({
      file: planted,
      limits: { ...roomy, deadline: harm === 'exhausts' ? 20_000 : 40, heap: 16, young: 4, pauses: [1000, 2000] },
    });
    await published(harm);
    await named(harm);
    await until(result, 1);
    const before = counts()[result];
    for (let at = 0; at < 3; at += 1) offer();
    assert.equal((shadow.state() as { state: string }).state, 'resting');
    assert.equal(counts()[result], before);
    pass(1000);
    await until(result, (before ?? 0) + 1);
    pass(1000);
    offer();
    assert.equal((shadow.state() as { state: string }).state, 'resting', 'longer each time');
    pass(1000);
    await until(result, (counts()[result] ?? 0) + 1);
    pass(1e9);
    offer();
    assert.equal((shadow.state() as { state: string }).state, 'given up');
    const figures = await seen(harm);
    assert.match(figures?.givenUp[0]?.why ?? '', /^3 times in a row: /);
    assert.equal(said.filter(({ event }) => event === 'shadow given up').length, 1);
    // Another version is tried.
    await published('2');
    await named('2');
    await until('predicted', 1);
  });

test('a prediction that fails is counted, and the next is asked for', async () => {
  const { named, published, until, seen } = world({ limits: roomy, file: planted });
  await published('fails');
  await named('fails');
  await until('threw', 7);
  const figures = await seen('fails');
  assert.ok((figures?.errors['threw'] ?? 0) >= 7 && figures?.givenUp.length === 0);
  assert.deepEqual([figures?.trouble, shown(figures as never, 'errors').value], ['planted', 1]);
});

test('a version that the definition does not fit is not tried', async () => {
  const { named, published, until, seen, offer, counts } = world({ limits: roomy });
  await published('2', { ...trees, features: ['near', 'unknown'] });
  await named('2');
  offer();
  for (let at = 0; at < 400 && !(await seen('2'))?.givenUp.length; at += 1) {
    offer();
    await sleep(5);
  }
  const figures = await seen('2');
  assert.match(figures?.givenUp[0]?.why ?? '', /unknown/);
  assert.equal(counts()['predicted'], undefined);
  await published('3');
  await named('3');
  await until('predicted', 2);
});

test('what the store does not say, or not whole, leaves the shadow as it is, and is said once', async () => {
  let isAway = false;
  const { named, published, shadow, said, store, until } = world({
    limits: roomy,
    change: (store) =>
      ({
        ...Object.fromEntries(
          (['keep', 'read', 'replace', 'remove', 'below'] as const).map((name) => [name, store[name].bind(store)]),
        ),
        describe: store.describe,
        look: async (path: string) => {
          if (isAway) throw new Error('it does not answer');
          return store.look(path);
        },
      }) as unknown as KeptFiles,
  });
  await published('2');
  await named('2');
  await until('predicted', 1);
  isAway = true;
  await shadow.look();
  await shadow.look();
  assert.equal(said.filter(({ why }) => why === 'it does not answer').length, 1);
  assert.equal((shadow.state() as { version: string }).version, '2');
  isAway = false;
  await named('3');
  assert.equal((shadow.state() as { version: string }).version, '2', 'a version that is not published yet');
  const there = await store.look('endpoints/rank/shadow.json');
  await store.replace('endpoints/rank/shadow.json', {
    bytes: Buffer.from(
      Buffer.from(there?.bytes ?? [])
        .toString()
        .replace('"3"', '"9"'),
    ),
    mark: there?.mark ?? '',
  });
  await shadow.look();
  assert.equal((await readChoice(store, 'rank')).is, 'broken');
  assert.match(`${said.at(-1)?.['why']}`, /another hash/);
  await until('predicted', 3);
  await named(undefined);
  assert.equal('version' in shadow.state(), false);
});

test('what processes have seen of a version is put together, and stays when another shadows meanwhile', async () => {
  const { named, published, until, seen, store, counts, shadow } = world({ limits: roomy });
  for (const version of ['2', '3']) await published(version);
  await named('2');
  await until('predicted', 2);
  await named('3');
  await until('predicted', (counts()['predicted'] ?? 0) + 2);
  await named('2');
  const before = (await seen('2'))?.requests ?? 0;
  await until('predicted', (counts()['predicted'] ?? 0) + 1);
  assert.ok(((await seen('2'))?.requests ?? 0) > before && before >= 2);
  await shadow.close();
  const [path = ''] = await store.below('endpoints/rank/shadow/2', 9);
  await store.keep('endpoints/rank/shadow/2/half.json', { bytes: Buffer.from('{"format":1') });
  const { champions, broken } = await readSeen(store, { endpoint: 'rank', version: '2' });
  assert.deepEqual([broken, path], [['endpoints/rank/shadow/2/half.json'], 'endpoints/rank/shadow/2/p1.json']);
  const [one] = champions.get('1') ?? [];
  assert.ok(one);
  const both = figuresOf([one, { ...one, process: 'p2' }]);
  assert.equal(both?.requests, 2 * one.tally.requests);
});

test('a store that never says which version it is keeps no process from ending', { timeout: 10_000 }, async () => {
  const { shadow, said } = world({ change: (store) => ({ ...store, look: () => new Promise(() => {}) }) });
  void shadow.look();
  await shadow.close();
  assert.deepEqual(said, []);
});
