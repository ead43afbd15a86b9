import type { Monitor } from '../../define/index.ts';
import type { Figure, Freeze } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';

/** Figures of a monitor that are looked through: more than a month of every minute. */
const most = 50_000;

/**
 * Good days since a champion was taken back: whole ones in UTC, after that day, on which each of the monitors that began it held at least once, was never
 * broken, and saw as many new samples as it asks for. They are counted from the last day on which one was broken; a day with too few samples
 * counts for nothing.
 */
export async function goodDays({ model, since, monitors }: Freeze, { graph, state, clock }: Project): Promise<number> {
  const first = dayOf(since);
  const today = dayOf(clock.now());
  const known = monitors.flatMap((name) => graph.monitors.get(name) ?? []);
  if (known.length === 0) return 0;
  const good: ReadonlyMap<string, boolean>[] = [];
  for (const monitor of known) {
    const figures = (await state.alerts.figures({ monitor: monitor.name, limit: most })).toReversed();
    const later = figures.filter(({ at }) => Temporal.Instant.compare(at, since) > 0);
    good.push(verdicts(later, { least: leastOf(monitor), model }));
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
function verdicts(
  figures: readonly Figure[],
  { least, model }: { readonly least: number; readonly model: string },
): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  // Each life of a champion is counted from its own beginning.
  const before = new Map<string, number>();
  for (const [day, own] of Map.groupBy(figures, ({ at }) => dayOf(at))) {
    const held = own.some(({ verdict }) => verdict === 'held');
    const broken = own.some(({ verdict }) => verdict === 'broken' || verdict === 'failed');
    const isCounted = own.some((one) => one.samples !== undefined);
    let fresh = 0;
    for (const { samples = 0, lives, champions } of own) {
      const life = lives?.[model] ?? champions?.[model] ?? '';
      const known = before.get(life) ?? 0;
      fresh += Math.max(0, samples - known);
      before.set(life, Math.max(known, samples));
    }
    const isEnough = !isCounted || fresh >= least;
    if (broken) found.set(day, false);
    else if (held && isEnough) found.set(day, true);
  }
  return found;
}
