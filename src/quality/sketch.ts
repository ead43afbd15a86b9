/** A sketch as it is kept: how many values there were, their sum, and how many fell into each class. */
export interface SketchText {
  readonly count: number;
  readonly sum: number;
  readonly most: number;
  /** Values that are as good as none. */
  readonly zeros: number;
  readonly classes: Readonly<Record<string, number>>;
}

/** One class is so much wider than the one before: what is said of a value is wrong by 1 % at most. */
const step = 1.01 / 0.99;
const least = 1e-9;
const width = Math.log(step);

/**
 * How values from 0 up are spread, in a few hundred numbers however many there are (DDSketch: Masson, Rim and Lee, 2019): quantiles are right to 1 %, and
 * those of several are put together without loss.
 */
export class Sketch {
  #count = 0;
  #sum = 0;
  #most = 0;
  #zeros = 0;
  readonly #classes = new Map<number, number>();

  static of(texts: readonly SketchText[]): Sketch {
    const all = new Sketch();
    for (const text of texts) all.#join(text);
    return all;
  }

  get count(): number {
    return this.#count;
  }

  /** NaN without values. */
  get mean(): number {
    return this.#sum / this.#count;
  }

  /** What is below 0, or no number, is not taken. */
  add(value: number): void {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) return;
    this.#count += 1;
    this.#sum += value;
    if (value > this.#most) this.#most = value;
    if (value <= least) this.#zeros += 1;
    else {
      const own = Math.ceil(Math.log(value) / width);
      this.#classes.set(own, (this.#classes.get(own) ?? 0) + 1);
    }
  }

  #join({ count, sum, most, zeros, classes }: SketchText): void {
    this.#count += count;
    this.#sum += sum;
    this.#most = Math.max(this.#most, most);
    this.#zeros += zeros;
    for (const [own, many] of Object.entries(classes))
      this.#classes.set(Number(own), (this.#classes.get(Number(own)) ?? 0) + many);
  }

  /** The least value that at least so great a share did not exceed; NaN without values. */
  quantile(share: number): number {
    if (this.#count === 0) return Number.NaN;
    const wanted = Math.max(1, Math.ceil(share * this.#count));
    let seen = this.#zeros;
    if (seen >= wanted) return 0;
    for (const [own, many] of [...this.#classes].sort(([one], [other]) => one - other)) {
      seen += many;
      if (seen >= wanted) return Math.min((2 * step ** own) / (step + 1), this.#most);
    }
    return this.#most;
  }

  toJSON(): SketchText {
    const classes = [...this.#classes].sort(([one], [other]) => one - other);
    return {
      ...{ count: this.#count, sum: this.#sum, most: this.#most, zeros: this.#zeros },
      classes: Object.fromEntries(classes),
    };
  }
}
