import type { Monitor } from '../../define/index.ts';
import type { Figure, Freeze } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';

/** Figures of a monitor that are looked through: more than a month of every five minutes. */
const most = 10_000;

/**
 * Good days since a champion was taken back: whole ones in UTC, after that day, on which each of the monitors that began it held at least once, was never
 * broken, and saw as many new samples as it asks for. They are counted from the last day on which one was broken; a day with too few samples
 * counts for nothing.
 */
export async function goodDays({ since, monitors }: Freeze, { graph, state, clock }: Project): Promise<number> {
  const first = dayOf(since);
  const today = dayOf(clock.now());
  const known = monitors.flatMap((name) => graph.monitors.get(name) ?? []);
  if (known.length === 0) return 0;
  const good: ReadonlyMap<string, boolean>[] = [];
  for (const monitor of known) {
    const figures = (await state.alerts.figures({ monitor: monitor.name, limit: most })).toReversed();
    const later = figures.filter(({ at }) => Temporal.Instant.compare(at, since) > 0);
    good.push(verdicts(later, leastOf(monitor)));
  }
  const days = [...new Set(good.flatMap((one) => [...one.keys()]))].toSorted();
  let count = 0;
  for (const day of days) {
    if (good.some((one) => one.get(day) === false)) count = 0;
    else if (day > first && day < today && good.every((one) => one.get(day) === true)) count += 1;
  }
  return count;
}

const dayOf = (at: Temporal.Instant | string): string =>
  Temporal.Instant.from(String(at)).toZonedDateTimeISO('UTC').toPlainDate().toString();
const leastOf = ({ expect: { measure } }: Monitor): number => ('least' in measure ? measure.least : 1);

/** By day: whether it was good, or broken; days of which too little is known are left out. */
function verdicts(figures: readonly Figure[], least: number): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  let before = 0;
  for (const [day, own] of Map.groupBy(figures, ({ at }) => dayOf(at))) {
    const held = own.some(({ verdict }) => verdict === 'held');
    const broken = own.some(({ verdict }) => verdict === 'broken' || verdict === 'failed');
    const samples = Math.max(...own.map((one) => one.samples ?? 0));
    const isCounted = own.some((one) => one.samples !== undefined);
    const isEnough = !isCounted || samples - before >= least;
    before = Math.max(before, samples);
    if (broken) found.set(day, false);
    else if (held && isEnough) found.set(day, true);
  }
  return found;
}
