import type { Late } from '../../plan/ticks-due.ts';
import type { TickRecord } from '../../ports/index.ts';

/** What is to be done about the ticks of one job that nothing is run for now. */
export interface Decision {
  /** To be run now: one, whatever else waits. */
  readonly next?: TickRecord;
  readonly skipped: readonly { readonly tick: TickRecord; readonly why: string }[];
}

/** An owner that was away for less was not away: a machine that restarts misses nothing. */
const tolerance = { minutes: 10 };

const before = (one: Temporal.Instant, other: Temporal.Instant): boolean => Temporal.Instant.compare(one, other) < 0;
const isLate = ({ due, noted }: TickRecord): boolean => before(due.add(tolerance), noted);

/**
 * Chooses among the ticks of one job, the oldest first, that are neither done nor skipped: what was interrupted goes on before anything else, what
 * failed is tried once more when another tick has come. `again` are ticks that failed for a moment only.
 */
export function decide(
  ticks: readonly TickRecord[],
  lateOf: (cause: string) => Late,
  again: ReadonlySet<string> = new Set(),
): Decision {
  const interrupted = ticks.find(({ run }) => run?.state === 'running');
  if (interrupted) return { next: interrupted, skipped: [] };
  const skipped: { tick: TickRecord; why: string }[] = [];
  const chosen: TickRecord[] = [];
  for (const [cause, own] of Map.groupBy(ticks, (tick) => tick.cause)) {
    const { run, passed } = ofCause(own, lateOf(cause), again);
    chosen.push(...run);
    skipped.push(...passed);
  }
  const [next] = chosen.toSorted((a, b) => Temporal.Instant.compare(a.due, b.due));
  return { ...(next && { next }), skipped };
}

interface Chosen {
  readonly run: readonly TickRecord[];
  readonly passed: readonly { readonly tick: TickRecord; readonly why: string }[];
}

function ofCause(ticks: readonly TickRecord[], { missed, limit }: Late, again: ReadonlySet<string>): Chosen {
  const cancelled = ticks.filter(({ run }) => run?.state === 'cancelled');
  const left = ticks.filter((tick) => !cancelled.includes(tick));
  const waiting = left.filter(({ state, due }) => state === 'due' || again.has(due.toString()));
  const newest = waiting.at(-1);
  const passed = cancelled.map((tick) => ({ tick, why: `its run ${tick.run?.runId} was cancelled` }));
  // Of what failed the record stays open until something newer has come.
  if (!newest) return { run: [], passed };
  if (missed === 'run each') {
    const ready = left.filter((tick) => waiting.includes(tick) || failedBefore(tick, newest));
    const tooMany = ready.slice(0, Math.max(0, ready.length - limit));
    const why = `more than ${limit} were missed: the newest ${limit} are run`;
    return { run: ready.slice(tooMany.length), passed: [...passed, ...tooMany.map((tick) => ({ tick, why }))] };
  }
  const older = left.filter((tick) => before(tick.due, newest.due));
  passed.push(...older.map((tick) => ({ tick, why: `${missing(tick)}; ${newest.date} is run in its place` })));
  if (missed === 'run once' || !isLate(newest)) return { run: [newest], passed };
  passed.push({ tick: newest, why: `${missing(newest)}; the job skips what it missed` });
  return { run: [], passed };
}

/** What failed after the newer tick had come was tried once more because of it. */
function failedBefore({ run }: TickRecord, newer: TickRecord): boolean {
  return run?.state === 'failed' && run.finishedAt !== undefined && before(run.finishedAt, newer.noted);
}

function missing(tick: TickRecord): string {
  if (tick.run) return `its run ${tick.run.runId} failed`;
  if (tick.why !== undefined) return `it could not begin: ${tick.why}`;
  return isLate(tick) ? `nobody ran the schedules until ${tick.noted}` : 'the job was not free in time';
}
