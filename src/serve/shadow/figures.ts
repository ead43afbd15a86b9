import { Sketch } from '../../quality/sketch.ts';
import type { SeenTally } from './figure-files.ts';
import type { TallyText } from './tally.ts';

/** What a version has shown beside one champion, by all processes together; a figure that is not known is absent. */
export interface ShadowFigures {
  readonly since: string;
  readonly until: string;
  readonly requests: number;
  /** Of how many requests the overlap is. */
  readonly compared: number;
  readonly overlapAt5?: number;
  /** Share of the requests with another row first. */
  readonly topChanged?: number;
  readonly rankCorrelation?: number;
  readonly difference?: { readonly mean: number; readonly p95: number };
  /** Milliseconds. */
  readonly latency?: Readonly<Record<'champion' | 'shadow', { readonly p50: number; readonly p95: number }>>;
  /** By what went wrong, and by why it was not tried. */
  readonly errors: Readonly<Record<string, number>>;
  readonly dropped: Readonly<Record<string, number>>;
  readonly trouble?: string;
  /** Processes that do not try it any more, and why. */
  readonly givenUp: readonly { readonly process: string; readonly why: string }[];
}

/** Puts together what processes have seen; nothing where there are none. */
export function figuresOf(tallies: readonly SeenTally[]): ShadowFigures | undefined {
  if (tallies.length === 0) return undefined;
  const all = tallies.map(({ tally }) => tally);
  const total = (of: (tally: TallyText) => number): number => all.reduce((sum, tally) => sum + of(tally), 0);
  const byName = (of: (tally: TallyText) => Readonly<Record<string, number>>): Record<string, number> => {
    const found: Record<string, number> = {};
    for (const tally of all)
      for (const [name, many] of Object.entries(of(tally))) found[name] = (found[name] ?? 0) + many;
    return found;
  };
  const requests = total((tally) => tally.requests);
  const compared = total(({ overlaps }) => overlaps.requests);
  const correlated = total(({ correlations }) => correlations.requests);
  const differences = Sketch.of(all.map((tally) => tally.differences));
  const timesOf = (of: 'champion' | 'shadow') => {
    const sketch = Sketch.of(all.map((tally) => tally[of]));
    return { p50: sketch.quantile(0.5), p95: sketch.quantile(0.95) };
  };
  const isScored = differences.count > 0;
  const latest = all.toSorted((one, other) => (one.until < other.until ? 1 : -1));
  const trouble = latest.find((tally) => tally.trouble !== undefined)?.trouble;
  return {
    since: all.map(({ since }) => since).toSorted()[0] as string,
    until: latest[0]?.until as string,
    ...{ requests, compared },
    ...(compared > 0 ? { overlapAt5: total(({ overlaps }) => overlaps.sum) / compared } : {}),
    ...(isScored ? { topChanged: total((tally) => tally.topChanged) / requests } : {}),
    ...(correlated > 0 ? { rankCorrelation: total(({ correlations }) => correlations.sum) / correlated } : {}),
    ...(isScored ? { difference: { mean: differences.mean, p95: differences.quantile(0.95) } } : {}),
    ...(requests > 0 ? { latency: { champion: timesOf('champion'), shadow: timesOf('shadow') } } : {}),
    ...{ errors: byName((tally) => tally.errors), dropped: byName((tally) => tally.dropped) },
    ...(trouble === undefined ? {} : { trouble }),
    givenUp: tallies.flatMap(({ process, tally }) =>
      tally.givenUp === undefined ? [] : [{ process, why: tally.givenUp }],
    ),
  };
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, many) => total + many, 0);

/** Requests that were tried, answered or not. */
export const triedIn = ({ requests, errors }: ShadowFigures): number => requests + sum(errors);

/** One figure, as a gate names it, and of how many requests that tell of it. */
export function shown(figures: ShadowFigures, name: string): { readonly value?: number; readonly requests: number } {
  const { difference, latency, errors, compared } = figures;
  const tried = triedIn(figures);
  const known: Readonly<Record<string, number | undefined>> = {
    overlap_at_5: figures.overlapAt5,
    top_changed: figures.topChanged,
    rank_correlation: figures.rankCorrelation,
    score_difference: difference?.mean,
    score_difference_p95: difference?.p95,
    errors: tried > 0 ? sum(errors) / tried : undefined,
    latency_p50_ms: latency?.shadow.p50,
    latency_p95_ms: latency?.shadow.p95,
  };
  const value = known[name];
  // Of few rows the first five say nothing.
  const requests = name === 'overlap_at_5' ? compared + sum(errors) : tried;
  return { ...(value === undefined ? {} : { value }), requests };
}
