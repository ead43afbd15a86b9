// Two people start the same run at once, each in a process of its own; one of the two is killed some time later. Who is killed while the other owns
// the project has stopped the run that it had asked for: another makes the same rows, under another number.
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Looking, ofTheRun } from '../run/support/compare.ts';
import { Random } from '../run/support/random.ts';
import { binOf } from '../sandbox.ts';
import { carryOut, catalog, commands, copied, type Outcome, type Worlds } from './worlds.ts';

const [sync, run] = commands as [(typeof commands)[number], (typeof commands)[number]];
const { job, date } = run.input as { readonly job: string; readonly date: string };

interface Started {
  readonly kill: () => boolean;
  /** What it said, when it has ended by itself; nothing when it was killed. */
  readonly ended: Promise<{ readonly code: number; readonly said: string } | undefined>;
}

function start(folder: string): Started {
  const env = { ...process.env, ESTEIRA_NOW: path.join(folder, 'now') };
  const child = spawn(process.execPath, [binOf(folder), 'run', job, '--date', date], {
    cwd: folder,
    env,
    timeout: 120_000,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => {
      said += piece;
    });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    kill: () => child.kill('SIGKILL'),
    ended: ended.then((code) => (code === null ? undefined : { code, said })),
  };
}

/** Whoever asks may be told that the run is going, or that its owner is gone; never that something broke. */
const expected = /RUN_IN_PROGRESS|OWNER_GONE|OWNER_UNREACHABLE|succeeded|done/;

async function differences(undisturbed: string, raced: string): Promise<readonly string[]> {
  const looking = await Looking.at({ undisturbed, raced }, catalog);
  try {
    return await looking.differences('undisturbed', 'raced', { without: [...ofTheRun, 'fingerprint'] });
  } finally {
    looking.close();
  }
}

export async function race(worlds: Worlds, seed: number): Promise<Outcome> {
  const random = new Random(seed);
  const folder = copied(worlds.base, 'race');
  try {
    await carryOut(folder, [sync]);
    writeFileSync(path.join(folder, 'now'), run.now);
    const both = [start(folder), start(folder)];
    const victim = both[random.below(2)] as Started;
    const milliseconds = 100 + random.below(1200);
    const timer = setTimeout(victim.kill, milliseconds);
    const endings = await Promise.all(both.map(({ ended }) => ended));
    clearTimeout(timer);
    const odd = endings.flatMap((ending) => (ending && !expected.test(ending.said) ? [ending.said.slice(-500)] : []));
    await carryOut(folder, [run]);
    const killed = endings.filter((ending) => ending === undefined).length;
    return {
      stops: [`race@${milliseconds}`],
      killed,
      differences: [...odd, ...(await differences(worlds.undisturbed, folder))],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
