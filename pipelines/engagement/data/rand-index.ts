/** The adjusted Rand index of two partitions: 1 where they are the same, 0 on average where they have nothing to do with each other. */
export function adjustedRandIndex(one: readonly (string | number)[], other: readonly (string | number)[]): number {
  if (one.length !== other.length) throw new RangeError(`${one.length} and ${other.length} rows`);
  const pairs = (count: number): number => (count * (count - 1)) / 2;
  const counted = (keys: readonly (string | number)[]): number =>
    [...Map.groupBy(keys, (key) => key).values()].reduce((sum, { length }) => sum + pairs(length), 0);
  const [rows, columns] = [counted(one), counted(other)];
  const both = counted(one.map((key, at) => `${key} ${other[at]}`));
  const expected = (rows * columns) / pairs(one.length);
  const most = (rows + columns) / 2;
  return most === expected ? 1 : (both - expected) / (most - expected);
}
