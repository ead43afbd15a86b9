import { writeFileSync } from 'node:fs';
import { setImmediate as soon } from 'node:timers/promises';
import { modelFile, readJob } from './job-files.ts';
import { koffi, Library } from './library.ts';

// What the child of `engine.ts` runs: `look <koffi> <library>` only looks whether it could, `grow <koffi> <folder>` does a job. Each line that it prints is an answer.
const say = (answer: Readonly<Record<string, unknown>>): void =>
  void process.stdout.write(`${JSON.stringify(answer)}\n`);
// Its parent holds the other end: without a parent there is nobody to grow for.
process.stdin.on('end', () => process.exit(1)).resume();

const [, , task, name = '', given = ''] = process.argv;
const engine = await koffi(name);
try {
  if (!engine) say({ missing: 'no koffi' });
  else if (task === 'look') look(given);
  else await grow(given);
} catch (error) {
  say({ failed: (error as Error).message });
}
// What was said may still be on its way.
process.stdout.write('', () => process.exit(0));

function look(file: string): void {
  if (loaded(file)) say({ fits: true });
}

/** Nothing where it cannot be loaded, which has been said. */
function loaded(file: string): Library | undefined {
  try {
    return new Library(engine as NonNullable<typeof engine>, file);
  } catch (error) {
    const { message } = error as Error;
    say({ missing: /cannot find function/i.test(message) ? 'wrong library' : 'no library', message });
    return undefined;
  }
}

async function grow(folder: string): Promise<void> {
  const { brief, values, scores, target, weights, groups } = readJob(folder);
  const library = loaded(brief.binary);
  if (!library) return;
  const text = Object.entries({
    ...brief.parameters,
    ...(brief.categories.length > 0 ? { categorical_feature: brief.categories.join(',') } : {}),
    verbosity: -1,
  })
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
  const dataset = library.dataset(values, brief.rows, brief.columns, text);
  library.set(dataset, 'label', target);
  if (weights) library.set(dataset, 'weight', weights);
  if (groups) library.set(dataset, 'group', groups);
  if (scores) library.set(dataset, 'init_score', scores);
  const booster = library.booster(dataset, text);
  for (let round = 1; round <= brief.rounds; round += 1) {
    if (library.update(booster)) break;
    say({ done: round });
    await soon();
  }
  writeFileSync(modelFile(folder), library.text(booster));
  say({ grown: true });
}
