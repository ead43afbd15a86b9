// Elasticities of 200 products whose truth is known, over a year of events, stock-outs and a rival who follows, for twenty seeds: what the naive estimate comes to,
// what the treated one does, and that the same is not held where the calendar does not know four events of ten; the same once the rival has answered; and where prices
// are held for a week and each day resembles the one before, with days known and not; and where the rival follows three days later. ESTEIRA_ROUNDS times so many.
import { holds, simulation } from '../../src/learn/elasticity/simulation.ts';
import { seeds } from '../run/support/rounds.ts';

const tried = seeds(20);
const isWithin = ({ coverage }: { readonly coverage: number }): boolean => coverage >= 0.9 && coverage <= 0.98;
const counts = {
  seeds: 0,
  naiveFails: 0,
  biasWithin: 0,
  coverageWithin: 0,
  controlFails: 0,
  answeredWithin: 0,
  inSeriesWithin: 0,
  laterWithin: 0,
  unawareBelow: 0,
};
const names = ['naive', 'treated', 'control', 'answered', 'inSeries', 'unaware', 'later'];
const lists = (): Record<string, number[]> => Object.fromEntries(names.map((name) => [name, []]));
const [bias, coverage] = [lists(), lists()];
for (const seed of tried) {
  const { naive, treated, answered } = simulation({ seed });
  const control = simulation({ seed, known: 0.6 }).treated;
  const weekly = { seed, weekly: true, memory: 0.7 };
  const inSeries = simulation(weekly, { day: 'date' }).treated;
  const unaware = simulation(weekly).treated;
  const later = simulation({ seed, weekly: true, follows: 3 }, { day: 'date' }).answered;
  for (const [name, found] of Object.entries({ naive, treated, control, answered, inSeries, unaware, later })) {
    bias[name]?.push(found.bias);
    coverage[name]?.push(found.coverage);
  }
  counts.seeds += 1;
  counts.naiveFails += naive.bias > 1 ? 1 : 0;
  counts.biasWithin += Math.abs(treated.bias) < 0.1 ? 1 : 0;
  counts.coverageWithin += isWithin(treated) ? 1 : 0;
  counts.answeredWithin += isWithin(answered) ? 1 : 0;
  counts.laterWithin += Math.abs(later.bias) < 0.1 && isWithin(later) ? 1 : 0;
  counts.inSeriesWithin += isWithin(inSeries) ? 1 : 0;
  counts.unawareBelow += unaware.coverage < 0.9 ? 1 : 0;
  counts.controlFails += holds(control) ? 0 : 1;
  const said = ({ bias: off, coverage: share }: typeof treated): string =>
    `${off.toFixed(3)}, ${(100 * share).toFixed(1)} %`;
  console.log(
    `seed ${seed}: naive ${said(naive)}; treated ${said(treated)}; events unknown ${said(control)}; answered ${said(answered)}; in series ${said(inSeries)}; unaware ${said(unaware)}; rivals three days later ${said(later)}`,
  );
}
const range = (values: readonly number[] = []): readonly number[] =>
  [Math.min(...values), Math.max(...values)].map((value) => Math.round(value * 1000) / 1000);
const ranges = Object.fromEntries(
  Object.keys(bias).map((name) => [name, { bias: range(bias[name]), coverage: range(coverage[name]) }]),
);
console.log(JSON.stringify({ counts, ranges, seeds: tried, sources: ['src/learn/elasticity', 'src/learn/linear.ts'] }));
const all = tried.length;
const isHeld = counts.naiveFails === all && counts.biasWithin === all && counts.controlFails === all;
const mostly = [counts.coverageWithin, counts.answeredWithin, counts.inSeriesWithin, counts.laterWithin];
process.exitCode = isHeld && mostly.every((count) => count >= 0.9 * all) ? 0 : 1;
