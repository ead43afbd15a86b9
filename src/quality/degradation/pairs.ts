/** One value between 0 and 1, and the milliseconds since 1970 at which it was predicted. */
export interface Sample {
  readonly at: number;
  readonly value: number;
}
export interface Pairs {
  /** Of each sample that has others beside it: their mean less its own value. */
  readonly differences: Float64Array;
  /** Means of what is compared. */
  readonly own: number;
  readonly before: number;
  /** Samples of before that stand beside one. */
  readonly used: number;
  /** When the last sample that is compared was predicted; nothing where none is. */
  readonly last?: number;
}

const hour = 3_600_000;
const ofWeek = (at: number): number => Math.floor(at / hour) % 168;
const ofDay = (at: number): number => Math.floor(at / hour) % 24;
/** Beside one sample stand so many of before at most, and at most this part of those that are left for its hour: more make the difference surer. */
const most = 4;
const part = 64;

/**
 * Puts beside each sample, in their order, some of before that were predicted at the same hour of the week, or where none is left at the same hour of the day:
 * what comes and goes with the hour is in both then. Each of before is used once; a sample that none is left for is not compared. Which are chosen
 * depends on times alone, never on values, and what has been put beside earlier samples stays there when more come. `before` is ordered, those to be taken
 * first in front.
 */
export function pairs(samples: readonly Sample[], before: readonly Sample[]): Pairs {
  const weeks = Map.groupBy(before.keys(), (index) => ofWeek((before[index] as Sample).at));
  const days = Map.groupBy(before.keys(), (index) => ofDay((before[index] as Sample).at));
  const taken = new Uint8Array(before.length);
  const take = (pool: number[] | undefined): number[] => {
    if (!pool) return [];
    while (pool.length > 0 && taken[pool[0] as number]) pool.shift();
    const left = pool.filter((index) => !taken[index]);
    return left.slice(0, Math.min(most, Math.ceil(left.length / part)));
  };
  const differences: number[] = [];
  let [own, others, used] = [0, 0, 0];
  let last: number | undefined;
  for (const { at, value } of samples) {
    const week = take(weeks.get(ofWeek(at)));
    const chosen = week.length > 0 ? week : take(days.get(ofDay(at)));
    if (chosen.length === 0) continue;
    let sum = 0;
    for (const index of chosen) {
      taken[index] = 1;
      sum += (before[index] as Sample).value;
    }
    const mean = sum / chosen.length;
    differences.push(mean - value);
    own += value;
    others += mean;
    used += chosen.length;
    last = at;
  }
  const count = differences.length;
  return {
    ...{ differences: Float64Array.from(differences), own: own / count, before: others / count, used },
    ...(last === undefined ? {} : { last }),
  };
}
