import type { Say } from '../parts.ts';

/** What was dropped: counted, and said when it begins and when it is over, not for each. */
export class Losses {
  readonly #of: string;
  readonly #say: Say;
  #isLosing = false;
  count = 0;

  constructor(of: string, say: Say) {
    this.#of = of;
    this.#say = say;
  }

  add(count: number, why: unknown): void {
    this.count += count;
    if (this.#isLosing) return;
    this.#isLosing = true;
    const { message: text, code } = why as { readonly message?: string; readonly code?: string };
    this.#say({ level: 'error', event: `${this.#of} dropped`, text: text ?? String(why), ...(code && { code }) });
  }

  /** Something was written again. */
  over(): void {
    if (!this.#isLosing) return;
    this.#isLosing = false;
    this.#say({ level: 'info', event: `${this.#of} written again`, dropped: this.count });
  }
}
