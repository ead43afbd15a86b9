import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { generate, leadsOf } from './generate.ts';
import { ratesByTenth } from './generator/judged.ts';
import type { Features } from './generator/people.ts';
import { onnxFile, pipeline, plantedScore } from './planted.ts';

const root = mkdtempSync(join(tmpdir(), 'leads data '));
after(() => rmSync(root, { recursive: true, force: true }));
const date = '2026-10-01';

async function bytesOf(name: string, seed: number): Promise<string> {
  const folder = join(root, name);
  await generate({ folder, date, users: 50, closed: 200, seed });
  return readdirSync(folder)
    .toSorted()
    .map(
      (file) =>
        `${file} ${createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex')}`,
    )
    .join('\n');
}

test('the same options give the same bytes, another seed does not', async () => {
  const first = await bytesOf('one', 1);
  assert.equal(await bytesOf('same', 1), first);
  assert.notEqual(await bytesOf('other', 2), first);
});

test('what a person is planned to have done is what the events say, counted again', () => {
  const { people, tables, broken } = leadsOf({ date, users: 400, closed: 200 });
  const until = Temporal.Instant.from(`${date}T00:00:00Z`);
  for (const { id, features } of people) {
    const own = tables.events.filter(({ user_id }) => user_id === id);
    const count = (kind: string): number => own.filter((one) => one['kind'] === kind).length;
    const days = own.map(({ occurred_at }) => String(occurred_at).slice(0, 10));
    const last = days.toSorted().at(-1);
    const since = last === undefined ? null : Temporal.PlainDate.from(last).until(date).days;
    assert.ok(own.every(({ occurred_at }) => Temporal.Instant.compare(String(occurred_at), until) < 0));
    assert.deepEqual(features, {
      page_views: count('page_view'),
      demo_requests: count('demo_request'),
      emails_opened: count('email_opened'),
      days_active: new Set(days).size,
      days_since_last: since,
      source: features.source,
    } satisfies Features);
  }
  assert.equal(new Set(people.map(({ id }) => id)).size, 400);
  assert.ok(people.some(({ events }) => events.length === 0));
  assert.equal(Object.keys(broken).length, 2);
});

test('who has a greater chance becomes a client more often, and clients do things afterwards that nobody may learn from', () => {
  const { closed, best, tables } = leadsOf({ date, users: 20, closed: 4000 });
  const rates = ratesByTenth(closed.map(({ chance, converted }) => ({ score: chance, chance: Number(converted) })));
  const planned = ratesByTenth(closed.map(({ chance }) => ({ score: chance, chance })));
  for (const [tenth, { chance }] of rates.entries())
    assert.ok(Math.abs(chance - (planned[tenth]?.chance ?? 0)) < 0.09, `tenth ${tenth}`);
  assert.ok(best.auc > 0.8 && best.auc < 0.92 && best.lift_top_decile > 2.4 && best.brier < 0.16);
  const closedAt = new Map(tables.closed_leads.map(({ id, closed_at }) => [id, String(closed_at)]));
  const later = tables.events.filter(({ user_id, occurred_at }) => {
    const at = closedAt.get(user_id as string);
    return at !== undefined && String(occurred_at) >= at;
  });
  assert.equal(later.length, 5 * closed.filter(({ converted }) => converted).length);
});

test('the committed pipeline is the one of its description, and says what the original has said', () => {
  assert.equal(createHash('sha256').update(readFileSync(onnxFile)).digest('hex'), pipeline.sha256);
  const answers = readFileSync(`${onnxFile}.answers.jsonl`, 'utf8').trimEnd().split('\n');
  assert.equal(answers.length, 500);
  for (const line of answers) {
    const { lead_score, ...features } = JSON.parse(line) as Features & { readonly lead_score: number };
    assert.ok(Math.abs(plantedScore(features) - lead_score) < 1e-12, line);
  }
});
