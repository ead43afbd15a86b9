/**
 * Population stability index: the sum over bins of (p − q) ln(p / q), with p and q the shares of the rows before and now; 0 when nothing has
 * moved. Its usual reading: from 0.1 a shift, from 0.2 one to act on. A share below this counts as this, so that an empty bin stays finite.
 */
const leastShare = 1e-4;

/** Of counts in the same bins. NaN where one side has no row. */
export function psi(before: ArrayLike<number>, now: ArrayLike<number>): number {
  const [all, others] = [sumOf(before), sumOf(now)];
  if (all === 0 || others === 0) return Number.NaN;
  let sum = 0;
  for (let bin = 0; bin < before.length; bin += 1) {
    const share = Math.max(leastShare, (before[bin] as number) / all);
    const other = Math.max(leastShare, (now[bin] as number) / others);
    sum += (share - other) * Math.log(share / other);
  }
  return sum;
}

const sumOf = (counts: ArrayLike<number>): number => Array.from(counts).reduce((sum, count) => sum + count, 0);

/**
 * Edges between ten bins that each have a tenth of the rows before: quantiles by linear interpolation (Hyndman and Fan's seventh, as numpy and
 * DuckDB's `quantile_cont`). A value that two of them meet, or one and the greatest value, has a bin of its own: else nothing that rises from it would be seen.
 * Between −∞ and another value there is none. The values are in rising order.
 */
export const deciles = (sorted: ArrayLike<number>): Float64Array => edgesOf(sorted, 10);
/** The same for a hundred bins. */
export const percentiles = (sorted: ArrayLike<number>): Float64Array => edgesOf(sorted, 100);

function edgesOf(sorted: ArrayLike<number>, bins: number): Float64Array {
  if (sorted.length === 0) return new Float64Array();
  const found = Array.from({ length: bins - 1 }, (_, index) => {
    const at = ((sorted.length - 1) * (index + 1)) / bins;
    const low = Math.floor(at);
    const value = sorted[low] as number;
    const next = sorted[Math.min(low + 1, sorted.length - 1)] as number;
    // Between two infinities, and beside one, there is nothing to go a part of the way of.
    return at === low || next === value ? value : value + (next - value) * (at - low);
  });
  const greatest = sorted[sorted.length - 1];
  const edges = found.flatMap((edge, index) =>
    edge === greatest || edge === found[index + 1] ? [edge, above(edge)] : [edge],
  );
  return Float64Array.from(new Set(edges.filter((edge) => !Number.isNaN(edge)))).sort();
}

/** The next number; above 0 the least of those that every engine reads. The greatest one itself has none. */
function above(value: number): number {
  if (Math.abs(value) < leastNormal) return leastNormal;
  const half = Math.max(Number.MIN_VALUE, Math.abs(value) * 2 ** -53);
  const next = value + half > value ? value + half : value + 2 * half;
  return Number.isFinite(next) ? next : value;
}
const leastNormal = 2 ** -1022;

/** Edges of bins of one width over all that both have, as many as Sturges (1926) says for that number of rows: what Evidently calls PSI. */
export function sturgesEdges(before: Float64Array, now: Float64Array): Float64Array {
  let [low, high] = [Infinity, -Infinity];
  for (const side of [before, now])
    for (let row = 0; row < side.length; row += 1) {
      const value = side[row] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  const bins = Math.ceil(Math.log2(before.length + now.length) + 1);
  return Float64Array.from({ length: bins - 1 }, (_, index) => low + ((high - low) / bins) * (index + 1));
}

/** How many values are in each bin; one that equals an edge is in the bin above it. The values are in rising order. */
export function counted(sorted: ArrayLike<number>, edges: Float64Array): Float64Array {
  const counts = new Float64Array(edges.length + 1);
  let at = 0;
  for (const [bin, edge] of edges.entries()) {
    const from = at;
    while (at < sorted.length && (sorted[at] as number) < edge) at += 1;
    counts[bin] = at - from;
  }
  counts[edges.length] = sorted.length - at;
  return counts;
}

/** Cells of one width between the first edge and the last, at least; one that no edge is in needs no looking. */
const cells = 1024;

/** The same of values in no order: looked for from the first edge on that is in their cell. */
export function countedIn(values: Float64Array, edges: Float64Array): Uint32Array {
  const { length } = edges;
  const last = cells + 2 * length;
  const [first = 0, greatest = 0] = [edges[0], edges[length - 1]];
  const width = last / (greatest - first);
  const scale = Number.isFinite(width) ? width : 0;
  const cellOf = (value: number): number => {
    const at = (value - first) * scale;
    return at > 0 ? (at < last ? Math.floor(at) : last) : 0;
  };
  const begins = new Uint32Array(last + 2);
  for (const edge of edges) begins[cellOf(edge) + 1] = (begins[cellOf(edge) + 1] as number) + 1;
  for (let cell = 1; cell <= last; cell += 1) begins[cell] = (begins[cell] as number) + (begins[cell - 1] as number);
  const counts = new Uint32Array(length + 1);
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] as number;
    let bin = begins[cellOf(value)] as number;
    while (bin < length && value >= (edges[bin] as number)) bin += 1;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}

/** Values of the rows before that are so few count as words. */
const fewValues = 20;

/**
 * PSI as Evidently has it (`stattest: psi`): over bins of one width by Sturges, or over the values themselves where the rows before have at most 20 of them.
 * A bin that is empty on one side counts as 0.0001 there, or as a millionth of that side's smallest share where that is no more than 0.0001. There
 * are no missing values: Evidently leaves them out.
 */
export function sturgesPsi(before: Float64Array, now: Float64Array): number {
  if (before.length === 0 || now.length === 0) return Number.NaN;
  const values = new Set<number>();
  for (let row = 0; row < before.length && values.size <= fewValues; row += 1) values.add(before[row] as number);
  if (values.size <= fewValues) {
    const edges = Float64Array.from(new Set([...values, ...now])).sort();
    return filledPsi(countedIn(before, edges), countedIn(now, edges));
  }
  const edges = sturgesEdges(before, now);
  return filledPsi(countedIn(before, edges), countedIn(now, edges));
}

/** The same of counts; bins that neither side has are none. */
export function filledPsi(before: ArrayLike<number>, now: ArrayLike<number>): number {
  const [one, other] = [filled(before), filled(now)];
  let sum = 0;
  for (const [bin, share] of one.entries()) {
    const shareNow = other[bin] as number;
    sum += (share - shareNow) * Math.log(share / shareNow);
  }
  return sum;
}
function filled(counts: ArrayLike<number>): readonly number[] {
  const all = sumOf(counts);
  const shares = Array.from(counts, (count) => count / all);
  const least = Math.min(...shares.filter((share) => share > 0));
  const filling = least <= leastShare ? least / 1e6 : leastShare;
  return shares.map((share) => (share === 0 ? filling : share));
}
