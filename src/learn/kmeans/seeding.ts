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
  let left = distances(matrix, first, nearest, nearest);
  let tried = new Float64Array(rows);
  for (let cluster = 1; cluster < clusters; cluster += 1) {
    if (!(left > 0))
      throw new RangeError(`there are only ${cluster} different rows, and ${clusters} clusters are asked`);
    let best = { row: -1, left: Infinity };
    let kept = new Float64Array(rows);
    for (const row of drawn(nearest, left, trials, random)) {
      const remaining = distances(matrix, row, nearest, tried);
      if (remaining >= best.left) continue;
      best = { row, left: remaining };
      [kept, tried] = [tried, kept];
    }
    centres.set(values.subarray(best.row * columns, (best.row + 1) * columns), cluster * columns);
    [nearest, tried] = [kept, nearest];
    left = best.left;
  }
  return centres;
}

/** For each row the square of its distance to the nearest centre, if this row were one; their sum. */
function distances(
  { rows, columns, values }: Matrix,
  centre: number,
  nearest: Float64Array,
  into: Float64Array,
): number {
  const from = centre * columns;
  let sum = 0;
  for (let row = 0, at = 0; row < rows; row += 1, at += columns) {
    let square = 0;
    for (let column = 0; column < columns; column += 1) {
      const off = (values[at + column] as number) - (values[from + column] as number);
      square += off * off;
    }
    const least = square < (nearest[row] as number) ? square : (nearest[row] as number);
    into[row] = least;
    sum += least;
  }
  return sum;
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
