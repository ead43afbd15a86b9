import { discounts, gains, idealSum } from './gain.ts';
import { eachRequest, type Judged, longest, ranked, tieEnd } from './requests.ts';

/**
 * `as they stand`: equal scores keep the order of the rows, as LightGBM counts. Else every order of theirs counts alike, as scikit-learn counts
 * (McSherry and Najork, 2008): a model that says the same of all is not better for what stands first in a table.
 */
export type Ties = 'averaged' | 'as they stand';

/** nDCG of the first `cut` places of each request; NaN for one of which nothing was chosen, which tells nothing of an order. */
export function ndcg({ scores, grades, groups }: Judged, cut: number, ties: Ties = 'averaged'): Float64Array {
  const gain = gains(grades);
  const discount = discounts(longest(groups));
  const found = new Float64Array(groups.length);
  for (const { request, start, end } of eachRequest(groups)) {
    const ideal = idealSum(gain.subarray(start, end), cut, discount);
    const order = ranked(scores, start, end);
    let sum = 0;
    for (let place = 0; place < Math.min(cut, order.length); ) {
      const last = ties === 'averaged' ? tieEnd(order, scores, place) : place + 1;
      let worth = 0;
      let seen = 0;
      for (let at = place; at < last; at += 1) {
        worth += gain[order[at] as number] as number;
        if (at < cut) seen += discount[at] as number;
      }
      sum += (worth / (last - place)) * seen;
      place = last;
    }
    found[request] = ideal > 0 ? sum / ideal : Number.NaN;
  }
  return found;
}

/** Mean over the requests that tell something; NaN when none does. `samples`: how many there are. */
export function meanOf(values: Float64Array): { readonly mean: number; readonly samples: number } {
  const told = values.filter((value) => !Number.isNaN(value));
  return { mean: told.reduce((sum, value) => sum + value, 0) / told.length, samples: told.length };
}
