import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Monitor } from '../../define/index.ts';
import type { Figure, Freeze } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import { goodDays } from './good-days.ts';

const at = (day: number, hour = 0, minute = 0): string =>
  Temporal.Instant.from('2026-03-01T00:00:00Z')
    .add({ hours: day * 24 + hour, minutes: minute })
    .toString();
const figure = (when: string, more: Partial<Figure>): Figure => ({
  ...{ monitor: 'hits', at: when, verdict: 'held', measure: 'degradation', sign: '<=', parts: [], what: '' },
  ...{ facts: [], look: [], date: when.slice(0, 10), ...more },
});
const freeze: Freeze = {
  ...{ model: 'c.gold.ltr', since: Temporal.Instant.from(at(0, 12)), runId: 'r', job: 'back' },
  ...{ from: 'b', to: 'a', monitors: ['hits'], days: 30 },
};
/** Good days as they are known on a day, of figures from the oldest on. */
function known(figures: readonly Figure[], day: number): Promise<number> {
  const monitor = { name: 'hits', expect: { measure: { measure: 'degradation', least: 100 } } } as unknown as Monitor;
  const newest = ({ limit }: { limit: number }) => Promise.resolve(figures.toReversed().slice(0, limit));
  return goodDays(freeze, {
    graph: { monitors: new Map([['hits', monitor]]) },
    state: { alerts: { figures: newest } },
    clock: { now: () => Temporal.Instant.from(at(day)) },
  } as unknown as Project);
}
const life = (since: number) => ({ lives: { 'c.gold.ltr': at(since) } });

test('a champion that somebody has put in place by hand is counted from its own first sample on', async () => {
  const long = [1, 2, 3].map((day) => figure(at(day, 9), { samples: day * 1000, ...life(0) }));
  const fresh = [4, 5].map((day) => figure(at(day, 9), { samples: (day - 3) * 100, ...life(4) }));
  assert.equal(await known([...long, ...fresh], 6), 5);
});

test('new samples of a day are those of all champions that it had', async () => {
  const both = [
    figure(at(1, 9), { samples: 60, champions: { 'c.gold.ltr': 'a' } }),
    figure(at(1, 12), { samples: 60, champions: { 'c.gold.ltr': 'c' } }),
    figure(at(2, 12), { samples: 120, champions: { 'c.gold.ltr': 'c' } }),
  ];
  assert.equal(await known(both, 3), 1);
});

test('of a monitor that is judged each minute the days of a whole month are known', async () => {
  const minutes = Array.from({ length: 30 * 1440 }, (_, one) =>
    figure(at(1, 0, one), { samples: one + 1, ...life(0) }),
  );
  assert.equal(await known(minutes, 31), 30);
});
