import type { Clock } from '../../ports/index.ts';
import type { Say } from '../parts.ts';

/** Milliseconds between two lines of one thing, while it lasts. */
const between = 60_000;

/** What was lost: counted, and said when it begins, each minute that it lasts, and when it is over; not for each. */
export class Losses {
  readonly #words: { readonly begins: string; readonly ends: string };
  readonly #say: Say;
  readonly #clock: Clock;
  #saidAt = Number.NEGATIVE_INFINITY;
  #isLosing = false;
  count = 0;

  constructor(words: { readonly begins: string; readonly ends: string }, { say, clock }: { say: Say; clock: Clock }) {
    this.#words = words;
    this.#say = say;
    this.#clock = clock;
  }

  add(count: number, why: unknown): void {
    this.count += count;
    this.#isLosing = true;
    if (this.#isTime()) this.#told(why);
  }

  /** What is lost with the process; said whenever the last line was. */
  end(count: number, why: string): void {
    if (count === 0) return;
    this.count += count;
    this.#told(why);
  }

  #told(why: unknown): void {
    const { message: text = String(why), code } = why as { readonly message?: string; readonly code?: string };
    this.#say({ level: 'error', event: this.#words.begins, count: this.count, text, ...(code && { code }) });
  }

  /** Something was not lost. */
  over(): void {
    if (!this.#isLosing || !this.#isTime()) return;
    this.#isLosing = false;
    this.#say({ level: 'info', event: this.#words.ends, count: this.count });
  }

  #isTime(): boolean {
    const now = this.#clock.elapsed?.() ?? performance.now();
    if (now - this.#saidAt < between) return false;
    this.#saidAt = now;
    return true;
  }
}
