/** Of fewer values the engine's own sort is as fast. */
const few = 5000;
/** How many values eight bits have. */
const digits = 0x100;

/**
 * Values in rising order, in their place, as `Float64Array.prototype.sort` has them; none is NaN. Put in order by their bits, eight at a time from the last on,
 * which order numbers once the sign is turned and negative ones are turned whole (Terdiman, 2000, "Radix sort revisited"): about half the time of comparing.
 */
export function rising(values: Float64Array): Float64Array {
  const { length } = values;
  if (length < few) return values.sort();
  // Every platform that Node runs on here has the low word first.
  const bits = new Uint32Array(values.buffer, values.byteOffset, 2 * length);
  let [low, high] = [new Uint32Array(length), new Uint32Array(length)];
  let [nextLow, nextHigh] = [new Uint32Array(length), new Uint32Array(length)];
  for (let row = 0; row < length; row += 1) {
    const top = bits[2 * row + 1] as number;
    const turned = top >> 31;
    low[row] = (bits[2 * row] as number) ^ turned;
    high[row] = top ^ (turned | 0x80000000);
  }
  for (let digit = 0; digit < 8; digit += 1) {
    const word = digit < 4 ? low : high;
    const shift = (digit % 4) * 8;
    const places = new Uint32Array(digits);
    for (let row = 0; row < length; row += 1) {
      const at = ((word[row] as number) >>> shift) & 0xff;
      places[at] = (places[at] as number) + 1;
    }
    // Numbers of one size have the same first bits.
    if (places[((word[0] as number) >>> shift) & 0xff] === length) continue;
    let from = 0;
    for (let at = 0; at < digits; at += 1) {
      const count = places[at] as number;
      places[at] = from;
      from += count;
    }
    for (let row = 0; row < length; row += 1) {
      const at = ((word[row] as number) >>> shift) & 0xff;
      const place = places[at] as number;
      places[at] = place + 1;
      nextLow[place] = low[row] as number;
      nextHigh[place] = high[row] as number;
    }
    [low, nextLow] = [nextLow, low];
    [high, nextHigh] = [nextHigh, high];
  }
  for (let row = 0; row < length; row += 1) {
    const top = high[row] as number;
    const turned = (top >>> 31) - 1;
    bits[2 * row] = (low[row] as number) ^ turned;
    bits[2 * row + 1] = top ^ (turned | 0x80000000);
  }
  return values;
}
