import { quantileOf } from './timing.ts';

const most = 1000;

/** How long the last answers took, in milliseconds; what was refused is none. */
export class Durations {
  readonly #ring = new Float64Array(most);
  #count = 0;
  #wanted = Number.POSITIVE_INFINITY;
  #reached: (() => void) | undefined;

  add(milliseconds: number): void {
    this.#ring[this.#count % most] = milliseconds;
    this.#count += 1;
    if (this.#count === this.#wanted) this.#reached?.();
  }

  /** Called once there are so many. */
  when(count: number, reached: () => void): void {
    if (this.#count >= count) reached();
    this.#wanted = count;
    this.#reached = reached;
  }

  /** Nobody is called any more. */
  forget(): void {
    this.#reached = undefined;
  }

  get count(): number {
    return this.#count;
  }

  /** Nothing where there is none. */
  get p95(): number | undefined {
    const own = this.#ring.slice(0, Math.min(this.#count, most)).sort();
    return own.length === 0 ? undefined : rounded(quantileOf(own, 0.95));
  }
}
/** To microseconds. */
export const rounded = (milliseconds: number): number => Math.round(milliseconds * 1000) / 1000;
