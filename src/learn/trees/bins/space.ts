import { memoryOf } from '../../kernels/assembler.ts';
import { type Kernels, kernelsOf, lanes } from '../grow/kernels.ts';

/** The one memory that the kernels see, and views of its parts. */
export interface Space {
  readonly kernels: Kernels;
  /** Bins of the rows, eight features beside each other. */
  readonly narrow: Uint8Array;
  /** Numbers of rows, leaf by leaf. */
  readonly rows: Int32Array;
  /** Slope and curvature of each row. */
  readonly floats: Float32Array;
  /** Those of a leaf's rows. */
  readonly pairs: Float64Array;
  /** Sums of one leaf. */
  readonly sums: Float64Array;
  /** Where a sum goes that nobody reads, in bytes. */
  readonly nowhere: number;
}

const page = 2 ** 16;

export function spaceFor({
  groups,
  rows,
  bins,
}: {
  readonly groups: number;
  readonly rows: number;
  readonly bins: number;
}): Space {
  let end = 0;
  const next = (bytes: number): number => {
    const start = end;
    end += Math.ceil(bytes / 16) * 16;
    return start;
  };
  const [narrow, numbers, floats] = [next(lanes * groups * rows), next(4 * rows), next(8 * rows)];
  const [pairs, sums, nowhere] = [next(16 * rows), next(16 * bins), next(16)];
  const pages = Math.ceil(end / page);
  if (pages > 2 ** 16)
    throw new RangeError(
      `${rows} rows of ${lanes * groups} features need ${Math.ceil(end / 2 ** 30)} GiB, and 4 can be used: draw fewer rows`,
    );
  const memory = memoryOf(pages);
  const { buffer } = memory;
  return {
    kernels: kernelsOf(memory),
    narrow: new Uint8Array(buffer, narrow, lanes * groups * rows),
    rows: new Int32Array(buffer, numbers, rows),
    floats: new Float32Array(buffer, floats, 2 * rows),
    pairs: new Float64Array(buffer, pairs, 2 * rows),
    sums: new Float64Array(buffer, sums, 2 * bins),
    nowhere,
  };
}
