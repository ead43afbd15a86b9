import type { MatchEvent } from './events.ts';
import { knownAt, type Lawyer, utility } from './lawyers.ts';

/** Sums over the requests of a day of which somebody known was chosen. */
export interface Sums {
  readonly requests: number;
  /** nDCG@5 of those who know what clients look for, but for the noise: on average nobody does better. */
  readonly best: number;
  /** … of the order by success rate, then distance. */
  readonly legacy: number;
  /** … of any order, on average. */
  readonly random: number;
}
export interface Truth extends Sums {
  /** By the group of who was chosen. */
  readonly groups: Readonly<Record<Lawyer['gender'], Sums>>;
  /** Candidates of whom something is known, and the others. */
  readonly known: number;
  readonly unknown: number;
  /** Candidates whose position is none. */
  readonly misplaced: number;
}

const cut = 5;
/** One was chosen: the discount of its place is all. */
const worth = (place: number): number => (place < cut ? 1 / Math.log2(place + 2) : 0);
const none: Sums = Object.freeze({ requests: 0, best: 0, legacy: 0, random: 0 });
const plus = (one: Sums, other: Sums): Sums => ({
  requests: one.requests + other.requests,
  best: one.best + other.best,
  legacy: one.legacy + other.legacy,
  random: one.random + other.random,
});

export function truthOf(events: readonly MatchEvent[], lawyers: ReadonlyMap<string, Lawyer>): Truth {
  let all = none;
  const groups = { f: none, m: none, x: none };
  const counts = { known: 0, unknown: 0, misplaced: 0 };
  for (const event of events) {
    const at = Date.parse(event.occurred_at);
    const placed = event.shown.filter(({ position }) => position > 0);
    const candidates = placed.flatMap(({ lawyer_id }) => {
      const lawyer = lawyers.get(lawyer_id);
      const known = lawyer && knownAt(lawyer, at);
      return lawyer && known ? [{ lawyer, ...known }] : [];
    });
    counts.known += candidates.length;
    counts.unknown += placed.length - candidates.length;
    counts.misplaced += event.shown.length - placed.length;
    const chosen = candidates.find(({ lawyer }) => lawyer.id === event.chosen);
    if (!chosen) continue;
    const ahead = (is: (one: (typeof candidates)[number]) => boolean): number => candidates.filter(is).length;
    const own: Sums = {
      requests: 1,
      best: worth(ahead((one) => utility(one) > utility(chosen))),
      legacy: worth(
        ahead(
          (one) =>
            one.success_rate > chosen.success_rate ||
            (one.success_rate === chosen.success_rate && one.distance_km < chosen.distance_km),
        ),
      ),
      random: candidates.reduce((sum, _, place) => sum + worth(place), 0) / candidates.length,
    };
    all = plus(all, own);
    groups[chosen.lawyer.gender] = plus(groups[chosen.lawyer.gender], own);
  }
  return { ...all, groups, ...counts };
}
