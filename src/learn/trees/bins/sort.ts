const digits = 11;
const buckets = 1 << digits;
const passes = 6;
/** Below this the engine's own sort is as quick, and needs no warming up. */
const few = 8000;

/**
 * A sort of up to so many numbers, in place; none is NaN. Digit by digit of their bits, which is several times as quick as comparing. Its memory
 * is used again by the next call.
 */
export function sorter(most: number): (values: Float64Array) => Float64Array {
  const spare = Array.from({ length: 4 }, () => new Uint32Array(most));
  const counts = new Uint32Array(passes * buckets);
  return (values) => (values.length < few ? values.sort() : sorted(values, spare as Spare, counts));
}
type Spare = [Uint32Array, Uint32Array, Uint32Array, Uint32Array];

function sorted(values: Float64Array, spare: Spare, counts: Uint32Array): Float64Array {
  const length = values.length;
  const bits = new Uint32Array(values.buffer, values.byteOffset, 2 * length);
  let [low, high, lowTo, highTo] = spare;
  counts.fill(0);
  for (let at = 0; at < length; at += 1) {
    // Bits of doubles rise with them once those below zero are turned round, and the sign is.
    const sign = (bits[2 * at + 1] as number) >> 31;
    const left = ((bits[2 * at] as number) ^ sign) >>> 0;
    const right = ((bits[2 * at + 1] as number) ^ (sign | 0x80000000)) >>> 0;
    low[at] = left;
    high[at] = right;
    for (let pass = 0; pass < passes; pass += 1) {
      const place = pass * buckets + digit(left, right, pass);
      counts[place] = (counts[place] as number) + 1;
    }
  }
  for (let pass = 0; pass < passes; pass += 1) {
    const own = counts.subarray(pass * buckets, (pass + 1) * buckets);
    if (own.includes(length)) continue;
    let start = 0;
    for (let bucket = 0; bucket < buckets; bucket += 1) {
      const count = own[bucket] as number;
      own[bucket] = start;
      start += count;
    }
    for (let at = 0; at < length; at += 1) {
      const [left, right] = [low[at] as number, high[at] as number];
      const bucket = digit(left, right, pass);
      const to = own[bucket] as number;
      own[bucket] = to + 1;
      lowTo[to] = left;
      highTo[to] = right;
    }
    [low, lowTo, high, highTo] = [lowTo, low, highTo, high];
  }
  for (let at = 0; at < length; at += 1) {
    const sign = ~((high[at] as number) >> 31);
    bits[2 * at] = (low[at] as number) ^ sign;
    bits[2 * at + 1] = (high[at] as number) ^ (sign | 0x80000000);
  }
  return values;
}

/** Eleven bits of the 64, the lowest first; the third digit is of both words. */
function digit(low: number, high: number, pass: number): number {
  if (pass === 0) return low & 2047;
  if (pass === 1) return (low >>> 11) & 2047;
  if (pass === 2) return ((low >>> 22) | (high << 10)) & 2047;
  return (high >>> (11 * pass - 32)) & 2047;
}
