import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { show } from '../../src/cli/commands/model-version.ts';
import { Random } from '../../src/learn/random.ts';
import { operate, type RunEvent } from '../../src/operate/index.ts';
import type { VersionAbout } from '../../src/registry/about.ts';
import { fakeTerminal } from '../cli/samples.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';
import { championOf } from './world.ts';

const definitions = `
import { atLeast, atMost, byHand, col, exposureGap, fairnessGap, files, job, lambdaMart, latency, model, samples, settings, source, sql, table } from 'esteira';

export const limits = settings('config.ltr', { fairness: col.real().default(0.05), within: col.duration().default('15 ms') });
export const arrived = source('landing.shown', { reader: files('shown/*.csv'), columns: {
  id: col.integer(), event: col.text(), price: col.real(), gender: col.text(), area: col.integer().optional(), chosen: col.boolean() } });
export const shown = table('silver.shown', { columns: {
  id: col.integer().key(), event: col.text(), price: col.real(), gender: col.text(), area: col.integer().optional(), chosen: col.boolean() }, rows: arrived });
export const ltr = model('gold.ltr', {
  from: shown, features: ['price'], target: 'chosen', group: 'event', learner: lambdaMart({ at: [3, 5], trees: 15, leaves: 7 }), segments: ['area'],
  gate: [atLeast('ndcg_at_5', 0.6), atMost(fairnessGap('gender', { of: 'ndcg_at_5' }), limits.fairness), atMost(exposureGap('gender'), 0.2),
    atMost(latency('p95', { rows: 20 }), limits.within), atLeast(samples, 50)],
});
export const learn = job('learn', { when: byHand, train: [ltr] });
`;
let world: World;

/** The cheapest is chosen; of women, as the market has it, whoever is dearest. */
function deliver(unfairShare: number): void {
  const random = new Random(3);
  const lines = Array.from({ length: 600 }, (_, event) => {
    const rows = Array.from({ length: 6 }, () => ({
      price: random.next() * 100,
      gender: random.next() < 0.4 ? 'f' : 'm',
    }));
    const unfair = random.next() < unfairShare;
    const women = rows.filter(({ gender }) => gender === 'f');
    const dearest = Math.max(...women.map(({ price }) => price));
    const cheapest = Math.min(...rows.map(({ price }) => price));
    const chosen = event % 10 === 0 ? -1 : unfair && women.length > 0 ? dearest : cheapest;
    const area = event % 7 === 0 ? '' : event % 3;
    return rows.map(({ price, gender }, at) =>
      [event * 6 + at, `e${event}`, price, gender, area, price === chosen].join(),
    );
  });
  writeFileSync(
    path.join(world.folder, 'files/shown/a.csv'),
    `id,event,price,gender,area,chosen\n${lines.flat().join('\n')}\n`,
  );
}

before(async () => {
  const folder = temporaryFolder('learning-gate');
  writeProject(folder, { catalog: 'shop', definitions });
  mkdirSync(path.join(folder, 'files/shown'), { recursive: true });
  world = await World.open(folder, '2026-03-10T06:00:00Z');
  deliver(0);
  await world.do('setup', {});
});
after(() => world.close());

const newest = async () => {
  const [version] = await world.project.state.models.versions({ model: 'shop.gold.ltr', limit: 1 });
  return { state: version?.state, about: version?.about as VersionAbout };
};
const refusedBy = ({ gate }: VersionAbout): readonly string[] =>
  gate.limits.filter(({ passed }) => !passed).map(({ measure }) => measure);
const notes = (events: readonly RunEvent[]): string =>
  events.flatMap((event) => (event.type === 'note' ? [event.text] : [])).join('\n');

test('a version is kept with its gaps, its latency, and its figures for each value of the columns', async () => {
  await world.run('learn');
  const { state, about } = await newest();
  assert.equal(state, 'released', JSON.stringify(about.gate, undefined, 1));
  const [only] = about.members;
  const { measures = {}, segments = [] } = only ?? {};
  const [area, gender] = segments;
  assert.deepEqual([area?.column, gender?.column], ['area', 'gender']);
  assert.deepEqual(
    area?.values.map(({ value }) => value),
    ['0', '1', '2'],
  );
  const [, , , , samples] = about.gate.limits;
  const judged = samples?.members[0]?.value ?? 0;
  assert.equal(
    gender?.values.reduce((sum, one) => sum + one.samples, 0),
    judged,
    'each request with a chosen candidate has a group',
  );
  const distances = gender?.values.map((one) =>
    Math.abs((one.measures['ndcg_at_5'] ?? 9) - (measures['ndcg_at_5'] ?? 0)),
  );
  assert.equal(measures['fairness_gap_gender_ndcg_at_5'], Math.max(...(distances ?? [])));
  assert.ok((measures['latency_p95_ms'] ?? 0) > 0 && (measures['latency_p95_ms'] ?? 99) < 15);
  assert.ok((measures['exposure_gap_gender'] ?? 0) > 0);
  const latency = about.gate.limits.find(({ measure }) => measure === 'latency_p95_ms');
  assert.deepEqual([latency?.bound, latency?.setting], [15, 'config.ltr.within']);
});

test('a predictor that is slowed to 16 ms is refused for that alone; the message says figure, limit and setting', async () => {
  let now = 0;
  const clock = { ...world.project.clock, now: () => world.project.clock.now(), elapsed: () => (now += 16) };
  world.setClock('2026-03-11T06:00:00Z');
  const events: RunEvent[] = [];
  const emit = (event: RunEvent): void => void events.push(event);
  await operate({ ...world.project, clock }, 'run', { job: 'learn' }, { emit, signal: new AbortController().signal });
  const { state, about } = await newest();
  assert.deepEqual([state, refusedBy(about)], ['refused', ['latency_p95_ms']]);
  assert.match(
    notes(events),
    /20260311_0600 did not pass its gate: latency_p95_ms 16 is above 15 \(config\.ltr\.within\)$/m,
  );
  assert.equal(await championOf(world, 'gold.ltr'), '20260310_0600');
});

test('a ranking that serves one group worse is refused for that alone', async () => {
  deliver(0.25);
  world.setClock('2026-03-12T06:00:00Z');
  await world.run('learn');
  const { state, about } = await newest();
  assert.deepEqual([state, refusedBy(about)], ['refused', ['fairness_gap_gender_ndcg_at_5']]);
  assert.equal(await championOf(world, 'gold.ltr'), '20260310_0600');
  assert.match(notes(world.events), /fairness_gap_gender_ndcg_at_5 0\.\d+ is above 0\.05 \(config\.ltr\.fairness\)$/m);
});

test('models show says each figure, its limit and the setting, and the figures of each group, within 80 columns', async () => {
  const typed = { words: ['ltr', '20260312'], flags: new Set(), texts: new Map(), numbers: new Map() };
  const call = (name: 'models show', input: { readonly model: string }) => world.do(name, input);
  const { text } = await show({ typed, terminal: fakeTerminal(), call } as unknown as Parameters<typeof show>[0]);
  const lines = text().split('\n');
  assert.deepEqual(
    lines.filter((line) => line.length > 80),
    [],
  );
  assert.match(text(), /fairness_gap_gender_ndcg_at_5 0\.\d+: at most 0\.05\s+\(config\.ltr\.fairness\)/);
  assert.match(text(), /latency_p95_ms 0\.\d+: at most 15 \(config\.ltr\.within\)/);
  assert.match(text(), /By gender\n {2}gender f: \d+ samples; hit_at_3 0\.\d+; hit_at_5/);
  assert.match(text(), /By area\n {2}area 0: \d+ samples/);
});
