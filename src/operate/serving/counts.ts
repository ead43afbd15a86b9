import type { KeptFiles } from '../../ports/index.ts';
import type { Counts, FallbackReason } from '../../serve/counts.ts';

export interface Days {
  readonly from: Temporal.PlainDate;
  readonly to: Temporal.PlainDate;
}
/** Processes of one endpoint on one day. */
const mostProcesses = 10_000;

/** What every process of an endpoint has counted on these days, the last one included; a file that is not whole is left out. Throws what the store throws. */
export async function countsOf(files: KeptFiles, endpoint: string, { from, to }: Days): Promise<readonly Counts[]> {
  const found: Counts[] = [];
  for (let day = from; Temporal.PlainDate.compare(day, to) <= 0; day = day.add({ days: 1 }))
    for (const path of await files.below(`endpoints/${endpoint}/counts/${day}`, mostProcesses)) {
      const bytes = await files.read(path);
      const counts = bytes && read(bytes);
      if (counts) found.push(counts);
    }
  return found;
}

function read(bytes: Uint8Array): Counts | undefined {
  try {
    const counts = JSON.parse(new TextDecoder().decode(bytes)) as Counts;
    return counts.format === 1 && Array.isArray(counts.durations.counts) ? counts : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

export interface Totals {
  /** Files that were added up, one for each process and day. */
  readonly processes: number;
  readonly requests: number;
  readonly predictions: number;
  readonly fallbacks: number;
  readonly byReason: Readonly<Partial<Record<FallbackReason, number>>>;
  /** Answered with 5xx. */
  readonly failed: number;
  readonly durations: Counts['durations'];
  readonly versions: Readonly<Record<string, number>>;
  readonly reloads: Readonly<Record<string, number>>;
}

export function addedUp(all: readonly Counts[]): Totals {
  const sum = (of: (one: Counts) => number): number => all.reduce((total, one) => total + of(one), 0);
  const named = (of: (one: Counts) => Readonly<Record<string, number>>): Readonly<Record<string, number>> => {
    const totals: Record<string, number> = {};
    for (const one of all)
      for (const [name, count] of Object.entries(of(one))) totals[name] = (totals[name] ?? 0) + count;
    return totals;
  };
  const byReason = named(({ fallbacks }) => fallbacks);
  return {
    processes: all.length,
    requests: sum(({ requests }) => requests),
    predictions: sum(({ predictions }) => predictions),
    fallbacks: Object.values(byReason).reduce((total, count) => total + count, 0),
    byReason,
    failed: sum(({ failed }) => failed),
    durations: durationsOf(all),
    versions: named(({ versions }) => versions),
    reloads: named(({ reloads }) => reloads),
  };
}

/** By the bounds of the newest; another release of Esteira may have had others, and what cannot be divided counts as slow as it may have been. */
function durationsOf(all: readonly Counts[]): Counts['durations'] {
  const newest = all.toSorted((one, other) => one.to.localeCompare(other.to)).at(-1);
  const bounds = newest?.durations.bounds ?? [];
  const counts = Array.from({ length: bounds.length + 1 }, () => 0);
  for (const { durations } of all)
    for (const [place, count] of durations.counts.entries()) {
      const bound = durations.bounds[place] ?? Number.POSITIVE_INFINITY;
      const found = bounds.findIndex((one) => one >= bound);
      const at = found < 0 ? bounds.length : found;
      counts[at] = (counts[at] ?? 0) + count;
    }
  return { bounds, counts, sum: all.reduce((total, { durations }) => total + durations.sum, 0) };
}

/** Milliseconds, by a straight line within the bucket that it falls into; above the last bound infinite, nothing without a duration. */
export function quantileOf({ bounds, counts }: Counts['durations'], share: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const wanted = share * total;
  let before = 0;
  for (const [place, count] of counts.entries()) {
    if (count > 0 && before + count >= wanted) {
      const [low, high] = [bounds[place - 1] ?? 0, bounds[place]];
      return high === undefined ? Number.POSITIVE_INFINITY : low + ((high - low) * (wanted - before)) / count;
    }
    before += count;
  }
  return Number.POSITIVE_INFINITY;
}
