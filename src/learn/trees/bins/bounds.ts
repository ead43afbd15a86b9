const bits = new DataView(new ArrayBuffer(8));

/** The next greater double. */
export function nextUp(value: number): number {
  if (value === Number.POSITIVE_INFINITY) return value;
  if (value === 0) return Number.MIN_VALUE;
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return bits.getFloat64(0);
}

/** Values that are no further apart than neighbouring doubles count as one. */
export const isSame = (lower: number, upper: number): boolean =>
  // Nearly all are further apart than neighbours can be, and need not be asked for their bits.
  upper - lower <= Math.abs(lower) * Number.EPSILON + Number.MIN_VALUE && upper <= nextUp(lower);

/** Different values, rising, and how often each is there. */
export interface Distinct {
  readonly values: Float64Array;
  readonly counts: Int32Array;
}

interface Room {
  /** Of the distinct values. */
  readonly start: number;
  readonly end: number;
  readonly bins: number;
  /** Rows that have one of them. */
  readonly rows: number;
  readonly rowsInBin: number;
}

/** LightGBM's greedy bounds: upper ends of bins of about as many rows each, the last one endless. */
export function greedyBounds(distinct: Distinct, room: Room): number[] {
  const found: number[] = [];
  const bound = (lower: number, upper: number): boolean => {
    const middle = nextUp((lower + upper) / 2);
    if (found.length > 0 && isSame(found.at(-1) as number, middle)) return false;
    found.push(middle);
    return true;
  };
  if (room.end - room.start <= room.bins) oneForEach(distinct, room, bound);
  else shared(distinct, room, bound);
  return [...found, Number.POSITIVE_INFINITY];
}

type Bound = (lower: number, upper: number) => boolean;

function oneForEach({ values, counts }: Distinct, { start, end, rowsInBin }: Room, bound: Bound): void {
  let rows = 0;
  for (let at = start; at < end - 1; at += 1) {
    rows += counts[at] as number;
    if (rows >= rowsInBin && bound(values[at] as number, values[at + 1] as number)) rows = 0;
  }
}

function shared({ values, counts }: Distinct, room: Room, bound: Bound): void {
  const { start, end, rowsInBin } = room;
  const bins = rowsInBin > 0 ? Math.max(1, Math.min(room.bins, Math.floor(room.rows / rowsInBin))) : room.bins;
  // A value with more rows than a bin should have gets one of its own; the others share what is left.
  const size = room.rows / bins;
  const isBig = (at: number): boolean => (counts[at] as number) >= size;
  let binsLeft = bins;
  let rowsLeft = room.rows;
  for (let at = start; at < end; at += 1) {
    if (!isBig(at)) continue;
    binsLeft -= 1;
    rowsLeft -= counts[at] as number;
  }
  let mean = rowsLeft / binsLeft;
  let rows = 0;
  const ends: [number, number][] = [];
  for (let at = start; at < end - 1 && ends.length < bins - 1; at += 1) {
    const count = counts[at] as number;
    if (!isBig(at)) rowsLeft -= count;
    rows += count;
    if (!(isBig(at) || rows >= mean || (isBig(at + 1) && rows >= Math.max(1, mean * 0.5)))) continue;
    ends.push([values[at] as number, values[at + 1] as number]);
    rows = 0;
    if (isBig(at)) continue;
    binsLeft -= 1;
    mean = rowsLeft / binsLeft;
  }
  for (const [lower, upper] of ends) bound(lower, upper);
}
