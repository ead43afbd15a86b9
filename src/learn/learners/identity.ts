import { matched } from '../kmeans/matching.ts';

/**
 * What new centres are called: one that lies nearer to its former centre than half way from that to its nearest neighbour goes on with its number, any
 * other has a number that nobody had. Without former ones they are counted from 1, or from the greatest number that there was. All on one scale.
 */
export function numbered(
  centres: Float64Array,
  before: Float64Array | undefined,
  { columns, former }: { readonly columns: number; readonly former: readonly number[] },
): {
  readonly numbers: readonly number[];
  /** NULL: new. */
  readonly was: readonly (number | null)[];
  /** Former numbers that no centre goes on with. */
  readonly gone: readonly number[];
} {
  const count = centres.length / columns;
  if (!before) {
    const last = Math.max(0, ...former);
    const numbers = Array.from({ length: count }, (_, place) => last + place + 1);
    return { numbers, was: numbers.map(() => null), gone: former };
  }
  const square = (one: Float64Array, at: number, other: Float64Array, place: number): number => {
    let sum = 0;
    for (let column = 0; column < columns; column += 1)
      sum += ((one[at * columns + column] as number) - (other[place * columns + column] as number)) ** 2;
    return sum;
  };
  const olds = before.length / columns;
  const nearest = Array.from({ length: olds }, (_, place) =>
    Math.min(
      ...Array.from({ length: olds }, (_unused, at) => (at === place ? Infinity : square(before, place, before, at))),
    ),
  );
  const pairs = matched(centres, before, columns);
  const was = Array.from(pairs, (place, at): number | null => {
    if (place < 0 || square(centres, at, before, place) > (nearest[place] as number) / 4) return null;
    return former[place] as number;
  });
  let next = Math.max(0, ...former);
  const numbers = was.map((number) => {
    if (number !== null) return number;
    next += 1;
    return next;
  });
  return { numbers, was, gone: former.filter((number) => !was.includes(number)) };
}
