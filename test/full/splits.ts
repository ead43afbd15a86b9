// Files of the credit pipeline in random groups, against all of them at once. On each of several sets of files so many rounds, times ESTEIRA_ROUNDS.
import { buildWhole, splitRound } from '../run/splits.ts';
import { seeds } from '../run/support/rounds.ts';

const sets = [
  { tickets: 200, days: 3, pieces: 3, seed: 11 },
  { tickets: 1500, days: 4, pieces: 6, seed: 12 },
  { tickets: 400, days: 7, pieces: 2, seed: 13 },
];
const tried = seeds(8);
const counts = { rounds: 0, groups: 0, runs: 0, tablesCompared: 0, differences: 0 };
for (const set of sets) {
  const whole = await buildWhole(set);
  for (const seed of tried) {
    const round = await splitRound(whole, seed);
    counts.rounds += 1;
    counts.groups += round.groups.filter((files) => files > 0).length;
    counts.runs += round.runs;
    counts.tablesCompared += round.tables;
    counts.differences += round.differences.length;
    const text = round.differences.length === 0 ? 'equal' : round.differences.join('\n  ');
    console.log(`${set.tickets} tickets, seed ${seed}, ${round.groups.join(' + ')} files: ${text}`);
  }
}
console.log(JSON.stringify({ counts, seeds: tried, sources: ['src', 'pipelines/credit', 'test/run'] }));
process.exitCode = counts.differences === 0 ? 0 : 1;
