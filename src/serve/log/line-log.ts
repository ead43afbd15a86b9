import type { Clock, LogFile } from '../../ports/index.ts';
import type { Say } from '../parts.ts';

/** Lines that wait for a file that does not take them, at most. */
const most = 10_000;
/** The end waits so long for the file, in milliseconds. */
const lastMoment = 3000;

interface Options {
  readonly file: LogFile;
  readonly clock: Clock;
  /** What each line says of itself. */
  readonly about: Readonly<Record<string, unknown>>;
  redact(text: string): string;
  /** Hears each line too, and what becomes of the file. */
  readonly also: Say;
}

/** What happens in a process that serves, one line of JSON for each thing, in a file that others may write to and move away. Nobody waits for it. */
export class LineLog {
  readonly #options: Options;
  #waiting: string[] = [];
  #going: Promise<void> | undefined;
  #lost = 0;
  #isFailing = false;

  constructor(options: Options) {
    this.#options = options;
  }

  readonly say: Say = (line) => {
    this.#options.also(line);
    this.#add(line);
  };

  #add(line: Parameters<Say>[0]): void {
    if (this.#waiting.length >= most) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(this.#text(line));
    this.#going ??= this.#write().finally(() => {
      this.#going = undefined;
    });
  }

  #text({ level, event, ...others }: Parameters<Say>[0]): string {
    const { clock, about, redact } = this.#options;
    const at = clock.now().toString({ fractionalSecondDigits: 3 });
    const clean = (_: string, value: unknown): unknown => (typeof value === 'string' ? redact(value) : value);
    return JSON.stringify({ at, level, event, ...about, ...others }, clean);
  }

  async #write(): Promise<void> {
    // What happens at once is written at once.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      const count = this.#lost;
      const lost = count > 0 ? [this.#text({ level: 'warn', event: 'lines lost', count })] : [];
      try {
        await this.#options.file.append([...lost, ...lines]);
        this.#lost -= count;
        this.#isFailing = false;
      } catch (error) {
        this.#lost += lines.length;
        this.#tell(error);
      }
    }
  }

  #tell(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    const { file, also } = this.#options;
    also({ level: 'warn', event: 'log file not written', file: file.describe, error: (error as Error).message });
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, lastMoment);
    await Promise.race([this.#going, promise]);
    clearTimeout(timer);
  }
}
