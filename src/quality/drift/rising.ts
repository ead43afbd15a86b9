import { scratch } from './scratch.ts';

const roomFor = scratch();
/** Of fewer values the engine's own sort is as fast. */
const few = 1500;
/** The bits of one word in three passes, from the last on. */
const digits = [
  { shift: 0, mask: 0x3ff },
  { shift: 10, mask: 0x7ff },
  { shift: 21, mask: 0x7ff },
] as const;
/** Every platform that Node runs on here has the low word first. */
const [low, high] = [0, 1] as const;
/** Steps for each value beyond which three more passes are faster than insertion. */
const mostSteps = 8;

/**
 * Values in rising order, in their place, as `Float64Array.prototype.sort` has them; none is NaN. Put in order by their bits, which order numbers once the sign
 * is turned and negative ones are turned whole (Terdiman, 2000, "Radix sort revisited"): by the upper half of them, for those that agree in it differ by less
 * than a millionth and are few as a rule; where they are not, by all bits. A fifth of the time of comparing.
 */
export function rising(values: Float64Array): Float64Array {
  if (values.length < few) return values.sort();
  const other = roomFor(values.length);
  const upper = ordered(values, other, high);
  if (!inserted(upper)) {
    const lower = ordered(upper, upper === other ? values : other, low);
    return settled(values, ordered(lower, lower === other ? values : other, high));
  }
  return settled(values, upper);
}
const settled = (values: Float64Array, found: Float64Array): Float64Array => {
  if (found !== values) values.set(found);
  return values;
};

/** In the order of one word, and otherwise as they were; gives that of the two which has them at last. */
function ordered(values: Float64Array, other: Float64Array, word: 0 | 1): Float64Array {
  let [from, to] = [values, other];
  for (const { shift, mask } of digits) {
    pass(from, to, { word, shift, mask });
    [from, to] = [to, from];
  }
  return from;
}

interface Digit {
  readonly word: 0 | 1;
  readonly shift: number;
  readonly mask: number;
}
function pass(from: Float64Array, to: Float64Array, { word, shift, mask }: Digit): void {
  const { length } = from;
  const words = new Uint32Array(from.buffer, from.byteOffset, 2 * length);
  const bits = word === high ? upperOf : lowerOf;
  const places = new Uint32Array(mask + 1);
  for (let row = 0; row < length; row += 1) {
    const at = (bits(words, row) >>> shift) & mask;
    places[at] = (places[at] as number) + 1;
  }
  let next = 0;
  for (let at = 0; at <= mask; at += 1) {
    const count = places[at] as number;
    places[at] = next;
    next += count;
  }
  for (let row = 0; row < length; row += 1) {
    const at = (bits(words, row) >>> shift) & mask;
    const place = places[at] as number;
    places[at] = place + 1;
    to[place] = from[row] as number;
  }
}

const signOf = (words: Uint32Array, row: number): number => (words[2 * row + high] as number) >> 31;
const upperOf = (words: Uint32Array, row: number): number =>
  (words[2 * row + high] as number) ^ (signOf(words, row) | 0x80000000);
const lowerOf = (words: Uint32Array, row: number): number => (words[2 * row + low] as number) ^ signOf(words, row);

/** Whether they are in order: it is given up where too much is not. */
function inserted(values: Float64Array): boolean {
  let left = mostSteps * values.length;
  for (let row = 1; row < values.length; row += 1) {
    const value = values[row] as number;
    let at = row;
    while (at > 0 && (values[at - 1] as number) > value && left > 0) {
      values[at] = values[at - 1] as number;
      at -= 1;
      left -= 1;
    }
    values[at] = value;
  }
  return left > 0;
}
