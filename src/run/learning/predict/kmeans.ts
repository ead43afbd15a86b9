import { col } from '../../../columns/index.ts';
import type { Encoding } from '../../../learn/features.ts';
import type { Kmeans } from '../../../learn/kmeans/kmeans.ts';
import type { Dialect } from '../../../ports/index.ts';
import { encodedIn, real } from './features.ts';

export interface KmeansModel extends Pick<Kmeans, 'scale' | 'centres'> {
  readonly encoding: Encoding;
  /** What each centre is called; by default its place among them. */
  readonly numbers?: readonly number[];
}

/**
 * The rows of a query with `centroid_id`, the number of the nearest centre (of equal ones the first), and `distance` to it in deviations: the same
 * operations in the same order as in `assigned`, so the same bits. Both are NULL where a feature is missing that nothing stands for.
 */
export function kmeansQuery(
  rows: { readonly query: string; readonly columns: readonly string[] },
  { encoding, scale, centres, numbers }: KmeansModel,
  dialect: Dialect,
): string {
  const { means, deviations } = scale;
  const width = means.length;
  const clusters = centres.length / width;
  const at = (name: string, index: number): string => dialect.identifier(`_${name}${index}`);
  const named = (expressions: readonly string[], name: string): string =>
    expressions.map((expression, index) => `${expression} as ${at(name, index)}`).join(', ');
  const own = rows.columns.map((name) => dialect.identifier(name)).join(', ');

  const scaled = encodedIn(dialect, encoding).map(
    (expression, column) =>
      `((${expression}) - ${real(means[column] as number)}) / ${real(deviations[column] as number)}`,
  );
  const squares = Array.from({ length: clusters }, (_, cluster) =>
    Array.from({ length: width }, (_unused, column) => {
      const off = `(${at('z', column)} - ${real(centres[cluster * width + column] as number)})`;
      return `${off} * ${off}`;
    }).join(' + '),
  );
  const all = Array.from({ length: clusters }, (_, cluster) => at('d', cluster));
  const least = clusters === 1 ? at('d', 0) : `least(${all.join(', ')})`;
  const nearest = all
    .map((distance, cluster) => `when ${distance} = _least then ${numbers?.[cluster] ?? cluster}`)
    .join(' ');
  return `select ${own}, cast(case ${nearest} end as ${dialect.type(col.integer().facts)}) as centroid_id, sqrt(_least) as distance from (
    select *, ${least} as _least from (
    select ${own}, ${named(squares, 'd')} from (
    select ${own}, ${named(scaled, 'z')} from (${rows.query}) as _rows) as _scaled) as _squares) as _nearest`;
}
