/**
 * LightGBM's own generator and its ways to draw, so that the same seed draws the same rows and features. For all else there is `Random` of
 * `learn/`, which is the better generator.
 */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  #next(): number {
    this.#state = (Math.imul(214013, this.#state) + 2531011) >>> 0;
    return this.#state;
  }

  /** From 0 to below 1, in steps of 1/32768. */
  share(): number {
    return ((this.#next() >>> 16) & 0x7fff) / 32768;
  }

  /** From 0 to below `end`, of 15 bits. */
  short(end: number): number {
    return ((this.#next() >>> 16) & 0x7fff) % end;
  }

  /** So many different numbers from 0 to below `end`, rising. */
  sample(count: number, end: number): Int32Array {
    if (count >= end) return Int32Array.from({ length: end }, (_, index) => index);
    if (count > 1 && count > end / Math.log2(count)) {
      const drawn = new Int32Array(count);
      let found = 0;
      for (let index = 0; index < end; index += 1) {
        if (this.share() < (count - found) / (end - index)) {
          drawn[found] = index;
          found += 1;
        }
      }
      return drawn.subarray(0, found);
    }
    const drawn = new Set<number>();
    for (let last = end - count; last < end; last += 1) {
      const one = (this.#next() & 0x7fffffff) % (last + 1);
      drawn.add(drawn.has(one) ? last : one);
    }
    return Int32Array.from(drawn).sort();
  }
}

/** The seeds of the parts, as LightGBM makes them of one. */
export function seedsOf(seed: number): { readonly data: number; readonly bagging: number; readonly features: number } {
  const chance = new Chance(seed);
  const [data = 0, bagging = 0, , features = 0] = Array.from({ length: 4 }, () => chance.short(32767));
  return { data, bagging, features };
}
