import { Chance } from '../chance.ts';
import { lanes } from '../grow/kernels.ts';
import { categoryBins } from './categories.ts';
import { type Binning, isUseless } from './feature.ts';
import { finder, numberBins } from './numbers.ts';
import { sorter } from './sort.ts';
import { type Space, spaceFor } from './space.ts';

/** More rows than these are judged by so many of them. */
const sampled = 200_000;
const rowsInBin = 3;

/** A feature that trees may ask, with its bins and where they are in a histogram. */
export interface BinnedFeature extends Binning {
  /** Number among all features. */
  readonly index: number;
  /** The same among those of the table. */
  readonly number: number;
  /** Of its first bin, in a histogram of all features. */
  readonly start: number;
}

/** Features whose bins stand together. */
export interface Group {
  /** Their numbers, by lane; fewer than eight in the last group. */
  readonly members: readonly number[];
  /** Where their sums begin, in bytes; of a lane without a feature where nobody reads. */
  readonly starts: readonly number[];
}

/** Rows as bins. Eight features of at most 256 bins stand together: `space.narrow[8 * (group * rows + row) + lane]`. */
export interface Table {
  readonly rows: number;
  readonly features: readonly BinnedFeature[];
  /** For each feature of the model: how model.txt describes it. */
  readonly infos: readonly string[];
  /** Bins of all features. */
  readonly bins: number;
  readonly space: Space;
  readonly groups: readonly Group[];
  /** Features of more bins, by their number. */
  readonly wide: ReadonlyMap<number, Uint16Array>;
}

export interface TableOptions {
  /** Which columns are categories. */
  readonly categories: ReadonlySet<number>;
  readonly bins: number;
  readonly rowsInLeaf: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/** Columns of equal length, NaN where a value is missing. */
export function tableOf(columns: readonly Float64Array[], options: TableOptions): Table {
  const rows = columns[0]?.length ?? 0;
  const chosen = rows > sampled ? new Chance(options.seed).sample(sampled, rows) : undefined;
  const sort = sorter(Math.min(rows, sampled));
  const binnings = columns.map((column, index) => {
    options.signal?.throwIfAborted();
    const sample = chosen ? Float64Array.from(chosen, (row) => column[row] as number) : column;
    if (options.categories.has(index)) return categoryBins(sample, { bins: options.bins, rowsInBin });
    return numberBins(sample, { bins: options.bins, rowsInBin, sort });
  });
  // Among sampled rows a leaf has accordingly fewer.
  const seen = Math.min(rows, sampled);
  const least = Math.trunc((options.rowsInLeaf * seen) / rows);
  let start = 0;
  const features: BinnedFeature[] = [];
  const infos = binnings.map((binning, index) => {
    if (isUseless(binning, seen, least)) return 'none';
    features.push({ ...binning, index, number: features.length, start });
    start += binning.count;
    return binning.info;
  });
  const slim = features.flatMap((feature, number) => (feature.count <= 256 ? [number] : []));
  const count = Math.ceil(slim.length / lanes);
  const space = spaceFor({ groups: count, rows, bins: start });
  const groups = Array.from({ length: count }, (_, group): Group => {
    const members = slim.slice(lanes * group, lanes * (group + 1));
    const starts = Array.from({ length: lanes }, (_unused, lane) => {
      const feature = features[members[lane] ?? -1];
      return feature ? space.sums.byteOffset + 16 * feature.start : space.nowhere;
    });
    return { members, starts };
  });
  for (const [group, { members }] of groups.entries()) {
    options.signal?.throwIfAborted();
    for (const [lane, number] of members.entries()) {
      const feature = features[number] as BinnedFeature;
      write(columns[feature.index] as Float64Array, feature, {
        into: space.narrow,
        at: lanes * group * rows + lane,
        step: lanes,
      });
    }
  }
  const wide = new Map(
    features.flatMap((feature, number) => {
      if (feature.count <= 256) return [];
      const into = new Uint16Array(rows);
      write(columns[feature.index] as Float64Array, feature, { into, at: 0, step: 1 });
      return [[number, into]];
    }),
  );
  return { rows, features, infos, bins: start, space, groups, wide };
}

interface Place {
  readonly into: Uint8Array | Uint16Array;
  readonly at: number;
  readonly step: number;
}

function write(
  column: Float64Array,
  { kind, bounds, hasMissing, categories }: Binning,
  { into, at, step }: Place,
): void {
  if (kind === 'number') {
    const find = finder(bounds, hasMissing);
    for (let row = 0, to = at; row < column.length; row += 1, to += step) into[to] = find(column[row] as number);
    return;
  }
  const bins = new Map(Array.from(categories, (category, bin) => [category, bin]));
  for (let row = 0, to = at; row < column.length; row += 1, to += step) {
    const category = Math.trunc(column[row] as number);
    into[to] = category >= 0 ? (bins.get(category + 0) ?? 0) : 0;
  }
}
