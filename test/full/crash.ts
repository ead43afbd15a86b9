// The work of a day killed at every point, every time that it is met; then at random points one after the other, and at random times; then builds with a
// guarantee taken out. ESTEIRA_ROUNDS: how many random chains.
import { copyWith, mutants, outcomesIn, testsIn } from '../crash/mutants.ts';
import { kill, type Outcome, points, pointsOfReturn, prepare } from '../crash/worlds.ts';
import { Random } from '../run/support/random.ts';
import { seeds } from '../run/support/rounds.ts';

const one = await prepare({ parallel: 1 });
const several = await prepare({ parallel: 3 });
const counts = { worlds: 0, kills: 0, pointsMet: 0, mutants: 0, mutantsFoundOut: 0, bad: 0 };

function tell({ stops, killed, differences }: Outcome): void {
  counts.worlds += 1;
  counts.kills += killed;
  if (differences.length > 0) counts.bad += 1;
  console.log(`${stops.slice(0, killed).join(', then ')}: ${differences.join('\n  ') || 'as undisturbed'}`);
}

for (const point of points) {
  for (let time = 1; ; time += 1) {
    const outcome = await kill(one, [`${point}@${time}`]);
    if (outcome.killed === 0) {
      if (time === 1) counts.bad += 1;
      break;
    }
    tell(outcome);
    counts.pointsMet += 1;
    // What is published and not yet told is met again on the way back.
    if (['committed', 'published'].includes(point)) tell(await kill(one, [`${point}@${time}`, 'adopt@1']));
  }
}

const tried = seeds(40);
for (const seed of tried) {
  const random = new Random(seed);
  const stop = () => `${random.one([...points, ...pointsOfReturn])}@${1 + random.below(6)}`;
  tell(await kill(several, Array.from({ length: 2 + random.below(5) }, stop)));
}

// At any time at all: in the middle of a write of the engine, of a commit, of the state's.
for (const seed of tried) {
  const random = new Random(seed);
  const stop = () => `after@${random.below(600)}`;
  tell(await kill(several, [stop(), stop(), stop()]));
}

for (const mutant of mutants) {
  const folder = copyWith(mutant);
  counts.mutants += 1;
  const found = mutant.test
    ? (await testsIn(folder, mutant.test)).fail > 0
    : (await outcomesIn(folder, [mutant.stop ?? ''])).some(({ differences }) => differences.length > 0);
  if (found) counts.mutantsFoundOut += 1;
  console.log(`a build with ${mutant.what}: ${found ? 'found out' : 'NOT FOUND OUT'}`);
}
const sound = copyWith();
for (const { test, stop } of mutants) {
  const passes = test
    ? (await testsIn(sound, test)).pass > 0
    : (await outcomesIn(sound, [stop ?? '']))[0]?.differences[0] === undefined;
  if (!passes) counts.bad += 1;
}

console.log(JSON.stringify({ counts, seeds: tried, sources: ['src', 'test/crash'] }));
process.exitCode = counts.bad === 0 && counts.mutants === counts.mutantsFoundOut ? 0 : 1;
