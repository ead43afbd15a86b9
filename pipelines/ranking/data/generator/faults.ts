import { Chance } from '../../../chance.ts';
import type { MatchEvent } from './events.ts';
import { dateOf, type Plan } from './options.ts';

/** What is wrong with a day; every second day from the third on has one of them, after the last the first again. */
export const faults = Object.freeze([
  'broken lines',
  'pretty-printed',
  'unknown lawyers',
  'position zero',
  'copies',
  'twice',
  'two chosen',
  'chosen not shown',
  'of another day',
  'missing day',
] as const);
export type Fault = (typeof faults)[number];

export function faultOf(plan: Plan, day: number): Fault | undefined {
  const isMeant = plan.faults && day >= 2 && day % 2 === 0;
  return isMeant ? faults[(day / 2 - 1) % faults.length] : undefined;
}

/** A day as it is written, and what a reader has to find in it. */
export interface Day {
  /** Nothing: there is no file. */
  readonly lines?: readonly string[];
  /** Events that count, each once. */
  readonly events: readonly MatchEvent[];
  /** Lines, or events, from which nothing can be learned, by why. */
  readonly invalid: Readonly<Partial<Record<'unreadable' | 'escolhido_mostrado', number>>>;
  readonly duplicates: number;
}

const text = (event: MatchEvent): string => JSON.stringify(event);

/** Of so many events in a hundred. */
const share = 0.04;

export function written(plan: Plan, day: number, planned: readonly MatchEvent[]): Day {
  const fault = faultOf(plan, day);
  const whole: Day = { lines: planned.map(text), events: planned, invalid: {}, duplicates: 0 };
  if (fault === undefined) return whole;
  if (fault === 'missing day') return { events: [], invalid: {}, duplicates: 0 };
  const chance = new Chance(plan.seed, `faults ${dateOf(plan, day)}`);
  const decided = planned.filter(({ chosen }) => chosen !== undefined);
  const wrong = chance.some(decided, Math.max(2, Math.round(planned.length * share)));
  const isWrong = new Set(wrong);
  const good = planned.filter((one) => !isWrong.has(one));
  const lines = (of: (event: MatchEvent) => readonly string[]): readonly string[] =>
    planned.flatMap((one) => (isWrong.has(one) ? of(one) : [text(one)]));
  const replaced = (of: (event: MatchEvent) => MatchEvent): Day => {
    const events = planned.map((one) => (isWrong.has(one) ? of(one) : one));
    return { ...whole, lines: events.map(text), events };
  };
  const refused = (chosen: (event: MatchEvent) => MatchEvent['chosen']): Day => ({
    ...whole,
    lines: lines((one) => [JSON.stringify({ ...one, chosen: chosen(one) })]),
    events: good,
    invalid: { escolhido_mostrado: wrong.length },
  });
  switch (fault) {
    case 'broken lines':
      return {
        ...whole,
        lines: lines((one) => [text(one).slice(0, -20)]),
        events: good,
        invalid: { unreadable: wrong.length },
      };
    case 'pretty-printed': {
      const laidOut = (one: MatchEvent): readonly string[] => JSON.stringify(one, null, 2).split('\n');
      const unreadable = wrong.reduce((sum, one) => sum + laidOut(one).length, 0);
      return { ...whole, lines: lines(laidOut), events: good, invalid: { unreadable } };
    }
    case 'unknown lawyers':
      return replaced((one) => ({
        ...one,
        shown: [...one.shown, { lawyer_id: 'adv-sem-cadastro', position: one.shown.length + 1 }],
      }));
    case 'position zero':
      return replaced((one) => {
        const place = one.shown.findIndex(({ lawyer_id }) => lawyer_id !== one.chosen);
        return { ...one, shown: one.shown.map((of, at) => (at === place ? { ...of, position: 0 } : of)) };
      });
    case 'copies':
      return { ...whole, lines: lines((one) => [text(one), text(one)]), duplicates: wrong.length };
    case 'twice': {
      // Said again a second later, with another choice: that one counts.
      const later = (one: MatchEvent): MatchEvent => ({
        ...one,
        chosen_at: new Date(Date.parse(one.chosen_at ?? one.occurred_at) + 500).toISOString(),
      });
      const before = (one: MatchEvent): string => text({ ...one, chosen: one.shown.at(-1)?.lawyer_id ?? '' });
      return {
        ...replaced(later),
        lines: lines((one) => [before(one), text(later(one))]),
        duplicates: wrong.length,
      };
    }
    case 'two chosen':
      return refused(({ shown }) => shown.slice(0, 2).map(({ lawyer_id }) => lawyer_id));
    case 'chosen not shown':
      return refused(() => 'adv-sem-cadastro');
    case 'of another day': {
      const moved = (one: MatchEvent): string =>
        text({ ...one, occurred_at: new Date(Date.parse(one.occurred_at) + 86_400_000).toISOString() });
      return { ...whole, lines: lines((one) => [moved(one)]), events: good };
    }
  }
}
