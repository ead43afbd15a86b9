import { type Matrix, standardised } from '../matrix.ts';
import { Random } from '../random.ts';
import type { Kmeans } from './kmeans.ts';

/** Each of these rows is measured against each other one. */
const usualSample = 4000;

/**
 * Mean silhouette (Rousseeuw, 1987) of the standardised rows, from -1 to 1: for a row (b - a) / max(a, b), with a its mean distance to the other
 * rows of its cluster and b the least mean distance to those of another; 0 for a row that is alone. Of a larger number of rows a sample is
 * taken, the same for the same seed; NaN when that has rows of one cluster only.
 */
export function silhouette(
  matrix: Matrix,
  { labels, clusters, scale }: Pick<Kmeans, 'labels' | 'clusters' | 'scale'>,
  { sample = usualSample, seed = 0 }: { readonly sample?: number; readonly seed?: number } = {},
): number {
  const { columns } = matrix;
  const chosen = new Random(seed).sample(sample, matrix.rows);
  const picked = new Float64Array(chosen.length * columns);
  for (const [place, row] of chosen.entries())
    picked.set(matrix.values.subarray(row * columns, (row + 1) * columns), place * columns);
  const { values } = standardised({ rows: chosen.length, columns, values: picked }, scale);
  const own = Int32Array.from(chosen, (row) => labels[row] as number);
  const counts = new Float64Array(clusters);
  for (const label of own) counts[label] = (counts[label] as number) + 1;
  if (counts.filter((count) => count > 0).length < 2) return Number.NaN;
  const sums = new Float64Array(clusters);
  let total = 0;
  for (let row = 0; row < own.length; row += 1) {
    sumDistances(values, row, { columns, own, into: sums });
    total += widthOf(sums, counts, own[row] as number);
  }
  return total / own.length;
}

/** The distances from one row to those of each cluster, summed up. */
function sumDistances(
  values: Float64Array,
  row: number,
  { columns, own, into }: { readonly columns: number; readonly own: Int32Array; readonly into: Float64Array },
): void {
  into.fill(0);
  const from = row * columns;
  for (let other = 0, at = 0; other < own.length; other += 1, at += columns) {
    let square = 0;
    for (let column = 0; column < columns; column += 1) {
      const off = (values[from + column] as number) - (values[at + column] as number);
      square += off * off;
    }
    const label = own[other] as number;
    into[label] = (into[label] as number) + Math.sqrt(square);
  }
}

function widthOf(sums: Float64Array, counts: Float64Array, label: number): number {
  const others = (counts[label] as number) - 1;
  if (others === 0) return 0;
  const within = (sums[label] as number) / others;
  let between = Infinity;
  for (let cluster = 0; cluster < counts.length; cluster += 1) {
    const count = counts[cluster] as number;
    if (cluster !== label && count > 0) between = Math.min(between, (sums[cluster] as number) / count);
  }
  const larger = Math.max(within, between);
  return larger === 0 ? 0 : (between - within) / larger;
}
