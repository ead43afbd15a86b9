// Days of a project whose rules change, reruns of every kind, processes killed at random points: after each every row of bronze is looked for in each
// table, its invalid rows and its deletes, and the ledger is summed up; at the end all is built anew, and from nothing. ESTEIRA_ROUNDS times so many.
import { live } from '../rerun/ledger.ts';
import { seeds } from '../run/support/rounds.ts';

const tried = seeds(25);
const counts = { worlds: 0, actions: 0, rows: 0, kills: 0, movesInLedgers: 0, differences: 0 };
for (const seed of tried) {
  const { actions, rows, kills, moves, differences } = await live(seed, 8);
  counts.worlds += 1;
  counts.actions += actions.length;
  counts.rows += rows;
  counts.kills += kills;
  counts.movesInLedgers += moves;
  counts.differences += differences.length;
  if (differences.length > 0) console.log(`seed ${seed}: ${differences.join('\n  ')}\n  ${actions.join('\n  ')}`);
}
console.log(JSON.stringify({ counts, seeds: tried, sources: ['src', 'test/rerun'] }));
process.exitCode = counts.differences === 0 ? 0 : 1;
