import { Chance } from '../../../chance.ts';
import { knownAt, type Lawyer, utility } from './lawyers.ts';
import { dateOf, type Plan } from './options.ts';

export interface Shown {
  readonly lawyer_id: string;
  readonly position: number;
}
/** A line of `match_events/<date>.jsonl`. */
export interface MatchEvent {
  readonly event_id: string;
  readonly occurred_at: string;
  readonly case_id: string;
  readonly shown: readonly Shown[];
  readonly chosen?: string | readonly string[];
  /** Up to half an hour after it was shown, be it on the next day. */
  readonly chosen_at?: string;
}

/** How much what is not in the features counts. */
export const noise = 0.3;
/** Of so many matches nobody is chosen. */
export const undecided = 0.08;
const [day, half] = [86_400_000, 1_800_000];

/** The matches of a day, in the order of time. What is known of nobody then is shown, and not chosen. */
export function eventsOf(plan: Plan, lawyers: readonly Lawyer[], place: number): readonly MatchEvent[] {
  const date = dateOf(plan, place);
  const chance = new Chance(plan.seed, `events ${date}`);
  const start = Date.parse(`${date}T00:00:00Z`);
  const times = Array.from({ length: plan.events }, () => start + 1000 + Math.floor(chance.next() * (day - 2000)));
  return times
    .toSorted((one, other) => one - other)
    .map((at, index) => {
      const number = String(index + 1).padStart(6, '0');
      const count = Math.max(6, plan.candidates - chance.below(Math.ceil(plan.candidates * 0.6)));
      const shown = legacyLike(chance.some(lawyers, count), at, chance);
      const chosen = chance.next() < undecided ? undefined : choice(shown, { at, chance, bias: plan.bias });
      const event_id = `m-${date}-${number}`;
      const chosenAt = at + Math.ceil(new Chance(plan.seed, `chosen ${event_id}`).next() * half);
      return {
        event_id,
        occurred_at: new Date(at).toISOString(),
        case_id: `caso-${date}-${number}`,
        shown: shown.map(({ id }, position) => ({ lawyer_id: id, position: position + 1 })),
        ...(chosen ? { chosen: chosen.id, chosen_at: new Date(chosenAt).toISOString() } : {}),
      };
    });
}

/** More or less as the legacy order has them. */
function legacyLike(some: readonly Lawyer[], at: number, chance: Chance): readonly Lawyer[] {
  const keys = new Map(some.map((one) => [one, (knownAt(one, at)?.success_rate ?? 0) + 0.1 * chance.normal()]));
  return some.toSorted((one, other) => (keys.get(other) ?? 0) - (keys.get(one) ?? 0));
}

function choice(
  shown: readonly Lawyer[],
  { at, chance, bias }: { readonly at: number; readonly chance: Chance; readonly bias: number },
): Lawyer | undefined {
  let [found, most] = [undefined as Lawyer | undefined, Number.NEGATIVE_INFINITY];
  for (const one of shown) {
    const known = knownAt(one, at);
    const worth = known ? utility(known) + noise * chance.gumbel() : Number.NEGATIVE_INFINITY;
    if (worth > most) [found, most] = [one, worth];
  }
  // Drawn in any case, so that with another bias the other matches are the same.
  const [isBlind, place] = [chance.next() < bias, chance.next()];
  if (!isBlind || found?.gender !== 'f') return found;
  const women = shown.filter((one) => one.gender === 'f' && knownAt(one, at));
  return women[Math.floor(place * women.length)];
}
