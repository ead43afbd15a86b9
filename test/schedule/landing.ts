import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Random } from '../run/support/random.ts';

export const delivered = ['orders', 'visits', 'payments'] as const;
export type Delivered = (typeof delivered)[number];

/** What a producer has written: rows of each date, and versions of people. */
export class Landing {
  readonly #folder: string;
  readonly #random: Random;
  /** As `id day`. */
  readonly rows: Record<Delivered, string[]> = { orders: [], visits: [], payments: [] };
  readonly people = new Map<number, number>();
  /** Dates without a file. */
  empty = 0;
  #last = 0;

  constructor(folder: string, random: Random) {
    this.#folder = folder;
    this.#random = random;
  }

  /** The files of a date; now and then there is none. */
  deliver(day: Temporal.PlainDate): void {
    for (const name of delivered) {
      if (this.#random.chance(0.08)) {
        this.empty += 1;
        continue;
      }
      const rows = Array.from({ length: this.#random.below(5) }, () => {
        this.#last += 1;
        return { id: this.#last, day: day.toString() };
      });
      this.rows[name].push(...rows.map(({ id }) => `${id} ${day}`));
      this.#write(`${name}/${day}.jsonl`, rows);
    }
  }

  /** Changes of some people at that time. */
  change(now: Temporal.Instant): void {
    const rows = [1, 2, 3].map(() => {
      this.#last += 1;
      const id = this.#random.below(20);
      this.people.set(id, this.#last);
      return { id, version: this.#last, _deleted: false, _synced_at: now.toString() };
    });
    this.#write(`postgres_public/people/${now.epochMilliseconds}.jsonl`, rows);
  }

  #write(file: string, rows: readonly object[]): void {
    const place = path.join(this.#folder, 'files', file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(`${place}.part`, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    renameSync(`${place}.part`, place);
  }
}
