/** How far a delivery is, told a few times a second at most. */
export class Pace {
  readonly #of: {
    readonly total: number;
    readonly size: number;
    elapsed(): number;
    say(text: string): void;
  };
  readonly #started: number;
  #told = Number.NEGATIVE_INFINITY;
  #batches = 0;
  #rows = 0;
  #retries = 0;

  constructor(of: { total: number; size: number; elapsed(): number; say(text: string): void }) {
    this.#of = of;
    this.#started = of.elapsed();
  }

  over(rows: number): void {
    this.#batches += 1;
    this.#rows += rows;
    const now = this.#of.elapsed();
    if (now - this.#told < 250) return;
    this.#told = now;
    this.#of.say(this.#text(now));
  }
  retried(): void {
    this.#retries += 1;
  }
  end(): void {
    if (this.#batches > 0) this.#of.say(this.#text(this.#of.elapsed()));
  }

  #text(now: number): string {
    const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });
    const rate = this.#rows / Math.max((now - this.#started) / 1000, 0.001);
    const retries =
      this.#retries === 0 ? '' : `, ${number(this.#retries)} ${this.#retries === 1 ? 'retry' : 'retries'}`;
    const all = Math.ceil(this.#of.total / this.#of.size);
    return `batch ${number(this.#batches)}/${number(all)}, ${number(this.#rows)} rows, ${number(rate)} rows/s${retries}`;
  }
}
