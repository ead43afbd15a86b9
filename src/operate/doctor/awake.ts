import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Project } from '../../run/index.ts';
import { timeText } from '../alerts/words.ts';
import { seconds } from '../numbers.ts';
import { type Finding, NotReady } from './finding.ts';

/** An engine that does not answer within so many milliseconds sleeps, or is drowned in work. */
const patience = 5000;

/** The engine answers the simplest of all questions. */
export async function awake({ warehouse, graph }: Project): Promise<string> {
  const began = performance.now();
  const asked = warehouse.query('select 1', { limit: 1, catalogs: graph.catalogs });
  const late = new AbortController();
  const limit = sleep(patience, false, { signal: late.signal, ref: false }).catch(() => false);
  const answered = await Promise.race([asked.then(() => true), limit]);
  late.abort();
  if (answered) return `${warehouse.dialect.name} answered in ${seconds((performance.now() - began) / 1000)}`;
  asked.catch(() => undefined);
  throw new NotReady(
    `${warehouse.dialect.name} has not answered within ${seconds(patience / 1000)}`,
    'See what it is at (esteira status), and whether the machine has memory and processors left.',
  );
}

/** What keeps schedules writes its heartbeat every few seconds; one that is older belongs to a process that hangs, or has ended. */
const stale = { seconds: 60 };

export function owning({ owner, local }: Pick<Project, 'owner' | 'local'>): readonly Finding[] {
  const what = 'owner';
  const own: Finding = { what, ok: true, found: `process ${owner.pid} since ${owner.since}` };
  const beat = beatIn(local);
  if (!beat || beat.pid === owner.pid || !isAlive(beat.pid)) return [own];
  const now = Temporal.Now.instant();
  if (Temporal.Instant.compare(beat.written.add(stale), now) >= 0) return [own];
  const age = timeText(beat.written.until(now).total('milliseconds'));
  const found = `process ${beat.pid} keeps the schedules, and its heartbeat is ${age} old: it hangs`;
  return [
    own,
    {
      what,
      ok: false,
      found,
      next: `Look at process ${beat.pid}, end it, and start the service again: nothing is lost.`,
    },
  ];
}

/** By the clock of the machine: the project's may stand still. */
function beatIn(local: string): { readonly pid: number; readonly written: Temporal.Instant } | undefined {
  const file = path.join(local, 'heartbeat.json');
  try {
    const { pid } = JSON.parse(readFileSync(file, 'utf8')) as { readonly pid?: unknown };
    const written = Temporal.Instant.fromEpochMilliseconds(Math.floor(statSync(file).mtimeMs));
    return typeof pid === 'number' ? { pid, written } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Leases run out by the clock of the state: another one shows in times that seem to be missed, or to come. */
const skew = 10_000;

export async function clocks({ state }: Pick<Project, 'state'>, machine = Temporal.Now.instant): Promise<string> {
  const [theirs, ours] = [await state.now(), machine()];
  const apart = Math.abs(ours.until(theirs).total('milliseconds'));
  if (apart <= skew) return `${ours.round('second')}, as the state's`;
  throw new NotReady(
    `this machine says ${ours.round('second')}, and ${state.describe} ${theirs.round('second')}: ${timeText(apart)} apart`,
    'Set the clock of the one that is wrong (NTP): schedules and leases go by them.',
  );
}
