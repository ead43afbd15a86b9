const powers = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const [minus, point, zero, smallE, largeE] = [0x2d, 0x2e, 0x30, 0x65, 0x45];
/** So many digits are below 2^53, so that they and a power of ten up to 22 are exact, and their quotient is the nearest number (Clinger, 1990). */
const exactDigits = 15;

/** Reads the number of JSON that begins at `from`, as JSON.parse does, into a place of `into`; gives where it ends, or -1. */
export function numberAt(bytes: Buffer, from: number, into: Float64Array, place: number): number {
  let at = from;
  // 1 or 0, without a branch: of numbers of both signs half of the guesses of a processor would be wrong.
  const negative = (((bytes[at] as number) ^ minus) - 1) >>> 31;
  at += negative;
  const first = at;
  // Up to nine digits fit into 32 bits, which are multiplied twice as fast.
  let whole = 0;
  let places = 0;
  let digit = (bytes[at] as number) - zero;
  if (digit === 0) digit = (bytes[++at] as number) - zero;
  else {
    if (!(digit > 0 && digit <= 9)) return -1;
    do {
      whole = (Math.imul(whole, 10) + digit) | 0;
      digit = (bytes[++at] as number) - zero;
    } while (digit >= 0 && digit <= 9);
  }
  let digits = at - first;
  if (digit === point - zero) {
    const start = ++at;
    digit = (bytes[at] as number) - zero;
    while (digit >= 0 && digit <= 9) {
      whole = (Math.imul(whole, 10) + digit) | 0;
      digit = (bytes[++at] as number) - zero;
    }
    places = at - start;
    if (places === 0) return -1;
    digits += places;
  }
  if (digit === smallE - zero || digit === largeE - zero || digits > exactDigits)
    return slowly(bytes, from, into, place);
  const exact = (digits <= 9 ? whole : wide(bytes, first, at)) / (powers[places] as number);
  into[place] = exact * (1 - 2 * negative);
  return at;
}

function wide(bytes: Buffer, from: number, end: number): number {
  let whole = 0;
  for (let at = from; at < end; at += 1) if (bytes[at] !== point) whole = whole * 10 + (bytes[at] as number) - zero;
  return whole;
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Longer than any number that is worth writing. */
const longest = 400;

function slowly(bytes: Buffer, from: number, into: Float64Array, place: number): number {
  number.lastIndex = 0;
  const text = number.exec(bytes.toString('latin1', from, from + longest))?.[0] ?? '';
  const value = Number(text);
  if (text.length === 0 || text.length === longest || !Number.isFinite(value)) return -1;
  into[place] = value;
  return from + text.length;
}
