import { Unservable } from './pack.ts';
import type { PlainRow } from './pretended.ts';
import { type ServedModel, UnknownMember } from './served.ts';
import { type SpeedLimit, type Timing, timed } from './timing.ts';

/** Rows of a call that is timed where no gate says how many. */
export const usualRows = 20;

/** Has it predict these requests, and times it. Throws Unservable where it gives what is no number. */
export function judged(
  model: ServedModel,
  requests: readonly (readonly PlainRow[])[],
  limit: SpeedLimit | undefined,
): Timing | undefined {
  const known = requests.filter((rows) => canPredict(model, rows));
  return timed(model, known, { rows: limit?.rows ?? usualRows, limit });
}

/** Why it is slower than it may be, in words; nothing where it is not. */
export function whySlow(timing: Timing | undefined, limit: SpeedLimit | undefined): string | undefined {
  if (!limit || !timing || timing[limit.quantile] <= limit.milliseconds) return undefined;
  const { quantile, milliseconds, rows } = limit;
  const [took, most] = [timing[quantile], milliseconds].map((one) => `${Number(one.toPrecision(3))} ms`);
  return `${quantile} of ${timing.calls} predictions of ${rows} rows is ${took}, and may be ${most}`;
}

/** False where a row is of no member. */
function canPredict(model: ServedModel, rows: readonly PlainRow[]): boolean {
  try {
    for (const predicted of model.predict(rows))
      for (const [name, value] of Object.entries(predicted))
        if (value !== null && !Number.isFinite(value))
          throw new Unservable('not finite', `it gives ${value} as ${name}`, model);
    return true;
  } catch (error) {
    if (!(error instanceof UnknownMember)) throw error;
    return false;
  }
}
