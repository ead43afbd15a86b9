// A process that is paused in the middle of its run, as by a machine that sleeps, is believed dead; another takes its place; then it wakes. Both
// are in this one process, where the engine's lock of its file does not keep them apart: only the tokens do.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EsteiraError } from '../../src/errors.ts';
import { type Input, operate } from '../../src/operate/index.ts';
import { World } from '../run/support/world.ts';
import { inProcess } from './kill.ts';
import { commands, compare, copied, type Outcome, type Worlds } from './worlds.ts';

/** What the other process does: ends the run; or gives it up, and runs the date once more. */
export type Successor = 'ends the run' | 'cancels it and begins anew';

const [sync, run] = commands as [(typeof commands)[number], (typeof commands)[number]];
const input = run.input as Input<'run'>;
/** The paused process is publishing, and may hold the fence's row: the other ends its statement, and waits until it wakes. */
const publishing = ['staged', 'fenced', 'candidate', 'judged', 'written', 'checked', 'before-commit', 'committed'];

type Project = World['project'];
const silent = { emit: (): void => {}, signal: new AbortController().signal };
const codeOf = (error: unknown): string => (error instanceof EsteiraError ? error.code : String(error));

/** As when the former owner has been silent for a minute. */
export function becomeOwner(folder: string, holder: string): void {
  const state = new DatabaseSync(path.join(folder, 'state.sqlite'));
  state.prepare('update owner set holder = ?').run(holder);
  state.close();
}

async function succeed(project: Project, successor: Successor): Promise<void> {
  if (successor === 'cancels it and begins anew') {
    const given = await operate(project, 'run', input, { ...silent, signal: AbortSignal.abort() }).catch(codeOf);
    // Where all is published there is nothing to give up: it succeeds.
    if (typeof given === 'string' && given !== 'CANCELLED') throw new Error(`the run was not given up: ${given}`);
  }
  await operate(project, 'run', input, silent);
}

/** The work of a day, its run paused at the point, succeeded, and woken. `killed` is 0 when the point was not met. */
export async function wake(worlds: Worlds, stop: string, successor: Successor): Promise<Outcome> {
  const [wanted = '', nth] = stop.split('@');
  const [reached, gate] = [Promise.withResolvers<boolean>(), Promise.withResolvers<void>()];
  let left = Number.POSITIVE_INFINITY;
  const trace = (point: string): void | Promise<void> => {
    if (point !== wanted) return;
    left -= 1;
    if (left !== 0) return;
    reached.resolve(true);
    return gate.promise;
  };
  const folder = copied(worlds.base, 'woken');
  const world = await World.open(folder, sync.now, trace);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= world.close();
    return closed;
  };
  try {
    await world.do('sync', {});
    world.setClock(run.now);
    left = Number(nth);
    const first = operate(world.project, 'run', input, silent).then(() => 'it ended', codeOf);
    first.finally(() => reached.resolve(false));
    if (!(await reached.promise)) return { stops: [stop], killed: 0, differences: [] };

    const { project } = world;
    const holder = `${project.holder}-2`;
    becomeOwner(folder, holder);
    const waking = (point: string): void => {
      if (point === 'opened' && publishing.includes(wanted)) setTimeout(gate.resolve, 20);
    };
    await succeed({ ...project, holder, trace: waking }, successor);
    gate.resolve();
    const woken = await first;
    await close();
    let differences = await compare(await undisturbed(worlds, stop, successor), folder);
    // Its last statement may still be in time, before the other's claim: then its commit stands.
    if (differences.length > 0 && wanted === 'before-commit')
      differences = await compare(await undisturbed(worlds, `committed@${nth}`, successor), folder);
    // Where the last thing that it does is not a write, it may find that all is done.
    return {
      stops: [stop],
      killed: 1,
      differences: [...(woken === 'FENCED' ? [] : [`the woken process: ${woken}`]), ...differences],
    };
  } finally {
    gate.resolve();
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const known = new Map<string, Promise<string>>();
/** The same, where the first process never wakes. */
function undisturbed(worlds: Worlds, stop: string, successor: Successor): Promise<string> {
  if (successor === 'ends the run') return Promise.resolve(worlds.undisturbed);
  const made = known.get(stop) ?? killedAndGivenUp(worlds, stop, successor);
  known.set(stop, made);
  return made;
}

async function killedAndGivenUp(worlds: Worlds, stop: string, successor: Successor): Promise<string> {
  const folder = copied(worlds.base, 'never-woken');
  const world = await World.open(folder, sync.now);
  await world.do('sync', {});
  await world.close();
  const { killedAt } = await inProcess(folder, [run], stop);
  if (killedAt !== 0) throw new Error(`${stop} is not met by the run alone`);
  const next = await World.open(folder, run.now);
  await succeed(next.project, successor);
  await next.close();
  return folder;
}
