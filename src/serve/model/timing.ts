import type { PlainRow } from './pretended.ts';
import type { ServedModel } from './served.ts';

export type Quantile = 'p50' | 'p95' | 'p99';
/** How long a version takes for so many rows, in milliseconds of a processor that does nothing else. */
export interface Timing {
  readonly rows: number;
  readonly calls: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}
/** What a version must not exceed. */
export interface SpeedLimit {
  readonly rows: number;
  readonly quantile: Quantile;
  readonly milliseconds: number;
}

/** Until the engine of the language has made fast code of what is called. */
const warmCalls = 100;
const mostCalls = 400;
/** The 95th of a hundred is known by so many, if roughly. */
const leastCalls = 20;
/** In milliseconds. */
const budget = 250;
/** A cold cache or another thread beside makes it slow: the best of so many counts. */
const attempts = 3;

/** Times calls of exactly so many rows; again where it was too slow. */
export function timed(
  model: Pick<ServedModel, 'predict'>,
  requests: readonly (readonly PlainRow[])[],
  { rows, limit }: { readonly rows: number; readonly limit?: SpeedLimit | undefined },
): Timing | undefined {
  const calls = callsOf(requests, rows);
  if (calls.length === 0) return undefined;
  timesOf(model, calls, { most: warmCalls, budget: budget / 2 });
  let best: Timing | undefined;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const times = timesOf(model, calls, { most: mostCalls, budget });
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantileOf(times, share)) as [number, number, number];
    if (!best || p95 < best.p95) best = { rows, calls: times.length, p50, p95, p99 };
    if (!limit || best[limit.quantile] <= limit.milliseconds) break;
  }
  return best;
}

/** Of this thread, in milliseconds. */
function worked(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function timesOf(
  model: Pick<ServedModel, 'predict'>,
  calls: readonly (readonly PlainRow[])[],
  of: { readonly most: number; readonly budget: number },
): Float64Array {
  const times: number[] = [];
  const since = performance.now();
  const before = worked();
  for (let now = since; times.length < of.most && (times.length < leastCalls || now - since < of.budget); ) {
    const began = performance.now();
    model.predict(calls[times.length % calls.length] as readonly PlainRow[]);
    now = performance.now();
    times.push(now - began);
  }
  const share = shareOf(worked() - before, performance.now() - since);
  return Float64Array.from(times, (time) => time * share).sort();
}

/** In milliseconds: machines count by some of them what a thread has worked. */
const countable = 50;
/** Of the time that went by, what the thread had a processor for: on a busy machine each call takes longer by the rest. */
const shareOf = (worked: number, passed: number): number => (passed < countable ? 1 : Math.min(1, worked / passed));

/** The least value that at least so great a share of these, which rise, does not exceed. */
export const quantileOf = (times: Float64Array, share: number): number =>
  times[Math.ceil(times.length * share) - 1] as number;

/** Rows one request after the other, and from the first again after the last. */
function callsOf(requests: readonly (readonly PlainRow[])[], rows: number): readonly (readonly PlainRow[])[] {
  const all = requests.flat();
  if (all.length === 0) return [];
  const count = Math.max(1, Math.min(requests.length, Math.ceil(all.length / rows)));
  return Array.from({ length: count }, (_, call) =>
    Array.from({ length: rows }, (_unused, row) => all[(call * rows + row) % all.length] as PlainRow),
  );
}
