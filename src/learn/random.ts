/** Numbers that are the same for the same seed, on every machine: xoshiro128** (Blackman and Vigna, 2018), seeded by splitmix32. */
export class Random {
  readonly #state: Uint32Array;

  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a whole number, not ${seed}`);
    let mixed = (seed ^ Math.floor(seed / 2 ** 32)) >>> 0;
    this.#state = Uint32Array.from({ length: 4 }, () => {
      mixed = (mixed + 0x9e3779b9) >>> 0;
      let word = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
      return word ^ (word >>> 15);
    });
  }

  #word(): number {
    const state = this.#state as unknown as [number, number, number, number];
    const [first, second, third, fourth] = state;
    const scrambled = Math.imul(second, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    state[2] = third ^ first;
    state[3] = fourth ^ second;
    state[1] = second ^ state[2];
    state[0] = first ^ state[3];
    state[2] ^= second << 9;
    state[3] = (state[3] << 11) | (state[3] >>> 21);
    return result;
  }

  /** From 0 to below 1, one of 2^53 equally likely values. */
  next(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  /** So many different whole numbers from 0 to below `end`, in rising order (Vitter's selection: each set is equally likely). */
  sample(count: number, end: number): Int32Array {
    const wanted = Math.min(count, end);
    const chosen = new Int32Array(wanted);
    let found = 0;
    for (let index = 0; found < wanted; index += 1) {
      if (this.next() * (end - index) < wanted - found) {
        chosen[found] = index;
        found += 1;
      }
    }
    return chosen;
  }
}
