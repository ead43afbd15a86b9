// New versions that are as good as those before, or worse by so much, looked at every hour for 30 days: how many are called worse, and after how many
// samples. 100 seeds of each, times ESTEIRA_ROUNDS; and for a few of them all of it, by the real monitor, job and registry.
import { lifeOf, type Planted, seenAfter } from '../endpoint/planted.ts';
import { Served } from '../endpoint/rollback-world.ts';

const limit = { margin: 0.02, level: 0.05, least: 200 };
const rounds = Number(process.env['ESTEIRA_ROUNDS'] ?? 1) * 100;
const before = 0.58;
const traffics = { even: {}, 'by the hour': { cycle: 0.1 }, 'drifting too': { cycle: 0.1, drift: 0.01 } } as const;
/** The worst of those that are good is worse by as much as the limit allows. */
const good = [0.6, 0.58, 0.57, 0.56];
/** By which sample nine of ten are to be seen, and all. */
const bad = [
  { own: 0.52, nine: 4500, all: 8000 },
  { own: 0.5, nine: 2000, all: 4500 },
  { own: 0.45, nine: 700, all: 1200 },
  { own: 0.4, nine: 400, all: 700 },
];

const counts: Record<string, number> = { lives: 0, falseAlarms: 0, unseen: 0, late: 0, wrong: 0 };
const table: object[] = [];
const count = (name: string, by = 1): void => {
  counts[name] = (counts[name] ?? 0) + by;
};
const problems: string[] = [];

for (const [traffic, more] of Object.entries(traffics)) {
  const lives = (own: number): readonly (number | undefined)[] =>
    Array.from({ length: rounds }, (_, seed) => {
      // The drift of good versions is within what the limit allows together with how much worse they are.
      const planted: Planted = { seed: seed * 7919 + own * 1000, before, own, traffic: 40, ...more };
      return seenAfter(lifeOf(planted), limit);
    });
  for (const own of good) {
    if ('drift' in more && before - own + more.drift > limit.margin) continue;
    const seen = lives(own).filter((one) => one !== undefined);
    count('lives', rounds);
    count('falseAlarms', seen.length);
    if (seen.length > rounds * limit.level) problems.push(`${traffic}, ${own}: ${seen.length} false alarms`);
    table.push({ traffic, own, lives: rounds, takenBack: seen.length });
    console.log(`${traffic}, ${before} before and ${own} now: ${seen.length} of ${rounds} called worse`);
  }
  for (const { own, nine, all } of bad) {
    const found = lives(own);
    const seen = found.filter((one) => one !== undefined).toSorted((one, other) => one - other);
    const at = (share: number): number => seen[Math.ceil(share * rounds) - 1] ?? Number.POSITIVE_INFINITY;
    count('lives', rounds);
    count('unseen', rounds - seen.length);
    if (at(0.9) > nine || at(1) > all) {
      count('late');
      problems.push(`${traffic}, ${own}: nine of ten by ${at(0.9)}, all by ${at(1)}`);
    }
    table.push({
      traffic,
      own,
      lives: rounds,
      takenBack: seen.length,
      median: at(0.5),
      nineOfTen: at(0.9),
      all: at(1),
    });
    console.log(
      `${traffic}, ${before} before and ${own} now: ${seen.length} of ${rounds} taken back; half by ${at(0.5)}, nine of ten by ${at(0.9)}, all by ${at(1)} samples`,
    );
  }
}

// The same by the command's own functions: hours of answers, a run that brings them in, the monitor, the schedule, the job, the registry.
const whole = [1, 2, 3];
for (const seed of whole)
  for (const own of [0.58, 0.4]) {
    const served = await Served.after(7, before, { seed });
    const champion = served.champion;
    const version = await served.train();
    let hours = 0;
    for (; hours < 48 && served.champion === version; hours += 4) {
      served.answer(4, own);
      await served.log();
      await served.keep();
    }
    const isRight = served.champion === (own === before ? version : champion);
    if (!isRight) problems.push(`seed ${seed}, ${own}: ${served.champion} is the champion`);
    count('wrong', isRight ? 0 : 1);
    count('whole');
    console.log(
      `whole, seed ${seed}, ${own} now: ${served.champion === version ? 'stays' : `taken back after ${hours * 60} answers`}`,
    );
    await served.close();
  }

for (const problem of problems) console.log(`! ${problem}`);
const sources = ['src/quality/degradation', 'src/operate/models', 'src/operate/alerts', 'test/endpoint/planted.ts'];
console.log(JSON.stringify({ counts, seeds: [`0 to ${rounds - 1}`], sources, limit, table }));
process.exitCode = problems.length === 0 ? 0 : 1;
