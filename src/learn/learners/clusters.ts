import { type EncodedRows, type Encoding, encode, encodingOf, type Missing } from '../features.ts';
import { assigned, type Kmeans, kmeans } from '../kmeans/kmeans.ts';
import { silhouette } from '../kmeans/silhouette.ts';
import { type Matrix, standardised } from '../matrix.ts';
import { numbered } from './identity.ts';
import type { Learned, Lesson, Parameters } from './learned.ts';
import { otherColumns } from './rows.ts';

interface ClusterOptions {
  readonly clusters: number | { readonly from: number; readonly to: number };
  readonly restarts?: number;
  readonly seed?: number;
  readonly standardise?: boolean;
}
type Former = Extract<Parameters, { readonly learner: 'kmeans' }>;

/** Clusters, judged on the rows that they are made of, beside those of the champion. */
export function clusters({ options, features, columns, former, progress }: Lesson<ClusterOptions>): Learned {
  const wanted = features.map(({ name, missing }) => ({
    name,
    column: columns[name] as NonNullable<(typeof columns)[string]>,
    ...(missing === undefined ? {} : { missing }),
  }));
  const encoding = encodingOf(wanted);
  const encoded = encode(columns, encoding, { leaveOut: leftOut(features) });
  const { matrix, names, left } = encoded;
  const champion = former?.learner === 'kmeans' && sameColumns(former, names) ? former : undefined;
  const found = best(matrix, options, { champion, progress });
  const own = { ...found.model, shape: found.silhouette };
  const beside = champion && formerOn(matrix, champion, own, options.seed ?? 0);
  // Numbers of a champion that cannot be compared with are not given to others.
  const known = former?.learner === 'kmeans' ? former.numbers : [];
  const { numbers, was, gone } = numbered(own.centres, beside?.model.centres, {
    columns: matrix.columns,
    former: known,
  });
  const moves = beside && moved(own.labels, beside.model.labels, { numbers, former: champion?.numbers ?? [] });
  const movedRows = moves?.reduce((sum, { rows }) => sum + rows, 0) ?? 0;
  return {
    parameters: {
      learner: 'kmeans',
      encoding,
      means: [...own.scale.means],
      deviations: [...own.scale.deviations],
      centres: [...own.centres],
      numbers,
    },
    inside: insideOf(own, encoding, { numbers, was, encoded }),
    rows: matrix.rows,
    held: 0,
    left,
    measures: {
      ...measuresOf(own, matrix.rows),
      moved_share: former && !beside ? Number.NaN : movedRows / matrix.rows,
    },
    ...(former && !beside ? { incomparable: otherColumns } : {}),
    ...(beside ? { champion: { ...measuresOf(beside.model, matrix.rows), moved_share: 0 } } : {}),
    ...(moves ? { moved: { rows: moves, fresh: numbers.filter((_, place) => was[place] === null), gone } } : {}),
  };
}

export const leftOut = (
  features: readonly { readonly name: string; readonly missing?: Missing }[],
): readonly string[] => features.filter(({ missing }) => missing === 'leave out').map(({ name }) => name);

/** What columns the rows become: the same names mean the same numbers. */
const sameColumns = ({ encoding }: Former, names: readonly string[]): boolean =>
  JSON.stringify(columnsOf(encoding)) === JSON.stringify(names);
const columnsOf = ({ features }: Encoding): readonly string[] =>
  features.flatMap((one) => (one.as === 'words' ? one.words.map((word) => `${one.name}=${word}`) : [one.name]));

/** Of several numbers of clusters the one of the best silhouette. */
function best(
  matrix: Matrix,
  { clusters: asked, restarts, seed = 0, standardise }: ClusterOptions,
  { champion, progress }: { readonly champion: Former | undefined; readonly progress: Lesson['progress'] },
): { readonly model: Kmeans; readonly silhouette: number } {
  const { from, to } = typeof asked === 'number' ? { from: asked, to: asked } : asked;
  let found: { readonly model: Kmeans; readonly silhouette: number } | undefined;
  for (let count = from; count <= to; count += 1) {
    if (found && count > different(matrix, count)) break;
    const model = kmeans(matrix, {
      clusters: count,
      seed,
      ...(restarts === undefined ? {} : { restarts }),
      ...(standardise === undefined ? {} : { standardise }),
      ...(champion ? { from: rawCentres(champion) } : {}),
      ...(progress
        ? { progress: (done: number, of: number) => progress((count - from) * of + done, (to - from + 1) * of) }
        : {}),
    });
    const shape = silhouette(matrix, model, { seed });
    if (!found || Number.isNaN(found.silhouette) || shape > found.silhouette) found = { model, silhouette: shape };
  }
  return found as NonNullable<typeof found>;
}

/** Different rows, up to so many: there cannot be more clusters. */
function different({ rows, columns, values }: Matrix, most: number): number {
  const seen = new Set<string>();
  for (let row = 0; row < rows && seen.size < most; row += 1)
    seen.add(values.subarray(row * columns, (row + 1) * columns).join());
  return seen.size;
}

/** In the units of the features. */
const rawCentres = ({ centres, means, deviations }: Former): Float64Array =>
  Float64Array.from(centres, (value, at) => {
    const column = at % means.length;
    return value * (deviations[column] as number) + (means[column] as number);
  });

/** The champion's centres, measured as the new ones are. */
function formerOn(matrix: Matrix, champion: Former, own: Kmeans, seed: number) {
  const count = champion.numbers.length;
  const raw = rawCentres(champion);
  const centres = standardised({ rows: count, columns: matrix.columns, values: raw }, own.scale).values;
  const { labels, inertia } = assigned(matrix, { scale: own.scale, centres });
  const shape = silhouette(matrix, { labels, clusters: count, scale: own.scale }, { seed });
  return { model: { centres, labels, inertia, clusters: count, shape } };
}

const measuresOf = (of: Pick<Kmeans, 'inertia' | 'clusters'> & { readonly shape: number }, rows: number) => ({
  silhouette: of.shape,
  inertia: of.inertia,
  inertia_per_row: of.inertia / rows,
  clusters: of.clusters,
});

/** Rows that are called by another number than under the champion. */
function moved(
  labels: Int32Array,
  before: Int32Array,
  { numbers, former }: { readonly numbers: readonly number[]; readonly former: readonly number[] },
): readonly { readonly from: number; readonly to: number; readonly rows: number }[] {
  const counts = new Map<string, { from: number; to: number; rows: number }>();
  for (let row = 0; row < labels.length; row += 1) {
    const from = former[before[row] as number] as number;
    const to = numbers[labels[row] as number] as number;
    if (from === to) continue;
    const key = `${from} ${to}`;
    const known = counts.get(key);
    if (known) known.rows += 1;
    else counts.set(key, { from, to, rows: 1 });
  }
  return [...counts.values()].sort((one, other) => other.rows - one.rows || one.from - other.from || one.to - other.to);
}

function insideOf(
  { centres, counts, scale }: Kmeans,
  { features }: Encoding,
  of: { readonly numbers: readonly number[]; readonly was: readonly (number | null)[]; readonly encoded: EncodedRows },
): Learned['inside'] {
  const width = scale.means.length;
  return of.numbers.map((number, place) => {
    const raw = scale.means.map(
      (mean, column) => (centres[place * width + column] as number) * (scale.deviations[column] as number) + mean,
    );
    let at = 0;
    const values = features.map((feature) => {
      if (feature.as !== 'words') return [feature.name, raw[at++] as number] as const;
      const shares = raw.subarray(at, at + feature.words.length);
      at += feature.words.length;
      const most = Math.max(...shares);
      return [feature.name, most > 0 ? (feature.words[shares.indexOf(most)] as string) : null] as const;
    });
    return {
      centroid_id: number,
      was: of.was[place] ?? null,
      row_count: counts[place] as number,
      ...Object.fromEntries(values),
    };
  });
}
