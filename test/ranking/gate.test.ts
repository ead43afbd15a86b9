import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { type Manifest, meansOf } from '../../pipelines/ranking/data/generate.ts';
import { type Change, Desk, failing, figureOf, lastDate } from './desk.ts';

const [days, judgedDays] = [11, 7];
const first = Temporal.PlainDate.from(lastDate)
  .subtract({ days: days - 1 })
  .toString();
const ndcg = 'ndcg_at_5';
/** Of each gender more than 280 are chosen in the days that judge: a gap is known to 0.012, whatever the seed. */
const matchesADay = 220;

/** A desk that has taken in all days, and is closed. */
async function taken({
  trim,
  ...options
}: {
  readonly bias?: number;
  readonly events?: number;
  readonly trim?: (desk: Desk) => void;
}): Promise<{ desk: Desk; manifest: Manifest }> {
  const desk = await Desk.open();
  const manifest = await desk.plant({ days, events: matchesADay, faults: false, seed: 5, ...options });
  trim?.(desk);
  await desk.takeIn(first, lastDate);
  await desk.close();
  return { desk, manifest };
}
/** What a training of these definitions on those rows has become. */
async function trained(base: Desk, change?: Change, each?: number) {
  const desk = await base.again(change);
  try {
    return {
      version: await desk.train(lastDate, each === undefined ? {} : { each }),
      champion: await desk.champion(),
      told: desk.notes(),
    };
  } finally {
    await desk.close();
  }
}

const trainingRows = 'sql`select * from ${judged}';
/** The model sees one column only, made by these words. */
const seeing =
  (words: string): Change =>
  (text) =>
    text
      .replace('columns: judged.columns', 'columns: { ...judged.columns, relevance: col.integer(), visto: col.real() }')
      .replace(trainingRows, `sql\`select *, cast(${words} as double) as visto from \${judged}`)
      .replace(/features: \[[^\]]*\]/, "features: ['visto']")
      .replace(/import \{\s+asOf/, 'import { col, asOf')
      // Drift is of what the model sees, which stands in the rows that it is trained on only.
      .replace(/\{ judged, ltr \}(.*[\s\S]*drift\()judged\./, '{ ltr, trainingSet }$1trainingSet.');
/** The days that are learned from say this of each candidate, in the place of who was chosen. */
const taught =
  (words: string): Change =>
  (text) =>
    text.replace(
      /(sql`select) \*(,? .*from \$\{judged\})/,
      `$1 * replace (case when \${fn.lastDays('day', ${judgedDays})} then relevance else cast(${words} as integer) end as relevance)$2`,
    );
const place = 'rank() over (partition by event_id order by success_rate desc, distance_km)';
/** Taught its first five places, from what it sees it has that order, and no other. */
const legacy: Change = (text) => taught(`greatest(0, 6 - ${place})`)(seeing(`-${place}`)(text));
const lots = 'row_number() over (partition by event_id order by hash(event_id, lawyer_id))';

describe('the gate, on days without a fault', () => {
  let base: Desk;
  let manifest: Manifest;
  before(async () => {
    ({ desk: base, manifest } = await taken({}));
  });

  test('lets a model through that is nearly as good as who knows all but the noise', async () => {
    const { version, champion } = await trained(base);
    const { best, requests } = meansOf(manifest, judgedDays);
    assert.deepEqual(failing(version), []);
    assert.equal(champion, version.version);
    assert.equal(version.version, '20250714_0215');
    assert.ok(Math.abs(figureOf(version, ndcg) - best) < 0.07, `${figureOf(version, ndcg)}, the best ${best}`);
    assert.equal(figureOf(version, 'samples'), requests);
    const genders = version.trained?.members[0]?.segments?.find(({ column }) => column === 'gender')?.values ?? [];
    const least = Math.min(...genders.map(({ samples }) => samples));
    assert.ok(genders.length === 3 && least > 280, `a group of ${least}`);
    assert.ok(figureOf(version, 'latency_p95_ms') < 15);
  });

  test('refuses a model for its latency alone, when it takes 16 ms to predict; 14 are quick enough', async () => {
    const { version, champion } = await trained(base, undefined, 16);
    assert.equal(champion, undefined);
    assert.deepEqual(failing(version), ['latency_p95_ms']);
    assert.equal(figureOf(version, 'latency_p95_ms'), 16);
    assert.deepEqual(failing((await trained(base, undefined, 14)).version), []);
  });

  test('refuses the legacy order, success rate and then distance, and says by which figure', async () => {
    const { version, champion, told } = await trained(base, legacy);
    assert.equal(champion, undefined);
    assert.ok(failing(version).includes(ndcg));
    const planted = meansOf(manifest, judgedDays).legacy;
    assert.ok(Math.abs(figureOf(version, ndcg) - planted) < 0.002, `${figureOf(version, ndcg)}, planted ${planted}`);
    assert.match(told.join('\n'), /did not pass its gate/);
  });

  test('refuses a ranker that draws lots', async () => {
    const { version, champion } = await trained(base, seeing(lots));
    assert.equal(champion, undefined);
    assert.ok(failing(version).includes(ndcg));
    const planted = meansOf(manifest, judgedDays).random;
    assert.ok(Math.abs(figureOf(version, ndcg) - planted) < 0.05, `${figureOf(version, ndcg)}, planted ${planted}`);
  });

  test('refuses a model that was trained on shuffled labels', async () => {
    const { version, champion } = await trained(base, taught(`${lots} = 1`));
    assert.equal(champion, undefined);
    assert.ok(failing(version).includes(ndcg));
    assert.ok(figureOf(version, ndcg) < 0.55, `${figureOf(version, ndcg)}`);
  });
});

test('the gate refuses a model for its fairness alone, where nobody can rank the women that are chosen', async () => {
  const { desk, manifest } = await taken({ bias: 0.5 });
  const { version, champion } = await trained(desk);
  assert.equal(champion, undefined);
  assert.deepEqual(failing(version), ['fairness_gap_gender_ndcg_at_5']);
  const all = meansOf(manifest, judgedDays).best;
  const women = manifest.days.slice(-judgedDays).map(({ groups }) => groups.f);
  const ofWomen =
    women.reduce((sum, { best }) => sum + best, 0) / women.reduce((sum, { requests }) => sum + requests, 0);
  const gap = figureOf(version, 'fairness_gap_gender_ndcg_at_5');
  assert.ok(Math.abs(gap - (all - ofWomen)) < 0.05, `${gap}, planted ${all - ofWomen}`);
});

/** Of the days that judge so many matches stay of which somebody was chosen. */
const keeping = (samples: number) => (desk: Desk) => {
  let left = samples;
  for (let back = 0; back < judgedDays; back += 1) {
    const date = Temporal.PlainDate.from(lastDate).subtract({ days: back }).toString();
    const file = path.join(desk.folder, 'data', 'match_events', `${date}.jsonl`);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const kept = lines
      .filter((line) => line.includes('"chosen"'))
      .slice(0, Math.min(left, Math.ceil(samples / judgedDays)));
    left -= kept.length;
    writeFileSync(file, kept.map((line) => `${line}\n`).join(''));
  }
};
/** Of so few matches the gap between groups is chance, and no matter here. */
const anyGap: Change = (text) => text.replace('limites.ltr_fairness_max', '1');

test('the gate refuses a model for its samples alone, when it was judged on 99; a hundred are enough', async () => {
  const { desk: few } = await taken({ events: 60, trim: keeping(99) });
  const { version, champion } = await trained(few, anyGap);
  assert.equal(figureOf(version, 'samples'), 99);
  assert.deepEqual(failing(version), ['samples']);
  assert.equal(champion, undefined);
  const { desk: enough } = await taken({ events: 60, trim: keeping(100) });
  const other = await trained(enough, anyGap);
  assert.equal(figureOf(other.version, 'samples'), 100);
  assert.deepEqual(failing(other.version), []);
});
