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

/** A desk that has taken in all days, and is closed. */
async function taken(of: {
  readonly bias?: number;
  readonly trim?: (desk: Desk) => void;
}): Promise<{ desk: Desk; manifest: Manifest }> {
  const desk = await Desk.open();
  const manifest = await desk.plant({ days, events: 150, faults: false, seed: 3, bias: of.bias });
  of.trim?.(desk);
  await desk.takeIn(first, lastDate);
  await desk.close();
  return { desk, manifest };
}
/** What a training of these definitions on those rows has become. */
async function trained(base: Desk, change?: Change) {
  const desk = await base.again(change);
  try {
    return { version: await desk.train(), champion: await desk.champion(), told: desk.notes() };
  } finally {
    await desk.close();
  }
}

/** The model sees one column only, made by these words. */
const seeing =
  (words: string): Change =>
  (text) =>
    text
      .replace('columns: judged.columns', 'columns: { ...judged.columns, visto: col.real() }')
      .replace('sql`select * from ${judged}', `sql\`select *, cast(${words} as double) as visto from \${judged}`)
      .replace(/features: \[[^\]]*\]/, "features: ['visto']")
      .replace(/import \{\s+asOf/, 'import { col, asOf');
/** In the days that are learned from, somebody else was chosen, whoever. */
const shuffled: Change = (text) =>
  text.replace(
    'sql`select * from ${judged}',
    `sql\`select * replace (case when \${fn.lastDays('day', ${judgedDays})} then relevance
      when row_number() over (partition by event_id order by hash(event_id, lawyer_id)) = 1 then 1 else 0 end as relevance) from \${judged}`,
  );
const legacy = '-rank() over (partition by event_id order by success_rate desc, distance_km)';

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
    assert.ok(Math.abs(figureOf(version, ndcg) - best) < 0.06, `${figureOf(version, ndcg)}, the best ${best}`);
    assert.equal(figureOf(version, 'samples'), requests);
  });

  test('refuses the legacy order, success rate and then distance, and says by which figure', async () => {
    const { version, champion, told } = await trained(base, seeing(legacy));
    assert.equal(champion, undefined);
    assert.ok(failing(version).includes(ndcg));
    const planted = meansOf(manifest, judgedDays).legacy;
    assert.ok(Math.abs(figureOf(version, ndcg) - planted) < 0.03, `${figureOf(version, ndcg)}, planted ${planted}`);
    assert.match(told.join('\n'), /did not pass its gate/);
  });

  test('refuses a ranker that draws lots', async () => {
    const { version, champion } = await trained(base, seeing('hash(event_id, lawyer_id) % 1000003'));
    assert.equal(champion, undefined);
    assert.ok(failing(version).includes(ndcg));
    const planted = meansOf(manifest, judgedDays).random;
    assert.ok(Math.abs(figureOf(version, ndcg) - planted) < 0.05, `${figureOf(version, ndcg)}, planted ${planted}`);
  });

  test('refuses a model that was trained on shuffled labels', async () => {
    const { version, champion } = await trained(base, shuffled);
    assert.equal(champion, undefined);
    assert.ok(failing(version).includes(ndcg));
    assert.ok(figureOf(version, ndcg) < 0.55, `${figureOf(version, ndcg)}`);
  });
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
test('the gate refuses a model for its samples alone, when it was judged on 99; a hundred are enough', async () => {
  const { desk: few } = await taken({ trim: keeping(99) });
  const { version, champion } = await trained(few);
  assert.equal(figureOf(version, 'samples'), 99);
  assert.deepEqual(failing(version), ['samples']);
  assert.equal(champion, undefined);
  const { desk: enough } = await taken({ trim: keeping(100) });
  const other = await trained(enough);
  assert.equal(figureOf(other.version, 'samples'), 100);
  assert.deepEqual(failing(other.version), []);
});
