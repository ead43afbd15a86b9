import type { Clock } from '../../ports/index.ts';
import type { Say } from '../parts.ts';
import { NoDisk } from './no-disk.ts';

/** Milliseconds: before a store is asked again that did not answer, doubling; and what the end waits for it. */
const pause = { first: 1000, most: 60_000 };
const lastMoment = 5000;

interface Options {
  /** Milliseconds between two turns. */
  readonly every: number;
  /** From memory to the disk. */
  readonly write: () => Promise<void>;
  /** From the disk to where it goes. */
  readonly send: () => Promise<void>;
  readonly say: Say;
  /** What is written: `log`, `events`. */
  readonly what: string;
  readonly clock: Clock;
}

/** Writes and sends by turns, one at a time, and tries again what was not sent: later each time. */
export class Turns {
  readonly #options: Options;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #sending: Promise<void> | undefined;
  #pause = 0;
  /** As it was said. */
  #waits: string | undefined;
  #nextAt = Number.NEGATIVE_INFINITY;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#turn(), this.#options.every);
    this.#timer.unref();
    void this.#turn();
  }

  async #turn(): Promise<void> {
    await this.write();
    this.#send();
  }

  /** Soon; nobody waits for it. */
  now(): void {
    void this.write();
  }

  /** After what is being written. */
  async write(andThen: () => Promise<void> = async () => {}): Promise<void> {
    this.#writing = this.#writing
      .then(() => this.#options.write())
      .then(andThen)
      .catch((error: unknown) => this.#told(error));
    await this.#writing;
  }

  #send(): void {
    if (this.#sending || this.#elapsed() < this.#nextAt) return;
    this.#sending = this.#options
      .send()
      .then(
        () => this.#sent(),
        (error: unknown) => this.#told(error),
      )
      .finally(() => {
        this.#sending = undefined;
      });
  }

  #elapsed(): number {
    return this.#options.clock.elapsed?.() ?? performance.now();
  }

  #sent(): void {
    if (this.#pause > 0) this.#options.say({ level: 'info', event: `${this.#options.what} sent again` });
    this.#pause = 0;
  }

  /** Once until it goes well again, or it is something else that does not. */
  #told(error: unknown): void {
    const { message: text = String(error), code } = error as { readonly message?: string; readonly code?: string };
    const event = `${this.#options.what} waiting ${error instanceof NoDisk ? 'in memory' : 'on this machine'}`;
    if (this.#pause === 0 || event !== this.#waits)
      this.#options.say({ level: 'warn', event, text, ...(code && { code }) });
    this.#waits = event;
    this.#pause = Math.min(Math.max(this.#pause * 2, pause.first), pause.most);
    this.#nextAt = this.#elapsed() + this.#pause;
  }

  /** Everything, now; false where something was not sent. */
  async all(end: () => Promise<void>): Promise<boolean> {
    await this.write(end);
    await this.#sending;
    try {
      await this.#options.send();
      this.#sent();
      return true;
    } catch (error) {
      this.#told(error);
      return false;
    }
  }

  async close(end: () => Promise<void>): Promise<void> {
    clearInterval(this.#timer);
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, lastMoment);
    await Promise.race([this.all(end), promise]);
    clearTimeout(timer);
  }
}
