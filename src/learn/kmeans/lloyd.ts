import type { Matrix } from '../matrix.ts';

/** What one start came to. */
export interface Lloyd {
  /** `clusters` × columns. */
  readonly centres: Float64Array;
  /** For each row the number of its nearest centre, the lowest of equal ones. */
  readonly labels: Int32Array;
  /** Sum of the squares of the distances to the nearest centres. */
  readonly inertia: number;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface LloydOptions {
  readonly iterations: number;
  /** It ends when the squares of the centres' moves sum up to no more than this share of the columns' mean variance, or no row changes its centre. */
  readonly tolerance: number;
  /** The mean variance of the columns, where it is known. */
  readonly variance?: number;
}

/**
 * Lloyd's algorithm with Hamerly's bounds (2010): a row whose centre is surely the nearest is not measured again, the result is that of measuring
 * all. A cluster that loses every row takes the row that lies farthest from its centre.
 */
export function lloyd(matrix: Matrix, start: Float64Array, options: LloydOptions): Lloyd {
  const { iterations, tolerance, variance = meanVariance(matrix) } = options;
  const { rows, columns } = matrix;
  const clusters = start.length / columns;
  const enough = tolerance * variance;
  const bounds = {
    labels: new Int32Array(rows).fill(-1),
    upper: new Float64Array(rows).fill(Infinity),
    lower: new Float64Array(rows).fill(-Infinity),
  };
  let centres = start.slice();
  let done = 0;
  let converged = false;
  while (done < iterations && !converged) {
    const sums = new Float64Array(clusters * columns);
    const counts = new Float64Array(clusters);
    const changed = assign(matrix, centres, bounds, { sums, counts });
    done += 1;
    if (changed === 0) {
      converged = true;
      break;
    }
    for (let cluster = 0; cluster < clusters; cluster += 1)
      if (counts[cluster] === 0) relocate(matrix, { centres, sums, counts, bounds, cluster });
    const next = sums.map((sum, at) => sum / (counts[Math.floor(at / columns)] as number));
    const moves = movesOf(centres, next, columns);
    centres = next;
    loosen(bounds, moves);
    converged = moves.reduce((sum, move) => sum + move * move, 0) <= enough;
  }
  const { labels, inertia } = nearest(matrix, centres);
  return { centres, labels, inertia, iterations: done, converged };
}

interface Bounds {
  readonly labels: Int32Array;
  /** At least the distance to the row's own centre; at most that to any other. */
  readonly upper: Float64Array;
  readonly lower: Float64Array;
}
interface Totals {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/** Gives every row its nearest centre and adds it up there; how many rows changed theirs. */
function assign(matrix: Matrix, centres: Float64Array, { labels, upper, lower }: Bounds, totals: Totals): number {
  const { rows, columns, values } = matrix;
  const { sums, counts } = totals;
  const clusters = counts.length;
  const near = halfToNearest(centres, columns);
  let changed = 0;
  for (let row = 0, at = 0; row < rows; row += 1, at += columns) {
    let label = labels[row] as number;
    const safe = label < 0 ? -1 : Math.max(near[label] as number, lower[row] as number);
    if ((upper[row] as number) > safe) {
      const own = label < 0 ? Infinity : Math.sqrt(square(values, at, centres, label * columns, columns));
      upper[row] = own;
      if (own > safe) {
        let best = Infinity;
        let second = Infinity;
        let found = 0;
        for (let cluster = 0, from = 0; cluster < clusters; cluster += 1, from += columns) {
          const distance = square(values, at, centres, from, columns);
          if (distance < best) {
            second = best;
            best = distance;
            found = cluster;
          } else if (distance < second) second = distance;
        }
        upper[row] = Math.sqrt(best);
        lower[row] = Math.sqrt(second);
        if (found !== label) {
          labels[row] = found;
          label = found;
          changed += 1;
        }
      }
    }
    counts[label] = (counts[label] as number) + 1;
    for (let column = 0, into = label * columns; column < columns; column += 1, into += 1)
      sums[into] = (sums[into] as number) + (values[at + column] as number);
  }
  return changed;
}

/** The square of the distance from a row to a centre. */
function square(values: Float64Array, at: number, centres: Float64Array, from: number, columns: number): number {
  let sum = 0;
  for (let column = 0; column < columns; column += 1) {
    const off = (values[at + column] as number) - (centres[from + column] as number);
    sum += off * off;
  }
  return sum;
}

/** Half the distance from each centre to the one nearest to it: a row closer than that has no nearer one. */
function halfToNearest(centres: Float64Array, columns: number): Float64Array {
  const clusters = centres.length / columns;
  return Float64Array.from({ length: clusters }, (_, one) => {
    let least = Infinity;
    for (let other = 0; other < clusters; other += 1)
      if (other !== one) least = Math.min(least, square(centres, one * columns, centres, other * columns, columns));
    return Math.sqrt(least) / 2;
  });
}

const movesOf = (before: Float64Array, after: Float64Array, columns: number): Float64Array =>
  Float64Array.from({ length: before.length / columns }, (_, cluster) =>
    Math.sqrt(square(before, cluster * columns, after, cluster * columns, columns)),
  );

/** Centres have moved: what was known of the distances is known less closely. */
function loosen({ labels, upper, lower }: Bounds, moves: Float64Array): void {
  const farthest = Math.max(...moves);
  for (let row = 0; row < labels.length; row += 1) {
    upper[row] = (upper[row] as number) + (moves[labels[row] as number] as number);
    lower[row] = (lower[row] as number) - farthest;
  }
}

/** Gives an empty cluster the row that lies farthest from its centre, if that is not alone there. */
function relocate(
  { rows, columns, values }: Matrix,
  { ...of }: Totals & { readonly centres: Float64Array; readonly bounds: Bounds; readonly cluster: number },
): void {
  const { centres, sums, counts, bounds, cluster } = of;
  const { labels } = bounds;
  let farthest = { row: -1, distance: -1 };
  for (let row = 0; row < rows; row += 1) {
    const label = labels[row] as number;
    if ((counts[label] as number) < 2) continue;
    const distance = square(values, row * columns, centres, label * columns, columns);
    if (distance > farthest.distance) farthest = { row, distance };
  }
  const from = labels[farthest.row] as number;
  for (let column = 0; column < columns; column += 1) {
    const value = values[farthest.row * columns + column] as number;
    sums[from * columns + column] = (sums[from * columns + column] as number) - value;
    sums[cluster * columns + column] = value;
  }
  counts[from] = (counts[from] as number) - 1;
  counts[cluster] = 1;
  labels[farthest.row] = cluster;
  bounds.upper[farthest.row] = Infinity;
  bounds.lower[farthest.row] = -Infinity;
}

/** Which centre is nearest to each row, and the sum of the squares of these distances. */
export function nearest(
  { rows, columns, values }: Matrix,
  centres: Float64Array,
): { readonly labels: Int32Array; readonly inertia: number } {
  const clusters = centres.length / columns;
  const labels = new Int32Array(rows);
  let inertia = 0;
  for (let row = 0, at = 0; row < rows; row += 1, at += columns) {
    let best = Infinity;
    for (let cluster = 0; cluster < clusters; cluster += 1) {
      const distance = square(values, at, centres, cluster * columns, columns);
      if (distance < best) {
        best = distance;
        labels[row] = cluster;
      }
    }
    inertia += best;
  }
  return { labels, inertia };
}

export function meanVariance({ rows, columns, values }: Matrix): number {
  let total = 0;
  for (let column = 0; column < columns; column += 1) {
    let mean = 0;
    for (let at = column; at < values.length; at += columns) mean += values[at] as number;
    mean /= rows;
    for (let at = column; at < values.length; at += columns) total += ((values[at] as number) - mean) ** 2;
  }
  return total / rows / columns;
}
