// Every way of writing, over random files, against a model of what it is said to do. ESTEIRA_ROUNDS times so many worlds.
import { tryModes } from '../run/modes/modes.ts';
import { seeds } from '../run/support/rounds.ts';

const tried = seeds(60);
const counts = { worlds: 0, files: 0, lines: 0, runs: 0, tablesCompared: 0, differences: 0 };
for (const seed of tried) {
  const { files, lines, runs, compared, differences } = await tryModes(seed);
  counts.worlds += 1;
  counts.files += files;
  counts.lines += lines;
  counts.runs += runs;
  counts.tablesCompared += compared;
  counts.differences += differences.length;
  if (differences.length > 0) console.log(`seed ${seed}: ${differences.join('\n  ')}`);
}
console.log(JSON.stringify({ counts, seeds: tried, sources: ['src', 'test/run'] }));
process.exitCode = counts.differences === 0 ? 0 : 1;
