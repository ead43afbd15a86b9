import type { Matrix } from '../matrix.ts';
import type { Random } from '../random.ts';

/**
 * Centres to begin with: k-means++ (Arthur and Vassilvitskii, 2007), each row with a probability that goes with the square of its distance to the
 * nearest centre so far; of 2 + ln k candidates the one that leaves the least is taken, as scikit-learn does. Gives `clusters` × columns.
 * Throws RangeError when there are fewer different rows than clusters.
 */
export function seeds(matrix: Matrix, clusters: number, random: Random): Float64Array {
  const { rows, columns, values } = matrix;
  const centres = new Float64Array(clusters * columns);
  const trials = 2 + Math.floor(Math.log(clusters));
  const first = random.below(rows);
  centres.set(values.subarray(first * columns, (first + 1) * columns));
  let nearest = new Float64Array(rows).fill(Infinity);
  let [left = 0] = distances(matrix, [first], nearest, [nearest]);
  let spare = Array.from({ length: trials }, () => new Float64Array(rows));
  for (let cluster = 1; cluster < clusters; cluster += 1) {
    if (!(left > 0))
      throw new RangeError(`there are only ${cluster} different rows, and ${clusters} clusters are asked`);
    const candidates = drawn(nearest, left, trials, random);
    const remaining = distances(matrix, candidates, nearest, spare);
    const best = remaining.indexOf(Math.min(...remaining));
    const row = candidates[best] as number;
    centres.set(values.subarray(row * columns, (row + 1) * columns), cluster * columns);
    const kept = spare[best] as Float64Array<ArrayBuffer>;
    spare = spare.map((one) => (one === kept ? nearest : one));
    nearest = kept;
    left = remaining[best] as number;
  }
  return centres;
}

/**
 * For each row the square of its distance to the nearest centre, if one of these rows were one, for each of them; their sums. The rows are walked once for
 * all of them: to bring them from memory takes longer than to compute.
 */
function distances(
  { rows, columns, values }: Matrix,
  candidates: readonly number[],
  nearest: Float64Array,
  into: readonly Float64Array[],
): readonly number[] {
  const sums = new Float64Array(candidates.length);
  const block = Math.max(1, Math.floor(8192 / columns));
  for (let start = 0; start < rows; start += block) {
    const end = Math.min(start + block, rows);
    for (const [place, candidate] of candidates.entries()) {
      const from = candidate * columns;
      const own = into[place] as Float64Array;
      let sum = 0;
      for (let row = start, at = start * columns; row < end; row += 1, at += columns) {
        let square = 0;
        for (let column = 0; column < columns; column += 1) {
          const off = (values[at + column] as number) - (values[from + column] as number);
          square += off * off;
        }
        const least = square < (nearest[row] as number) ? square : (nearest[row] as number);
        own[row] = least;
        sum += least;
      }
      sums[place] = (sums[place] as number) + sum;
    }
  }
  return [...sums];
}

/** Rows, each as likely as its weight; the weights are walked once for all of them. */
function drawn(weights: Float64Array, sum: number, count: number, random: Random): readonly number[] {
  const marks = Array.from({ length: count }, () => random.next() * sum).sort((one, other) => one - other);
  const found: number[] = [];
  let reached = 0;
  let last = 0;
  for (let row = 0; row < weights.length && found.length < count; row += 1) {
    const weight = weights[row] as number;
    if (weight === 0) continue;
    last = row;
    reached += weight;
    while (found.length < count && reached > (marks[found.length] as number)) found.push(row);
  }
  // The sum was rounded another way than the walk.
  while (found.length < count) found.push(last);
  return found;
}
