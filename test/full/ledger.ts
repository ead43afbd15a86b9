// Days of a project whose rules change, reruns of every kind, processes killed at random points: after each every row of bronze is looked for in each
// table, its invalid rows and its deletes, and the ledger is summed up; at the end all is built anew, and from nothing. Then the credit pipeline, whose
// files come in any order, children before their parents. ESTEIRA_ROUNDS times so many.
import { anyOrder } from '../rerun/credit.ts';
import { live } from '../rerun/ledger.ts';
import { buildWhole } from '../run/splits.ts';
import { seeds } from '../run/support/rounds.ts';

const tried = seeds(25);
const counts = {
  worlds: 0,
  actions: 0,
  rows: 0,
  kills: 0,
  movesInLedgers: 0,
  anyOrder: 0,
  rowsTooEarly: 0,
  differences: 0,
};
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
const whole = await buildWhole({ tickets: 400, days: 4, pieces: 4, seed: 21 });
for (const seed of tried) {
  const { early, differences } = await anyOrder(whole, seed, seed % 2 === 0);
  counts.anyOrder += 1;
  counts.rowsTooEarly += early;
  counts.differences += differences.length;
  if (differences.length > 0) console.log(`any order, seed ${seed}: ${differences.join('\n  ')}`);
}
console.log(JSON.stringify({ counts, seeds: tried, sources: ['src', 'pipelines/credit', 'test/rerun'] }));
process.exitCode = counts.differences === 0 ? 0 : 1;
