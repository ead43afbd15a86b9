/** Milliseconds of work that may be done: a share of the time that passes, and no more than that is saved up. */
export class Budget {
  readonly #share: number;
  readonly #most: number;
  readonly #elapsed: () => number;
  #credit: number;
  #at: number;

  constructor(of: { readonly share: number; readonly most: number; readonly elapsed: () => number }) {
    this.#share = of.share;
    this.#most = of.most;
    this.#elapsed = of.elapsed;
    this.#credit = of.most;
    this.#at = of.elapsed();
  }

  get isLeft(): boolean {
    const now = this.#elapsed();
    this.#credit = Math.min(this.#most, this.#credit + (now - this.#at) * this.#share);
    this.#at = now;
    return this.#credit > 0;
  }

  spend(milliseconds: number): void {
    this.#credit -= milliseconds;
  }
}
