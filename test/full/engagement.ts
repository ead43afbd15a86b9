// Twenty retrainings on the same data with other seeds, and two processes that read through a hundred classifications. ESTEIRA_ROUNDS times so many.
import { trainedAgain } from '../engagement/again.ts';
import { polled } from '../engagement/polled.ts';
import { seeds } from '../run/support/rounds.ts';

const [trainings, classifications] = [seeds(20).length, seeds(100).length];
const again = await trainedAgain(trainings);
console.log(again.differences.join('\n') || `${trainings} other seeds: nobody moves to another cluster`);
const { reads, differences } = await polled(classifications);
console.log(
  differences.join('\n') || `${classifications} classifications, ${reads.join(' and ')} reads: each saw a whole cube`,
);
const counts = {
  ...{ trainings, classifications, reads: reads.reduce((sum, count) => sum + count, 0) },
  differences: again.differences.length + differences.length,
};
const summary = JSON.stringify({ counts, sources: ['src', 'pipelines/engagement', 'test/engagement'] });
// Last of all: what tidies up after tests has something to say, too.
process.on('exit', () => console.log(summary));
process.exitCode = counts.differences === 0 ? 0 : 1;
