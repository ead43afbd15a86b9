import type { Vector } from '../../../columns/index.ts';

interface Segment {
  /** The text of each column by which it is one; null where that is missing. */
  readonly of: Readonly<Record<string, string | null>>;
  /** The numbers of its rows. */
  readonly rows: Int32Array;
  /** Of each of them: 1 where it is one of those that are judged. */
  readonly isNow: Uint8Array;
  readonly now: number;
  readonly before: number;
}

/** Rows by the texts of some columns, where there are at least so many on each side; none without columns. */
export function segmentsOf(
  among: readonly (readonly [name: string, texts: Vector])[],
  isNow: Uint8Array,
  least: number,
): readonly Segment[] {
  if (among.length === 0) return [];
  const columns = among.map(([name, texts]) => ({ name, ...(texts as Extract<Vector, { readonly of: 'texts' }>) }));
  const groups = Map.groupBy(isNow.keys(), (row) => columns.map(({ codes }) => codes[row]).join());
  return [...groups.values()].flatMap((group) => {
    const rows = Int32Array.from(group);
    const mine = Uint8Array.from(group, (row) => isNow[row] as number);
    const now = mine.reduce((sum, one) => sum + one, 0);
    const before = mine.length - now;
    if (now < least || before < least) return [];
    const of = columns.map(({ name, codes, words }) => [name, words[codes[group[0] as number] as number] ?? null]);
    return [{ of: Object.fromEntries(of), rows, isNow: mine, now, before }];
  });
}
