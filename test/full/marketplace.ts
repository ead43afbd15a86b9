// Thirty days of the ranking that nobody touches: clients over HTTP, a training each night, two bad training sets, a broker and a store that are away.
// A sink that writes files stands in for the broker: while it is away what was shown waits on the endpoint's disk, what was chosen at the application. ESTEIRA_ROUNDS times so many.
import { simulate } from '../endpoint/days/simulate.ts';
import { seeds } from '../run/support/rounds.ts';

const tried = seeds(1);
const counts = {
  days: 0,
  requests: 0,
  failed: 0,
  fallbacks: 0,
  badDays: 0,
  mostBadADay: 0,
  refused: 0,
  takenBack: 0,
  lost: 0,
  nightsMissed: 0,
  falling: 0,
};
for (const seed of tried) {
  const found = await simulate(
    { days: 30, requests: 120, seed },
    { swapped: 7, leaked: 13, held: 19, away: 22 },
    console.log,
  );
  const byDay = Object.values(
    Object.groupBy(
      found.bad.flatMap(({ days }) => days),
      (date) => date,
    ),
  );
  counts.days += found.days;
  counts.requests += found.requests;
  counts.failed += found.failed;
  counts.fallbacks += found.fallbacks;
  counts.badDays += byDay.length;
  counts.mostBadADay = Math.max(counts.mostBadADay, ...byDay.map((own) => own?.length ?? 0));
  counts.refused += found.refused.length;
  counts.takenBack += found.takenBack.length;
  counts.lost += found.predicted - found.logged + found.choices - found.learned;
  counts.lost += found.requests - found.failed - found.shown;
  counts.nightsMissed += found.missing.length;
  counts.falling += found.objectives.filter(
    ({ item, state }) => item.includes('does not fall') && state !== 'ok',
  ).length;
  console.log(
    `seed ${seed}: Hit@3 ${found.hit.toFixed(3)} in the middle; bad: ${JSON.stringify(found.bad)}; refused ${found.refused}; taken back ${found.takenBack}`,
  );
  for (const { item, state, what } of found.objectives) console.log(`  ${state} ${item}: ${what}`);
}
const isGood =
  counts.failed === 0 &&
  counts.fallbacks / counts.requests < 0.001 &&
  counts.mostBadADay <= 1 &&
  counts.takenBack >= tried.length &&
  [counts.lost, counts.nightsMissed, counts.falling].every((one) => one === 0);
console.log(JSON.stringify({ counts, seeds: tried, sources: ['src', 'pipelines/ranking', 'test/endpoint/days'] }));
process.exitCode = isGood ? 0 : 1;
