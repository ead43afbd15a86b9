import { adjustedRandIndex } from '../rand-index.ts';
import type { Level, Plan } from './options.ts';
import { minutesOf, type Segment, segmentsOf, spread } from './segments.ts';

/** An entity of a level as it was planned. */
export interface Planned {
  readonly segment: number;
  readonly days: number;
  readonly sessions: number;
  readonly minutes: number;
  readonly away: number;
}

/** The adjusted Rand index of whoever knows by what each segment was drawn, and says for each entity the likeliest: nobody does better. */
export function bestRandIndex(level: Level, planned: readonly Planned[], plan: Plan): number {
  const all = segmentsOf(plan);
  const said = planned.map((one) => {
    const user = { ...one, minutes: one.minutes / minutesOf[level] / (1 + plan.drift) };
    const likely = all.map((segment) => likelihood(user, segment));
    return likely.indexOf(Math.max(...likely));
  });
  return adjustedRandIndex(
    planned.map(({ segment }) => segment),
    said,
  );
}

/** Its logarithm, but for a constant. */
function likelihood(one: Omit<Planned, 'segment'>, segment: Segment): number {
  const off = (name: keyof typeof spread): number => ((one[name] - segment[name]) / spread[name]) ** 2;
  return Math.log(segment.share) - (off('days') + off('sessions') + off('minutes') + off('away')) / 2;
}
