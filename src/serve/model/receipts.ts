import type { KeptFiles } from '../../ports/index.ts';
import type { Say } from '../parts.ts';
import { rounded } from './durations.ts';
import { keepReceipt, type Receipt, type Result } from './receipt.ts';
import type { InService } from './serving.ts';

/** Of swaps and refusals, in memory. */
const kept = 50;
/** What comes after a swap is counted for so many answers, or so many milliseconds. */
const counted = 500;
const longest = 30_000;

interface Swap {
  readonly before: InService | undefined;
  readonly fresh: InService;
  /** With the version before, at the swap. */
  readonly inFlight: number;
}

/** What came of each look, counted; of swaps and refusals a receipt, which goes to the store when it is complete. */
export class Receipts {
  readonly #files: KeptFiles;
  readonly #say: Say;
  readonly #counts = new Map<Result, number>();
  readonly #completing = new Set<() => void>();
  #flushing: Promise<void> | undefined;
  #isAway = false;
  /** Whole, and not in the store yet. */
  #owed: { readonly receipt: Receipt; readonly number: number }[] = [];
  #all: readonly Receipt[] = [];
  #number = 0;

  constructor({ files, say }: { readonly files: KeptFiles; readonly say: Say }) {
    this.#files = files;
    this.#say = say;
  }

  get all(): readonly Receipt[] {
    return this.#all;
  }
  get results(): Readonly<Partial<Record<Result, number>>> {
    return Object.fromEntries(this.#counts);
  }

  /** One that was no swap. */
  ended(receipt: Receipt): void {
    const { result, by, why, next, to, from } = receipt;
    this.#counts.set(result, (this.#counts.get(result) ?? 0) + 1);
    const isQuiet = result === 'away' || (['unchanged', 'none'].includes(result) && by === 'poll');
    const isRefusal = !['unchanged', 'none', 'away'].includes(result);
    const level = isRefusal ? 'warn' : 'info';
    if (!isQuiet)
      this.#say({ level, event: 'reload', result, by, why, next, version: to?.version, served: from?.version });
    if (isRefusal) this.#add(receipt, true);
  }

  /** Completes it when the version before is drained and the new one has answered for a while, or is followed by another. */
  swapped(receipt: Receipt, { before, fresh, inFlight }: Swap): Receipt {
    for (const complete of this.#completing) complete();
    this.#counts.set('swapped', (this.#counts.get('swapped') ?? 0) + 1);
    // Until it is drained; then nothing holds it any more.
    let old = before;
    const failedBefore = before?.failed ?? 0;
    let failedSince = 0;
    const p95Before = before?.durations.p95;
    const swappedAt = performance.now();
    let drain: number | undefined;
    const now = (complete: boolean): Receipt => {
      const { count, p95 } = fresh.durations;
      return {
        ...receipt,
        stages: { ...receipt.stages, ...(drain === undefined ? {} : { drain }) },
        requests: { inFlight, failed: (old ? old.failed - failedBefore : failedSince) + fresh.failed, after: count },
        p95: {
          ...(p95Before === undefined ? {} : { before: p95Before }),
          ...(complete && p95 !== undefined ? { after: p95 } : {}),
        },
        complete,
      };
    };
    const first = now(false);
    const { by, to, from, stages } = first;
    this.#say({
      ...{
        level: 'info',
        event: 'reload',
        result: 'swapped',
        by,
        version: to?.version,
        move: to?.move,
        from: from?.version,
      },
      ...{ inFlight, milliseconds: rounded(Object.values(stages).reduce((sum, one) => sum + one, 0)) },
    });
    const number = this.#add(first, false);
    const complete = (): void => {
      if (!this.#completing.delete(complete)) return;
      clearTimeout(timer);
      // Else each version would hold the one before it.
      fresh.durations.forget();
      const whole = now(true);
      this.#all = this.#all.map((one) => (one === first ? whole : one));
      this.#keep(whole, number);
    };
    const timer = setTimeout(complete, longest);
    timer.unref();
    this.#completing.add(complete);
    void (before?.drained() ?? Promise.resolve()).then(() => {
      drain = rounded(performance.now() - swappedAt);
      failedSince = (old?.failed ?? 0) - failedBefore;
      old = undefined;
      if (this.#completing.has(complete)) fresh.durations.when(counted, complete);
    });
    return first;
  }

  #add(receipt: Receipt, isWhole: boolean): number {
    this.#number += 1;
    this.#all = [receipt, ...this.#all].slice(0, kept);
    if (isWhole) this.#keep(receipt, this.#number);
    return this.#number;
  }

  /** One that the store does not take waits for the next, for the next look that is answered, or the end. */
  #keep(receipt: Receipt, number: number): void {
    this.#owed = [...this.#owed, { receipt, number }].slice(-kept);
    void this.flush();
  }

  /** Never throws; that the store takes nothing is said once. */
  flush(): Promise<void> {
    this.#flushing ??= this.#flush()
      .then(() => {
        this.#isAway = false;
      })
      .catch((error: Error) => {
        const receipts = this.#owed.length;
        if (!this.#isAway) this.#say({ level: 'warn', event: 'receipt owed', receipts, error: error.message });
        this.#isAway = true;
      })
      .finally(() => {
        this.#flushing = undefined;
      });
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    for (let one = this.#owed[0]; one; one = this.#owed[0]) {
      const { receipt, number } = one;
      await keepReceipt(this.#files, receipt, number);
      this.#owed = this.#owed.filter((other) => other !== one);
    }
  }

  async close(): Promise<void> {
    for (const complete of this.#completing) complete();
    await this.#flushing;
    await this.flush();
  }
}
