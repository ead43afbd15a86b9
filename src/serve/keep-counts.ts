import { hostname } from 'node:os';
import type { Clock, KeptFiles } from '../ports/index.ts';
import { type Counts, countsEvery, countsPath, durationBounds } from './counts.ts';
import type { Say } from './parts.ts';
import { dateOf, type Sums, type Tally } from './tally.ts';

interface Keeping {
  readonly endpoint: string;
  readonly process: string;
  readonly files: KeptFiles;
  readonly clock: Clock;
  readonly tally: Tally;
  /** The version that answers now. */
  readonly served: () => string | undefined;
  /** What is published and not served. */
  readonly unserved?: () => Counts['unserved'] | undefined;
  readonly say: Say;
}

/** Writes what a process has counted to the store: each minute, and at its end. What the store does not take is written the next time. */
export class CountsKeeper {
  readonly #of: Keeping;
  readonly #timers: readonly NodeJS.Timeout[];
  #writing: Promise<void> = Promise.resolve();
  #isAway = false;
  /** Where it listens. */
  address: string | undefined;
  #isEnding = false;

  constructor(of: Keeping) {
    this.#of = of;
    const turn = setInterval(() => of.tally.turn(), 1000);
    const write = setInterval(() => void this.write(), countsEvery);
    this.#timers = [turn.unref(), write.unref()];
  }

  /** Days that are over, and the one that goes on. */
  write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const { tally, say } = this.#of;
    tally.turn();
    try {
      for (const sums of [...tally.over]) {
        await this.#put(sums);
        tally.over.splice(tally.over.indexOf(sums), 1);
      }
      await this.#put(tally.day);
      this.#isAway = false;
    } catch (error) {
      if (!this.#isAway) say({ level: 'warn', event: 'counts not written', error: (error as Error).message });
      this.#isAway = true;
    }
  }

  async #put(sums: Sums): Promise<void> {
    const { files } = this.#of;
    const counts = this.#counts(sums);
    const path = countsPath(counts);
    const bytes = Buffer.from(`${JSON.stringify(counts)}\n`);
    // Nobody else writes files of this process.
    const there = await files.look(path);
    if (there) await files.replace(path, { bytes, mark: there.mark }, { isAlone: true });
    else await files.keep(path, { bytes });
  }

  #counts(sums: Sums): Counts {
    const { endpoint, process, clock, tally, served, unserved } = this.#of;
    const version = served();
    const { is, why, next } = unserved?.() ?? {};
    const { requests, predictions, fallbacks, failed, refused, durations, sum } = sums;
    return {
      ...{ format: 1, endpoint, process, date: dateOf(sums.from) },
      ...{ from: sums.from.toString(), to: clock.now().toString() },
      ...{ requests, predictions, fallbacks: { ...fallbacks }, failed, refused },
      durations: { bounds: durationBounds, counts: durations, sum },
      versions: Object.fromEntries(sums.versions),
      reloads: sums === tally.day ? tally.reloads : sums.reloads,
      ...(this.address !== undefined && { host: hostname(), address: this.address }),
      ...(version !== undefined && { serving: version }),
      ...(is && why && next && { unserved: { is, why, next } }),
      ...(this.#isEnding && { ended: true }),
    };
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#isEnding = true;
    await this.write();
  }
}
