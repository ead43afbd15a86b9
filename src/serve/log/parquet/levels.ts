import type { Bytes } from './bytes.ts';

/** How many bits the numbers below a count have, one at least. */
export const bitsFor = (count: number): number => (count <= 2 ? 1 : 32 - Math.clz32(count - 1));

/** So many times the same number. */
export function putRun(to: Bytes, count: number, value: number, bits: number): void {
  to.varint(count * 2);
  for (let from = 0; from < bits; from += 8) to.byte((value >>> from) & 0xff);
}

/** Which rows have a value, the length of that before it. */
export function putPresence(to: Bytes, rows: number, isThere: ((row: number) => boolean) | undefined): void {
  const start = to.length;
  to.uint32(0);
  if (!isThere) putRun(to, rows, 1, 1);
  else {
    const groups = Math.ceil(rows / 8);
    to.varint(groups * 2 + 1);
    putBits(to, rows, isThere);
  }
  to.view().writeUInt32LE(to.length - start - 4, start);
}

/** Eight to a byte, the first in the lowest bit. */
export function putBits(to: Bytes, count: number, isSet: (index: number) => boolean): void {
  for (let from = 0; from < count; from += 8) {
    let byte = 0;
    for (let bit = 0; bit < 8 && from + bit < count; bit += 1) if (isSet(from + bit)) byte |= 1 << bit;
    to.byte(byte);
  }
}
