import assert from 'node:assert/strict';
import { test } from 'node:test';
import { width } from '../text.ts';
import { reportText, shadowText } from './shadow.ts';

const look = { columns: 80, rows: 24, color: false, unicode: true };
const figures = {
  since: '2026-03-10T06:01:00Z',
  until: '2026-03-10T08:30:00Z',
  requests: 12_345,
  compared: 12_000,
  overlapAt5: 0.8421,
  topChanged: 0.0812,
  rankCorrelation: 0.9234,
  difference: { mean: 0.01234, p95: 0.0812 },
  latency: { champion: { p50: 0.0312, p95: 0.145 }, shadow: { p50: 0.0334, p95: 0.188 } },
  errors: { threw: 3, late: 1 },
  dropped: { starting: 12, 'over budget': 1204 },
  trouble: 'the column distance_km is no number, and so the version cannot say what it thinks of any of these rows',
  givenUp: [
    { process: '9b1c', why: '3 times in a row: Worker terminated due to reaching memory limit: JS heap out of memory' },
  ],
};
const view = {
  ...{ endpoint: 'ltr', model: 'ranking.analytics.ltr', label: 'analytics.ltr', champion: '20260310_0230' },
  shadows: {
    ...({ version: '20260311_0230', chosen: 'by hand', by: 'ana', at: '2026-03-11T09:00:00Z' } as const),
    reason: 'to see whether the districts that were new in May are ranked as people there would rank them',
  },
  ...{ version: '20260311_0230', state: 'candidate', versions: ['20260311_0230'], isShadowed: true },
  beside: [
    { champion: '20260310_0230', figures },
    { champion: '20260309_0230', figures: { ...figures, givenUp: [] } },
  ],
};
const limit = { measure: 'shadow_overlap_at_5', shows: 'overlap_at_5', sign: '>=', bound: 0.6, requests: 200 } as const;
const judged = (value: number) => ({
  ...({
    measure: 'shadow_overlap_at_5',
    sign: '>=',
    bound: 0.6,
    setting: 'config.limites_ltr.ltr_overlap_min',
  } as const),
  ...{ members: [{ member: {}, value, passed: value >= 0.6 }], passed: value >= 0.6 },
});

test('a report says what the shadow has shown and what its gate waits for, at 80 columns', () => {
  const waiting = reportText({ ...view, gate: { waits: { requests: 84, wanted: 200, limits: [limit] } } }, look);
  const verdict = { champion: '20260310_0230', since: figures.since, requests: 212, limits: [judged(0.41)] };
  const refused = reportText(
    { ...view, state: 'refused', gate: { judged: { ...verdict, passed: false, at: '2026-03-11T10:00:00Z' } } },
    look,
  );
  for (const text of [waiting, refused]) for (const line of text.split('\n')) assert.ok(width(line) <= 80, line);
  assert.match(waiting, /^ltr: 20260311_0230 of analytics\.ltr, candidate\n {2}shadows {2}20260311_0230, named by ana/);
  assert.match(waiting, /waits: 84 of 200 requests; shadow_overlap_at_5 at least 0\.6/);
  assert.match(waiting, /\nBeside 20260310_0230, the champion\n {2}requests 12,345 requests from 2026-03-10 06:01Z/);
  assert.match(waiting, /errors {3}3 threw, 1 late, the last: the column/);
  assert.match(waiting, /left out 12 starting, 1,204 over budget\n/);
  assert.match(waiting, /first 5 {2}84\.2 % the same, of 12,000 requests with more rows\n/);
  assert.match(waiting, /p95 {6}shadow 0\.188 ms, champion 0\.145 ms/);
  assert.match(
    refused,
    /refused 2026-03-11 10:00Z, beside 20260310_0230, 212 requests\n {11}✗ shadow_overlap_at_5 0\.41/,
  );
});

test('where nothing was seen yet, it says what makes it seen', () => {
  const { shadows: _, version: __, state: ___, ...none } = { ...view, beside: [] };
  const text = reportText(none, look);
  assert.match(
    text,
    /^ltr: no version of analytics\.ltr\n {2}shadows {2}none was chosen yet\n {2}next {5}esteira endpoint shadow ltr <version> --reason …$/,
  );
  const silent = reportText({ ...view, beside: [] }, look);
  assert.match(silent, /requests none yet; processes write their figures each minute\n {2}next {5}Is it served\?/);
  const without = reportText({ ...view, beside: [], isShadowed: false }, look);
  assert.match(without, /shadow {3}the definition of ltr has none[\s\S]*next {5}Say shadow: \{ share: 0\.1 \} in/);
});

test('what is named says until when', () => {
  const said = {
    ...{ endpoint: 'ltr', model: 'm', label: 'analytics.ltr', by: 'ana', reason: 'r' },
    at: figures.since,
  };
  assert.match(
    shadowText({ ...said, version: '1', chosen: 'by hand' }, look),
    /1 of analytics\.ltr shadows, until --candidate is said/,
  );
  assert.match(
    shadowText({ ...said, chosen: 'by hand' }, look),
    /no version of analytics\.ltr shadows, until --candidate is said/,
  );
  assert.match(
    shadowText({ ...said, chosen: 'candidate' }, look),
    /no version of analytics\.ltr shadows: no candidate waits/,
  );
});
