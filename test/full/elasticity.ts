// Elasticities of 200 products whose truth is known, over a year of events, stock-outs and a rival who follows, for twenty seeds: what the naive estimate comes to,
// what the treated one does, and that the same is not held where the calendar does not know four events of ten. ESTEIRA_ROUNDS times so many.
import { holds, simulation } from '../../src/learn/elasticity/simulation.ts';
import { seeds } from '../run/support/rounds.ts';

const tried = seeds(20);
const counts = { seeds: 0, naiveFails: 0, biasWithin: 0, coverageWithin: 0, controlFails: 0 };
const bias: Record<string, number[]> = { naive: [], treated: [], control: [] };
const coverage: Record<string, number[]> = { naive: [], treated: [], control: [] };
for (const seed of tried) {
  const { naive, treated } = simulation({ seed });
  const control = simulation({ seed, known: 0.6 }).treated;
  for (const [name, found] of Object.entries({ naive, treated, control })) {
    bias[name]?.push(found.bias);
    coverage[name]?.push(found.coverage);
  }
  counts.seeds += 1;
  counts.naiveFails += naive.bias > 1 ? 1 : 0;
  counts.biasWithin += Math.abs(treated.bias) < 0.1 ? 1 : 0;
  counts.coverageWithin += treated.coverage >= 0.9 && treated.coverage <= 0.98 ? 1 : 0;
  counts.controlFails += holds(control) ? 0 : 1;
  const said = ({ bias: off, coverage: share }: typeof treated): string =>
    `${off.toFixed(3)}, ${(100 * share).toFixed(1)} %`;
  console.log(`seed ${seed}: naive ${said(naive)}; treated ${said(treated)}; events unknown ${said(control)}`);
}
const range = (values: readonly number[] = []): readonly number[] =>
  [Math.min(...values), Math.max(...values)].map((value) => Math.round(value * 1000) / 1000);
const ranges = Object.fromEntries(
  Object.keys(bias).map((name) => [name, { bias: range(bias[name]), coverage: range(coverage[name]) }]),
);
console.log(JSON.stringify({ counts, ranges, seeds: tried, sources: ['src/learn/elasticity', 'src/learn/linear.ts'] }));
const all = tried.length;
const isHeld = counts.naiveFails === all && counts.biasWithin === all && counts.controlFails === all;
process.exitCode = isHeld && counts.coverageWithin >= 0.9 * all ? 0 : 1;
