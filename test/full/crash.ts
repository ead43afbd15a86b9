// The work of a day killed at every point, every time that it is met; then at random points one after the other, at random times, in races of two, and
// paused and woken; then builds with a guarantee taken out. ESTEIRA_ROUNDS: how many random chains.
import { copyWith, mutants, outcomesIn, testsIn } from '../crash/mutants.ts';
import { race } from '../crash/race.ts';
import { type Successor, wake } from '../crash/woken.ts';
import { kill, type Outcome, points, pointsOfReturn, prepare } from '../crash/worlds.ts';
import { Random } from '../run/support/random.ts';
import { seeds } from '../run/support/rounds.ts';

const one = await prepare({ parallel: 1 });
const several = await prepare({ parallel: 3 });
const counts = { worlds: 0, kills: 0, pointsMet: 0, races: 0, woken: 0, mutants: 0, mutantsFoundOut: 0, bad: 0 };

/** What a process is at when it reaches a point: kills are counted by it. */
const phases: Readonly<Record<string, readonly string[]>> = {
  candidate: ['staged', 'fenced', 'candidate'],
  judge: ['judged', 'written'],
  check: ['checked'],
  publish: ['before-commit', 'committed'],
  'state write': ['before-intent', 'intent', 'published'],
  'between steps': ['opened', 'claimed', 'done', 'before-finish'],
};
const atLeast = 20;
const killsIn: Record<string, number> = Object.fromEntries(Object.keys(phases).map((phase) => [phase, 0]));

function tell({ stops, killed, differences }: Outcome): void {
  const met = stops.slice(0, killed);
  counts.worlds += 1;
  counts.kills += killed;
  for (const stop of met) {
    const phase = Object.keys(phases).find((name) => phases[name]?.includes(stop.split('@')[0] ?? ''));
    if (phase) killsIn[phase] = (killsIn[phase] ?? 0) + 1;
  }
  if (differences.length > 0) counts.bad += 1;
  console.log(`${met.join(', then ')}: ${differences.join('\n  ') || 'as undisturbed'}`);
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
for (const [phase, its] of Object.entries(phases)) {
  for (let time = 1; (killsIn[phase] ?? 0) < atLeast && time < 100; time += 1)
    tell(
      await kill(
        several,
        its.map((point) => `${point}@${1 + (time % 5)}`),
      ),
    );
  if ((killsIn[phase] ?? 0) < atLeast) counts.bad += 1;
}

// At any time at all: in the middle of a write of the engine, of a commit, of the state's.
for (const seed of tried) {
  const random = new Random(seed);
  const stop = () => `after@${random.below(600)}`;
  tell(await kill(several, [stop(), stop(), stop()]));
}

for (const seed of tried.slice(0, 20)) {
  const { stops, killed, differences } = await race(several, seed);
  counts.races += 1;
  counts.kills += killed;
  if (differences.length > 0) counts.bad += 1;
  console.log(`${stops}, ${killed} killed: ${differences.join('\n  ') || 'as undisturbed'}`);
}

// Paused at every second point that there is, and woken when another has taken over.
const successors: readonly Successor[] = ['ends the run', 'cancels it and begins anew'];
for (const [index, successor] of successors.entries()) {
  for (const point of points) {
    for (let time = 1 + index; ; time += 2) {
      const { stops, killed, differences } = await wake(one, `${point}@${time}`, successor);
      if (killed === 0) break;
      counts.woken += 1;
      if (differences.length > 0) counts.bad += 1;
      const said = differences.join('\n  ') || 'nothing changed';
      console.log(`woken at ${stops}, after another ${successor}: ${said}`);
    }
  }
}

for (const mutant of mutants) {
  const folder = copyWith(mutant);
  counts.mutants += 1;
  const found = mutant.test
    ? (await testsIn(folder, mutant)).fail > 0
    : (await outcomesIn(folder, [mutant.stop ?? ''])).some(({ differences }) => differences.length > 0);
  if (found) counts.mutantsFoundOut += 1;
  console.log(`a build with ${mutant.what}: ${found ? 'found out' : 'NOT FOUND OUT'}`);
}
const sound = copyWith();
for (const mutant of mutants) {
  const passes = mutant.test
    ? (await testsIn(sound, mutant)).pass > 0
    : (await outcomesIn(sound, [mutant.stop ?? '']))[0]?.differences[0] === undefined;
  if (!passes) counts.bad += 1;
}

const named = Object.fromEntries(Object.entries(killsIn).map(([phase, kills]) => [`kills: ${phase}`, kills]));
console.log(JSON.stringify({ counts: { ...counts, ...named }, seeds: tried, sources: ['src', 'test/crash'] }));
process.exitCode = counts.bad === 0 && counts.mutants === counts.mutantsFoundOut ? 0 : 1;
