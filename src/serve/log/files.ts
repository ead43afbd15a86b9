import { rm } from 'node:fs/promises';
import type { Clock, KeptFiles } from '../../ports/index.ts';
import type { Spool } from './spool.ts';

/** A file that grows in a spool. */
export interface Growing {
  readonly size: number;
  /** Gives it the end that it needs, and closes it; where that cannot be written it goes on as it was. */
  finish(): Promise<void>;
}

/** After so long a file is ended, or when it is so large, in bytes; more than that is not kept for a store that does not answer. */
export const usual = Object.freeze({ minutes: 5, bytes: 32 << 20, spooled: 1 << 30 });

interface Options<G extends Growing> {
  readonly spool: Spool;
  readonly store: Pick<KeptFiles, 'keep'>;
  readonly clock: Clock;
  readonly begin: (location: string) => Promise<G>;
  /** Where the file of a day goes in the store. */
  readonly target: (day: string, number: number) => string;
  /** Of all that waits on this machine, in bytes. */
  readonly most?: number;
}
interface Opened<G> {
  readonly day: string;
  readonly target: string;
  readonly file: G;
  readonly since: Temporal.Instant;
}

/** The files of one process, one after the other, each of one day; whoever calls waits for each call before the next. */
export class SpooledFiles<G extends Growing> {
  readonly #of: Options<G>;
  #opened: Opened<G> | undefined;
  #number = 0;

  constructor(of: Options<G>) {
    this.#of = of;
  }

  /** Nothing more is kept here until the store has taken some. */
  get isFull(): boolean {
    return this.#of.spool.waiting >= (this.#of.most ?? usual.spooled);
  }

  /** Adds to the file of that day; what throws has added nothing. */
  async append(day: string, write: (file: G) => Promise<void>): Promise<void> {
    if (this.#opened && this.#opened.day !== day) await this.end();
    this.#opened ??= await this.#begin(day);
    const { file } = this.#opened;
    const before = file.size;
    try {
      await write(file);
    } finally {
      this.#of.spool.bytes += file.size - before;
    }
  }

  async #begin(day: string): Promise<Opened<G>> {
    const { spool, clock, target: called, begin } = this.#of;
    this.#number += 1;
    const target = called(day, this.#number);
    const location = spool.growing(target);
    try {
      const file = await begin(location);
      spool.bytes += file.size;
      return { day, target, file, since: clock.now() };
    } catch (error) {
      await rm(location, { force: true });
      throw error;
    }
  }

  /** Ends the file that is old or large enough. */
  async endWhatIsDue(): Promise<void> {
    if (!this.#opened) return;
    const { file, since } = this.#opened;
    const isOld = Temporal.Instant.compare(since.add({ minutes: usual.minutes }), this.#of.clock.now()) <= 0;
    if (isOld || file.size >= usual.bytes) await this.end();
  }

  async end(): Promise<void> {
    const opened = this.#opened;
    if (!opened) return;
    const { file, target } = opened;
    const before = file.size;
    await file.finish();
    this.#opened = undefined;
    this.#of.spool.bytes += file.size - before;
    await this.#of.spool.ended(target);
  }

  async send(): Promise<void> {
    await this.#of.spool.send(this.#of.store);
  }
}
