import type { Table } from '../bins/table.ts';
import { lanes } from './kernels.ts';
import type { Split } from './split.ts';

/** Which bins of the feature go left. */
export function leftBins(table: Table, split: Split): Uint8Array {
  const feature = table.features[split.feature] as Table['features'][number];
  const left = new Uint8Array(feature.count);
  if (split.bins) for (const bin of split.bins) left[bin] = 1;
  else {
    left.fill(1, 0, split.bin + 1);
    if (feature.hasMissing) left[feature.count - 1] = split.missingLeft ? 1 : 0;
  }
  return left;
}

/** Bins of one feature, row by row: `from[at + step * row]`. */
export interface BinColumn {
  readonly from: Uint8Array | Uint16Array;
  readonly at: number;
  readonly step: number;
}

export function columnOf({ space, wide, groups, rows }: Table, number: number): BinColumn {
  const own = wide.get(number);
  if (own) return { from: own, at: 0, step: 1 };
  const group = groups.findIndex(({ members }) => members.includes(number));
  return { from: space.narrow, at: lanes * group * rows + (groups[group]?.members ?? []).indexOf(number), step: lanes };
}

/** Brings the rows that go left to the front, both sides in their order; gives how many there are. */
export function divide(
  rows: Int32Array,
  { from, at, step }: BinColumn,
  { goesLeft, spare }: { readonly goesLeft: Uint8Array; readonly spare: Int32Array },
): number {
  let kept = 0;
  let moved = 0;
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index] as number;
    const isLeft = goesLeft[from[at + step * row] as number] as number;
    // Both are written and one place moves on: nothing to guess for the processor.
    rows[kept] = row;
    spare[moved] = row;
    kept += isLeft;
    moved += 1 - isLeft;
  }
  rows.set(spare.subarray(0, moved), kept);
  return kept;
}
