import { discounts, gains, idealSum } from '../../ranking/gain.ts';
import type { Loss, Targets } from './loss.ts';

/** LightGBM looks the curve up in a table of so many steps, and whoever wants the same trees must round to them. */
const steps = 1 << 20;
const far = 25;
const perUnit = steps / (2 * far);
function unlikely(lead: number): number {
  const at = lead <= -far ? 0 : lead >= far ? steps - 1 : ((lead + far) * perUnit) | 0;
  return 1 / (1 + Math.exp(at / perUnit - far));
}
const nearly = Math.fround(0.01);

/** LambdaMART (Burges, 2010) as LightGBM has it: each pair of a query pulls by how much nDCG would gain if it changed places. */
export function lambdarank(
  { values, weights, groups }: Targets,
  { truncation }: { readonly truncation: number },
): Loss {
  if (!groups) throw new RangeError('a ranking needs to know which rows belong to one query');
  const gain = gains(values);
  const discount = discounts(Math.max(0, ...groups));
  const order = new Int32Array(discount.length);
  const starts = [0];
  for (const rows of groups) starts.push((starts.at(-1) as number) + rows);
  const ideals = Float64Array.from(groups, (rows, query) => {
    const start = starts[query] as number;
    const ideal = idealSum(gain.subarray(start, start + rows), truncation, discount);
    return ideal > 0 ? 1 / ideal : 0;
  });

  function query(
    scores: Float64Array,
    into: Float32Array,
    { start, rows, ideal }: { readonly start: number; readonly rows: number; readonly ideal: number },
  ): void {
    sortByScore(scores, order, start, rows);
    const differ = scores[start + (order[0] as number)] !== scores[start + (order[rows - 1] as number)];
    let total = 0;
    for (let place = 0; place < rows - 1 && place < truncation; place += 1) {
      const first = start + (order[place] as number);
      for (let below = place + 1; below < rows; below += 1) {
        const second = start + (order[below] as number);
        if (values[first] === values[second]) continue;
        const isFirst = (values[first] as number) > (values[second] as number);
        const high = isFirst ? first : second;
        const low = isFirst ? second : first;
        const lead = (scores[high] as number) - (scores[low] as number);
        const places = Math.abs((discount[place] as number) - (discount[below] as number));
        let change = ((gain[high] as number) - (gain[low] as number)) * places * ideal;
        if (differ) change /= nearly + Math.abs(lead);
        const chance = unlikely(lead);
        const pull = chance * -change;
        const bend = Math.fround(chance * (1 - chance) * change);
        const slope = Math.fround(pull);
        into[2 * low] = (into[2 * low] as number) - slope;
        into[2 * high] = (into[2 * high] as number) + slope;
        into[2 * low + 1] = (into[2 * low + 1] as number) + bend;
        into[2 * high + 1] = (into[2 * high + 1] as number) + bend;
        total -= 2 * pull;
      }
    }
    if (total <= 0) return;
    const factor = Math.log2(1 + total) / total;
    for (let at = 2 * start; at < 2 * (start + rows); at += 1) into[at] = (into[at] as number) * factor;
  }

  return {
    start: 0,
    slopes(scores, into) {
      into.fill(0);
      for (const [index, rows] of groups.entries())
        if (rows > 0) query(scores, into, { start: starts[index] as number, rows, ideal: ideals[index] as number });
      if (!weights) return;
      for (let at = 0; at < into.length; at += 1) into[at] = (into[at] as number) * (weights[at >> 1] as number);
    },
  };
}

/** The rows of a query by falling score, equal ones as they stand: few rows, nearly in order since the round before. */
function sortByScore(scores: Float64Array, order: Int32Array, start: number, rows: number): void {
  if (rows > 64) {
    const sorted = Array.from({ length: rows }, (_, row) => row).sort(
      (one, other) => (scores[start + other] as number) - (scores[start + one] as number),
    );
    order.set(sorted);
    return;
  }
  for (let row = 0; row < rows; row += 1) {
    const score = scores[start + row] as number;
    let place = row;
    for (; place > 0 && (scores[start + (order[place - 1] as number)] as number) < score; place -= 1)
      order[place] = order[place - 1] as number;
    order[place] = row;
  }
}
