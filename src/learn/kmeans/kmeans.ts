import { type Matrix, type Scale, scaleOf, standardised } from '../matrix.ts';
import { Random } from '../random.ts';
import { type Lloyd, lloyd, meanVariance, nearest } from './lloyd.ts';
import { seeds } from './seeding.ts';

export interface KmeansOptions {
  readonly clusters: number;
  /** Starts from other centres; the one with the least inertia stays. Default 10. */
  readonly restarts?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Of one start; default 300. */
  readonly iterations?: number;
  /** See `LloydOptions`; default 1e-4. */
  readonly tolerance?: number;
  /** False: distances are measured in the columns' own units. */
  readonly standardise?: boolean;
  /** Centres of rows as they were given, from which one more start is made. What that comes to stays unless another has a better inertia by more than a thousandth. */
  readonly from?: Float64Array;
  /** Called after each start. */
  readonly progress?: (done: number, of: number) => void;
  readonly signal?: AbortSignal;
}

/** Clusters of standardised rows. */
export interface Kmeans {
  readonly clusters: number;
  readonly scale: Scale;
  /** Standardised, `clusters` × columns; the largest cluster first. */
  readonly centres: Float64Array;
  /** Rows of each cluster. */
  readonly counts: Float64Array;
  readonly labels: Int32Array;
  /** Sum over all rows of the square of the standardised distance to the centre. */
  readonly inertia: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * k-means of the standardised columns, from several starts. Throws RangeError when there are fewer different rows than clusters, and the
 * signal's reason when it is aborted.
 */
export function kmeans(matrix: Matrix, options: KmeansOptions): Kmeans {
  const { clusters, restarts = 10, seed = 0, iterations = 300, tolerance = 1e-4, from, progress, signal } = options;
  if (!(Number.isInteger(clusters) && clusters > 0)) throw new RangeError(`${clusters} clusters cannot be made`);
  const scale = options.standardise === false ? asIs(matrix.columns) : scaleOf(matrix);
  const rows = standardised(matrix, scale);
  const random = new Random(seed);
  const variance = meanVariance(rows);
  let best: Lloyd | undefined;
  for (let start = 0; start < restarts; start += 1) {
    signal?.throwIfAborted();
    const found = lloyd(rows, seeds(rows, clusters, random), { iterations, tolerance, variance });
    if (!best || found.inertia < best.inertia) best = found;
    progress?.(start + 1, restarts);
  }
  if (!best) throw new RangeError(`${restarts} restarts give no clusters`);
  if (from?.length === clusters * matrix.columns) {
    const start = standardised({ rows: clusters, columns: matrix.columns, values: from }, scale).values;
    const stayed = lloyd(rows, start, { iterations, tolerance, variance });
    if (stayed.inertia <= best.inertia * (1 + worthMoving)) best = stayed;
  }
  // To where no row changes any more: the next training that begins there ends there.
  const settled = lloyd(rows, best.centres, { iterations, tolerance: 0, variance });
  return {
    clusters,
    scale,
    ...bySize({ ...settled, iterations: best.iterations + settled.iterations }, matrix.columns),
  };
}
/** By which share less inertia it is worth it that rows change their clusters. */
const worthMoving = 1e-3;
const asIs = (columns: number): Scale => ({
  means: new Float64Array(columns),
  deviations: new Float64Array(columns).fill(1),
});

/** The numbers of clusters do not depend on where the start happened to be. */
function bySize(found: Lloyd, columns: number): Omit<Kmeans, 'clusters' | 'scale'> {
  const clusters = found.centres.length / columns;
  const counts = new Float64Array(clusters);
  for (const label of found.labels) counts[label] = (counts[label] as number) + 1;
  const order = Array.from(counts.keys()).sort((one, other) => (counts[other] as number) - (counts[one] as number));
  const rank = Int32Array.from({ length: clusters }, (_, cluster) => order.indexOf(cluster));
  const centres = new Float64Array(found.centres.length);
  for (const [place, cluster] of order.entries())
    centres.set(found.centres.subarray(cluster * columns, (cluster + 1) * columns), place * columns);
  return {
    ...found,
    centres,
    counts: Float64Array.from(order, (cluster) => counts[cluster] as number),
    labels: found.labels.map((label) => rank[label] as number),
  };
}

/** The centre of each row, and the sum of the squares of their distances: rows as they were given to `kmeans`, these or others. */
export const assigned = (matrix: Matrix, { scale, centres }: Pick<Kmeans, 'scale' | 'centres'>) =>
  nearest(standardised(matrix, scale), centres);
