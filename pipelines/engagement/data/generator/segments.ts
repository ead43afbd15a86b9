import type { Level, Plan } from './options.ts';

/** How a segment behaves in 90 days, on average: what an entity does is spread about it. */
export interface Segment {
  readonly name: string;
  /** Share of the entities that are always there. */
  readonly share: number;
  readonly days: number;
  readonly sessions: number;
  /** Minutes of one user; of a team and of a company `minutesOf` times as many. */
  readonly minutes: number;
  /** Days since it was seen last. */
  readonly away: number;
}

/** The most engaged first: the order in which labels are given. */
export const segments: readonly Segment[] = Object.freeze([
  { name: 'engajamento excelente', share: 0.15, days: 68, sessions: 170, minutes: 40_000, away: 4 },
  { name: 'engajamento bom', share: 0.2, days: 54, sessions: 134, minutes: 32_000, away: 13 },
  { name: 'engajamento regular', share: 0.25, days: 40, sessions: 98, minutes: 24_000, away: 22 },
  { name: 'engajamento baixo', share: 0.22, days: 26, sessions: 62, minutes: 16_000, away: 31 },
  { name: 'sem engajamento', share: 0.18, days: 12, sessions: 26, minutes: 8000, away: 40 },
]);
/** Far from all of these: seen on few days, the last of them just now, in very many short sessions. */
export const newcomer: Segment = Object.freeze({
  ...{ name: 'novo', share: 0.2, days: 14, sessions: 240, minutes: 9000, away: 3 },
});

/** Segments stand so many spreads apart in each of the four: near enough that nobody can tell all of them from their neighbours. */
const apart = 2.45;
export const spread = Object.freeze({
  days: 14 / apart,
  sessions: 36 / apart,
  minutes: 8000 / apart,
  away: 9 / apart,
});

/** Against how often a team is there, a week, the spread of its minutes is 1:10,000. */
export const minutesOf: Readonly<Record<Level, number>> = Object.freeze({ usuario: 1, equipe: 18, empresa: 40 });

/** Those of a plan, in the order of the numbers that the manifest gives. */
export const segmentsOf = ({ newSegment }: Plan): readonly Segment[] =>
  newSegment ? [...segments, newcomer] : segments;
