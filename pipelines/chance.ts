/** Numbers that are drawn by a name: of the same name and seed they are the same, whatever else is drawn. */
export class Chance {
  #state: number;

  constructor(seed: number, name: string) {
    let hash = 0x811c9dc5;
    for (const char of `${seed} ${name}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
    this.#state = hash >>> 0;
  }

  /** From 0 to below 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  between(least: number, most: number): number {
    return least + (most - least) * this.next();
  }
  below(count: number): number {
    return Math.floor(this.next() * count);
  }
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
  /** Of what is added to a utility, so that the greatest sum is chosen as by a logit. */
  gumbel(): number {
    return -Math.log(-Math.log(this.next() || Number.MIN_VALUE));
  }
  /** So many of them, in the order drawn, none twice. */
  some<One>(of: readonly One[], count: number): readonly One[] {
    const left = [...of];
    return Array.from({ length: Math.min(count, of.length) }, () => left.splice(this.below(left.length), 1)[0] as One);
  }
  /** How often something happens that happens so often on average (by products of uniform numbers: Knuth). */
  poisson(mean: number): number {
    const floor = Math.exp(-mean);
    let count = 0;
    for (let product = this.next(); product > floor; product *= this.next()) count += 1;
    return count;
  }
  uuid(): string {
    const digits = Array.from({ length: 32 }, () => this.below(16).toString(16)).join('');
    return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5');
  }
}
