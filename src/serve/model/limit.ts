import { type Duration, millisecondsOf } from '../../columns/index.ts';
import type { AnyModel, Setting } from '../../define/index.ts';
import { usualRows } from './judge.ts';
import type { SpeedLimit, Timing } from './timing.ts';

/** Without a gate on its latency a version may take so many times as long as the one before it. */
const mostTimes = 4;
/** In milliseconds: nobody notices less, and a machine that does something else is as slow. */
const unnoticed = 1;

/** How slow a version may be: by the first latency of the model's gate, as it is set now, else beside the version before. */
export function speedLimit(
  { facts }: Pick<AnyModel, 'facts'>,
  of: { readonly before: Timing | undefined; readonly setting: (bound: Duration | Setting<Duration>) => Duration },
): SpeedLimit | undefined {
  for (const { measure, sign, bound } of facts.gate) {
    if (typeof measure !== 'object' || measure.judged !== 'latency' || sign !== '<=') continue;
    const { rows, quantile } = measure;
    return { rows, quantile, milliseconds: millisecondsOf(of.setting(bound as Duration | Setting<Duration>)) };
  }
  if (!of.before) return undefined;
  return { rows: usualRows, quantile: 'p95', milliseconds: Math.max(unnoticed, mostTimes * of.before.p95) };
}
