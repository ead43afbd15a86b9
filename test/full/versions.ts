// Histories and tables that are replaced by day, over random files in a random order, against a model of all rows. ESTEIRA_ROUNDS times so many worlds.
import { seeds } from '../run/support/rounds.ts';
import { tryVersions } from '../run/versions/versions.ts';

const tried = seeds(40);
const counts = { worlds: 0, files: 0, lines: 0, runs: 0, tablesCompared: 0, differences: 0, controlsThatDiffer: 0 };
for (const seed of tried) {
  const { files, lines, runs, compared, differences, ofMerged } = await tryVersions(seed);
  counts.worlds += 1;
  counts.files += files;
  counts.lines += lines;
  counts.runs += runs;
  counts.tablesCompared += compared;
  counts.differences += differences.length;
  counts.controlsThatDiffer += Number(ofMerged > 0);
  if (differences.length > 0) console.log(`seed ${seed}: ${differences.join('\n  ')}`);
}
console.log(JSON.stringify({ counts, seeds: tried, sources: ['src', 'test/run'] }));
process.exitCode = counts.differences === 0 && counts.controlsThatDiffer > 0 ? 0 : 1;
