import { discounts } from './gain.ts';
import { eachRequest, type Judged, longest, ranked, tieEnd } from './requests.ts';

/** How a group fares, and by how many samples that is known. */
export interface Group {
  readonly samples: number;
  readonly figure: number;
}

/**
 * The largest distance of a group's figure from that of all, so that one group that is served badly is not averaged away; groups of fewer than
 * `least` samples say little, and without any other nothing is known, nor where one of enough samples has no figure. Of nDCG by request these are the demographic differences of Mehrotra and others,
 * 2017, "Auditing search engines for differential satisfaction across demographics".
 */
export function largestGap(all: number, groups: readonly Group[], least: number): number | undefined {
  const enough = groups.filter(({ samples }) => samples >= least);
  const isKnown = enough.length > 0 && [all, ...enough.map(({ figure }) => figure)].every(Number.isFinite);
  return isKnown ? Math.max(...enough.map(({ figure }) => Math.abs(figure - all))) : undefined;
}

/** The row to whose group a request belongs: the first of its highest grade. */
export function chosenOf(grades: ArrayLike<number>, start: number, end: number): number {
  let chosen = start;
  for (let row = start; row < end; row += 1) if ((grades[row] as number) > (grades[chosen] as number)) chosen = row;
  return chosen;
}

/**
 * How much candidates are seen on average, a place being seen with 1 / log2(place + 1) (Singh and Joachims, 2018, "Fairness of exposure in rankings"):
 * all, and those of each group, whose samples are the requests that show one of them. Equal scores share their places.
 */
export function exposures(
  { scores, groups }: Omit<Judged, 'grades'>,
  groupOf: (row: number) => string | null,
): { readonly all: number; readonly groups: ReadonlyMap<string, Group> } {
  const discount = discounts(longest(groups));
  const found = new Map<string, { sum: number; rows: number; samples: number; last: number }>();
  let sum = 0;
  for (const { request, start, end } of eachRequest(groups)) {
    const order = ranked(scores, start, end);
    for (let place = 0; place < order.length; ) {
      const last = tieEnd(order, scores, place);
      const mean = discount.subarray(place, last).reduce((total, one) => total + one, 0) / (last - place);
      for (; place < last; place += 1) {
        sum += mean;
        const group = groupOf(order[place] as number);
        if (group === null) continue;
        const so = found.get(group) ?? { sum: 0, rows: 0, samples: 0, last: -1 };
        found.set(group, so);
        so.sum += mean;
        so.rows += 1;
        if (so.last !== request) so.samples += 1;
        so.last = request;
      }
    }
  }
  const own = [...found].map(([group, of]) => [group, { samples: of.samples, figure: of.sum / of.rows }] as const);
  return { all: sum / scores.length, groups: new Map(own) };
}
