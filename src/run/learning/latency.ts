import { setImmediate as soon } from 'node:timers/promises';
import type { FeatureColumn } from '../../learn/features.ts';
import type { Requests } from '../../learn/learners/requests.ts';
import { pickedAll } from '../../learn/learners/rows.ts';

type Columns = Requests['columns'];

/** Different ones that are asked for, over and over. */
const mostCalls = 500;
/** Until the engine of the language has made fast code of what is called. */
const warmCalls = 200;
const mostMeasured = 2000;
/** The 95th of a hundred is known by so many, if roughly. */
const leastMeasured = 20;
/** Others get their turn so often, in milliseconds: leases are kept, and a cancel is heard. */
const breath = 20;

/** How long each call took, in milliseconds by `elapsed`, the shortest first: after some that are not counted, for about `budget` milliseconds. */
export async function timesOf(
  predict: (columns: Columns) => unknown,
  requests: Requests,
  of: {
    readonly rows: number;
    readonly budget: number;
    readonly elapsed: () => number;
    readonly signal: AbortSignal;
  },
): Promise<Float64Array> {
  const { elapsed, signal, budget } = of;
  const calls = callsOf(requests, of.rows);
  const timed = async (isOver: (count: number, since: number) => boolean): Promise<number[]> => {
    const times: number[] = [];
    const began = elapsed();
    for (let now = began, rested = began; !isOver(times.length, now - began); ) {
      const call = calls[times.length % calls.length] as Columns;
      const before = elapsed();
      predict(call);
      now = elapsed();
      times.push(now - before);
      if (now - rested < breath) continue;
      await soon();
      signal.throwIfAborted();
      rested = now;
    }
    return times;
  };
  await timed((count, since) => count >= warmCalls || since > budget / 4);
  const times = await timed((count, since) => count >= mostMeasured || (count >= leastMeasured && since > budget));
  return Float64Array.from(times).sort();
}

const shares = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;
/** The least time that at least so great a share of the calls did not exceed. */
export const quantileOf = (times: Float64Array, quantile: keyof typeof shares): number =>
  times[Math.ceil(times.length * shares[quantile]) - 1] as number;

/**
 * One request after the other, with those that come next where it has fewer rows than asked for; from the first again after the last. Of too many every so
 * many is taken; whoever stops early has seen some of all.
 */
export function callsOf({ columns, sizes }: Requests, rows: number): readonly Columns[] {
  const starts = new Int32Array(sizes.length + 1);
  for (const [request, size] of sizes.entries()) starts[request + 1] = (starts[request] as number) + size;
  const calls: Int32Array[] = [];
  for (let request = 0; request < sizes.length; ) {
    const own: number[] = [];
    do {
      const at = request % sizes.length;
      for (let row = starts[at] as number; row < (starts[at + 1] as number); row += 1) own.push(row);
      request += 1;
    } while (own.length < rows);
    calls.push(Int32Array.from(own));
  }
  const every = Math.ceil(calls.length / mostCalls);
  const some = calls.filter((_, at) => at % every === 0);
  return scattered(some).map((own) => {
    const call = Object.entries<FeatureColumn>(pickedAll(columns, own));
    return Object.fromEntries(call.map(([name, column]) => [name, alone(column)]));
  });
}

/** Each once, and any few that follow one another are from everywhere: by steps of the golden section. */
function scattered<T>(all: readonly T[]): readonly T[] {
  const common = (one: number, other: number): number => (other === 0 ? one : common(other, one % other));
  let step = Math.max(1, Math.round(all.length * 0.618));
  while (common(step, all.length) > 1) step += 1;
  return all.map((_, at) => all[(at * step) % all.length] as T);
}

/** A request brings its own words only. */
function alone(column: FeatureColumn): FeatureColumn {
  if (column.of !== 'texts') return column;
  const codes = [...new Set(column.codes)].filter((code) => code >= 0);
  const places = new Map(codes.map((code, place) => [code, place]));
  return {
    of: 'texts',
    codes: column.codes.map((code) => places.get(code) ?? -1),
    words: codes.map((code) => column.words[code] as string),
  };
}
