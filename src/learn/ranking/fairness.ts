import { discounts } from './gain.ts';
import { meanOf, ndcg } from './ndcg.ts';
import { eachRequest, type Judged, ranked, tieEnd } from './requests.ts';

/** Fewer requests than these say little of a group. */
export const enoughRequests = 30;

export interface Gap {
  /** 0 when no group has enough requests. */
  readonly gap: number;
  /** Each group that has enough, and its mean. */
  readonly groups: readonly { readonly group: string; readonly requests: number; readonly mean: number }[];
}

type Groups = ArrayLike<string | null>;

/**
 * How much better or worse the ranking serves a group: the largest distance of a group's mean nDCG from that of all (the demographic differences
 * of Mehrotra and others, 2017, "Auditing search engines for differential satisfaction across demographics"; as a maximum, so that one group that
 * is served badly is not averaged away). A request belongs to the group of its chosen candidate, the first of the highest grade.
 */
export function fairnessGap(judged: Judged, groupOf: Groups, { cut = 5, least = enoughRequests } = {}): Gap {
  const values = ndcg(judged, cut);
  const own = [...eachRequest(judged.groups)].map(
    ({ start, end }) => groupOf[chosenOf(judged.grades, start, end)] ?? null,
  );
  return gapOf(values, own, least);
}

function chosenOf(grades: ArrayLike<number>, start: number, end: number): number {
  let chosen = start;
  for (let row = start; row < end; row += 1) if ((grades[row] as number) > (grades[chosen] as number)) chosen = row;
  return chosen;
}

/**
 * How much more or less a group is shown: the largest distance of the mean exposure of a group's candidates from that of all, a place being seen
 * with 1 / log2(place + 1) (Singh and Joachims, 2018, "Fairness of exposure in rankings"). A group counts with so many requests that show it.
 */
export function exposureGap(
  { scores, groups }: Omit<Judged, 'grades'>,
  groupOf: Groups,
  { least = enoughRequests } = {},
): Gap {
  const discount = discounts(Math.max(0, ...groups));
  const seen = new Float64Array(scores.length);
  const shown = new Map<string, Set<number>>();
  for (const { request, start, end } of eachRequest(groups)) {
    const order = ranked(scores, start, end);
    for (let place = 0; place < order.length; ) {
      const last = tieEnd(order, scores, place);
      const mean = discount.subarray(place, last).reduce((sum, one) => sum + one, 0) / (last - place);
      for (; place < last; place += 1) seen[order[place] as number] = mean;
    }
    for (let row = start; row < end; row += 1) {
      const group = groupOf[row];
      if (group !== null && group !== undefined) shown.set(group, (shown.get(group) ?? new Set()).add(request));
    }
  }
  const own = Array.from(seen, (_, row) => groupOf[row] ?? null);
  return gapOf(seen, own, least, (group) => shown.get(group)?.size ?? 0);
}

function gapOf(
  values: Float64Array,
  own: readonly (string | null)[],
  least: number,
  requestsOf?: (group: string) => number,
): Gap {
  const all = meanOf(values).mean;
  const groups = segments(values, own)
    .map(({ segment, samples, mean }) => ({ group: segment, requests: requestsOf?.(segment) ?? samples, mean }))
    .filter(({ requests }) => requests >= least);
  return { gap: Math.max(0, ...groups.map(({ mean }) => Math.abs(mean - all))), groups };
}

/** Means by segment, in the order of their names; what belongs to none, or tells nothing, is left out. */
export function segments(
  values: Float64Array,
  own: readonly (string | null)[],
): { readonly segment: string; readonly samples: number; readonly mean: number }[] {
  const found = new Map<string, { sum: number; samples: number }>();
  for (const [at, segment] of own.entries()) {
    const value = values[at] as number;
    if (segment === null || Number.isNaN(value)) continue;
    const so = found.get(segment) ?? { sum: 0, samples: 0 };
    found.set(segment, { sum: so.sum + value, samples: so.samples + 1 });
  }
  return [...found]
    .map(([segment, { sum, samples }]) => ({ segment, samples, mean: sum / samples }))
    .toSorted((one, other) => (one.segment < other.segment ? -1 : 1));
}
