import { type AnyTable, type Measure, type Monitor, recipesIn } from '../../define/index.ts';
import type { Project, RunValues } from '../../run/index.ts';
import { figureOf } from '../alerts/figure.ts';
import { subjectOf } from '../alerts/subject.ts';
import type { Found } from './fires.ts';

/** Why what a monitor found on a day long ago cannot be found again; nothing where it can. */
export function whyNotReplayed({ expect: { measure } }: Monitor): string | undefined {
  if (saysDays(measure)) return undefined;
  if ('query' in measure) return 'its query does not mention run.date';
  return 'rows' in measure && !('model' in measure)
    ? "its rows are not those of days: over: { last: '28 days', at: 'date' }"
    : `${measure.measure} is not known of a day that is over`;
}

/** Of a date it is the same whenever it is asked, as far as its rows are. */
function saysDays(measure: Measure): boolean {
  if (measure.measure === 'drift') return !('model' in measure) && 'last' in measure.from;
  if ('days' in measure) return measure.days !== undefined;
  return (
    'query' in measure &&
    recipesIn(measure.query).some(
      (recipe) => recipe.by === 'sql' && recipe.mentions.some((one) => Object(one).run === 'date'),
    )
  );
}

/** Rows of a table that starts anew each time are gone with their day: they are computed for the date instead. */
export function replayable(monitor: Monitor): Monitor {
  const { expect } = monitor;
  const { measure } = expect;
  const { rows } = measure as { readonly rows?: Partial<AnyTable> };
  const { write = 'replace', rows: query } = rows?.spec ?? {};
  if (rows?.kind !== 'table' || write !== 'replace' || query === undefined || query.recipe.by === 'map') return monitor;
  // By its own name: what it is made of may be no table at all.
  const computed = Object.freeze({ ...query, columns: rows.columns, reads: [rows] });
  return { ...monitor, expect: { ...expect, measure: { ...measure, rows: computed } as Measure } };
}

export interface Replayed {
  /** By date. */
  readonly found: ReadonlyMap<string, Found>;
  /** Why the newest of the days that are not known is not. */
  readonly unknown?: string;
}

/** What a monitor would find of each date, of the rows that there are now. */
export async function replayed(
  monitor: Monitor,
  {
    project,
    values,
    dates,
  }: {
    readonly project: Project;
    readonly values: (date: Temporal.PlainDate) => RunValues;
    readonly dates: readonly Temporal.PlainDate[];
  },
  { signal, progress }: { readonly signal: AbortSignal; progress(text: string): void },
): Promise<Replayed> {
  const found = new Map<string, Found>();
  let unknown: string | undefined;
  for (const [at, date] of dates.entries()) {
    signal.throwIfAborted();
    progress(`${monitor.name}, ${date} (${at + 1} of ${dates.length} days)`);
    const figure = await figureOf(replayable(monitor), subjectOf(project, values(date), { zone: 'UTC' }));
    const verdict = figure?.verdict ?? 'unknown';
    // The same query fails on every day: who asks is to hear of it.
    if (verdict === 'failed') throw new TypeError(`the monitor "${monitor.name}", for ${date}: ${figure?.what}`);
    found.set(date.toString(), verdict);
    if (verdict === 'unknown') unknown = figure?.what;
  }
  return { found, ...(unknown === undefined ? {} : { unknown }) };
}
