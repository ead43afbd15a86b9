import type { Table } from '../bins/table.ts';

/** Slopes and curvatures of the rows, beside each other for each row. */
export type Pairs = Float64Array;

/** Sums of each bin of each feature that is asked, over some rows: slope at 2n, curvature at 2n + 1. */
export function sumBins(
  table: Table,
  into: Float64Array,
  { rows, pairs, asked }: { readonly rows: Int32Array; readonly pairs: Pairs; readonly asked: Uint8Array },
): void {
  const words = new Uint32Array(table.narrow.buffer, table.narrow.byteOffset, table.narrow.length / 4);
  into.fill(0);
  for (const [group, members] of table.groups.entries()) {
    if (!members.some((number) => asked[number])) continue;
    const [a = 0, b = a, c = a, d = a] = members.map((number) => 2 * (table.features[number]?.start ?? 0));
    sumGroup(words.subarray(group * table.rows, (group + 1) * table.rows), into, {
      rows,
      pairs,
      starts: [a, b, c, d],
      lanes: members.length,
    });
  }
  for (const [number, bins] of table.wide) {
    if (!asked[number]) continue;
    const start = 2 * (table.features[number]?.start ?? 0);
    for (let at = 0; at < rows.length; at += 1) {
      const bin = start + 2 * (bins[rows[at] as number] as number);
      into[bin] = (into[bin] as number) + (pairs[2 * at] as number);
      into[bin + 1] = (into[bin + 1] as number) + (pairs[2 * at + 1] as number);
    }
  }
}

interface Group {
  readonly rows: Int32Array;
  readonly pairs: Pairs;
  readonly starts: readonly [number, number, number, number];
  readonly lanes: number;
}

function sumGroup(words: Uint32Array, into: Float64Array, { rows, pairs, starts: [a, b, c, d], lanes }: Group): void {
  for (let at = 0; at < rows.length; at += 1) {
    const word = words[rows[at] as number] as number;
    const slope = pairs[2 * at] as number;
    const curve = pairs[2 * at + 1] as number;
    let bin = a + ((word & 255) << 1);
    into[bin] = (into[bin] as number) + slope;
    into[bin + 1] = (into[bin + 1] as number) + curve;
    if (lanes === 1) continue;
    bin = b + ((word >>> 7) & 510);
    into[bin] = (into[bin] as number) + slope;
    into[bin + 1] = (into[bin + 1] as number) + curve;
    if (lanes === 2) continue;
    bin = c + ((word >>> 15) & 510);
    into[bin] = (into[bin] as number) + slope;
    into[bin + 1] = (into[bin + 1] as number) + curve;
    if (lanes === 3) continue;
    bin = d + ((word >>> 23) & 510);
    into[bin] = (into[bin] as number) + slope;
    into[bin + 1] = (into[bin + 1] as number) + curve;
  }
}

/** As LightGBM: the most frequent bin is what the others leave, unless it is the first, which nobody reads. */
export function restore(
  table: Table,
  sums: Float64Array,
  leaf: { readonly slope: number; readonly curve: number },
): void {
  for (const { start, count, frequent } of table.features) {
    if (frequent === 0) continue;
    let { slope, curve } = leaf;
    for (let bin = start; bin < start + count; bin += 1) {
      if (bin === start + frequent) continue;
      slope -= sums[2 * bin] as number;
      curve -= sums[2 * bin + 1] as number;
    }
    sums[2 * (start + frequent)] = slope;
    sums[2 * (start + frequent) + 1] = curve;
  }
}
