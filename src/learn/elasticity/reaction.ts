import { type CensoredFit, censoredRegression, unbounded } from './censored.ts';
import { noDay } from './columns.ts';
import type { Source } from './days.ts';
import { type Centres, type Layout, writeRow } from './design.ts';
import { estimateAt, ofDays } from './interval.ts';
import { Moments } from './moments.ts';
import type { Estimate } from './pool.ts';

const controlsOf = ({ rivalAt }: Layout): readonly number[] => Array.from({ length: rivalAt }, (_, column) => column);

/** By how many percent a rival's price follows one percent of the own on the same day, with events and seasons held: both may answer to these. `prices`: of the days on which both are known. */
export function sameDay(prices: Moments, layout: Layout): Estimate | undefined {
  const { rivalAt, priceAt } = layout;
  const fit = censoredRegression(prices.towards(rivalAt + 1).of([...controlsOf(layout), priceAt]), unbounded);
  return ofDays(estimateAt(fit, rivalAt), fit);
}

/**
 * The same once so many days have gone by: the sum of what he does on that day and on each of those after it, a regression of his price on ours of as many days before
 * (distributed lags). Ours is what is left of it beside events and seasons, for nobody follows those. A day without a row has the price of the day before. Nothing where days do not suffice.
 */
export function within(
  source: Source & { readonly day: Int32Array },
  rows: Int32Array,
  of: { readonly days: number; readonly prices: Moments; readonly centres: Centres },
): Estimate | undefined {
  const { layout, rival, day } = source;
  const { days, centres } = of;
  const moves = ownMoves(source, rows, of);
  if (!moves || !rival) return undefined;
  // Σ b(l) m(t − l) = Σ b(l) (m(t − l) − m(t − days)) + (Σ b(l)) m(t − days): the sum is the coefficient of the last column.
  const size = layout.rivalAt + days + 1;
  const moments = new Moments(size);
  const [into, columns] = [new Float64Array(layout.size), new Float64Array(size)];
  for (const row of rows) {
    const at = (day[row] as number) - moves.first;
    if (day[row] === noDay || at < days || at >= moves.values.length || Number.isNaN(rival[row])) continue;
    writeRow(source, row, { layout, centres, into, at: 0 });
    columns.set(into.subarray(0, layout.rivalAt));
    const before = moves.values[at - days] as number;
    for (let lag = 0; lag < days; lag += 1) columns[layout.rivalAt + lag] = (moves.values[at - lag] as number) - before;
    columns[size - 1] = before;
    moments.add(columns, 0, (rival[row] as number) - centres.rival);
  }
  const fit: CensoredFit | undefined = censoredRegression(moments, unbounded);
  return ofDays(estimateAt(fit, size - 1), fit);
}

/** What is left of the own price on each day beside events and seasons, in the logarithm; of several rows of a day the mean. Nothing where that is nothing on all days. */
function ownMoves(
  source: Source & { readonly day: Int32Array },
  rows: Int32Array,
  { prices, centres }: { readonly prices: Moments; readonly centres: Centres },
): { readonly first: number; readonly values: Float64Array } | undefined {
  const { layout, price, day } = source;
  const usual = censoredRegression(prices.towards(layout.priceAt).of(controlsOf(layout)), unbounded);
  const known = rows.filter((row) => day[row] !== noDay && !Number.isNaN(price[row]));
  if (!usual || known.length === 0) return undefined;
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const row of known) {
    first = Math.min(first, day[row] as number);
    last = Math.max(last, day[row] as number);
  }
  const values = new Float64Array(last - first + 1);
  const counts = new Int32Array(values.length);
  const into = new Float64Array(layout.size);
  let [left, all] = [0, 0];
  for (const row of known) {
    writeRow(source, row, { layout, centres, into, at: 0 });
    const own = into[layout.priceAt] as number;
    let move = own;
    for (let column = 0; column < layout.rivalAt; column += 1)
      move -= (into[column] as number) * (usual.coefficients[column] || 0);
    const at = (day[row] as number) - first;
    values[at] = (values[at] as number) + move;
    counts[at] = (counts[at] as number) + 1;
    left += move ** 2;
    all += own ** 2;
  }
  if (!(left > 1e-10 * all)) return undefined;
  for (let at = 0; at < values.length; at += 1)
    values[at] =
      (counts[at] as number) > 0 ? (values[at] as number) / (counts[at] as number) : (values[at - 1] as number);
  return { first, values };
}
