import { logFolder } from '../../define/index.ts';
import type { Figure, Logged, LogPart } from '../parts.ts';
import { Chunk, type Readers, readersOf } from './chunk.ts';
import { dayOf } from './days.ts';
import { Disk } from './disk.ts';
import { type Layout, layoutOf } from './layout.ts';
import { Losses } from './losses.ts';
import { Bytes } from './parquet/bytes.ts';
import { Part } from './part.ts';
import { isLogged } from './sample.ts';
import { Turns } from './turns.ts';
import type { Writing } from './writing.ts';

/** Rows are put together in memory until they are so many bytes, or so old, in milliseconds: what a process that is killed loses. */
const held = Object.freeze({ bytes: 1 << 20, milliseconds: 2000, most: 64 << 20 });

interface Options extends Writing {
  /** The share of requests that is logged, as it is now. */
  readonly sample: () => number;
}

interface Waiting {
  readonly day: string;
  readonly chunk: Chunk;
}

/** Writes what was predicted to files, beside the answers: nothing that it meets is thrown to whoever answers, and nobody waits for it. */
export class PredictionLog implements LogPart {
  readonly #options: Options;
  readonly #layout: Layout;
  readonly #readers: Readers;
  readonly #turns: Turns;
  readonly #losses: Losses;
  readonly #disk: Disk<Part>;
  /** Rows that come in, and those that are about to be written. */
  #current: Waiting | undefined;
  readonly #waiting: Waiting[] = [];
  #spare: Chunk | undefined;
  readonly #to = new Bytes(1 << 20);
  #held = 0;
  #written = 0;
  #unsampled = 0;

  constructor(options: Options) {
    const { endpoint, process, store, clock, say } = options;
    this.#options = options;
    this.#layout = layoutOf(endpoint);
    this.#readers = readersOf(this.#layout);
    this.#disk = new Disk(options, {
      ...{ folder: 'log', store, mend: Part.mend },
      begin: (location) => Part.begin(location, this.#layout.stored),
      target: (day, number) =>
        `${logFolder(endpoint.name)}/${day}/${process}-${String(number).padStart(6, '0')}.parquet`,
    });
    this.#losses = new Losses({ begins: 'log dropped', ends: 'log written again' }, options);
    this.#turns = new Turns({
      ...{ every: held.milliseconds, clock, say, what: 'log' },
      write: () => this.#write(),
      send: () => this.#disk.send(),
    });
    this.#turns.start();
  }

  /** Copies what it needs; does not throw. */
  add(entry: Logged): void {
    try {
      this.#add(entry);
    } catch (error) {
      this.#losses.add(entry.rows.length, error);
    }
  }

  #add(entry: Logged): void {
    const share = this.#options.sample();
    if (!isLogged(entry.id, share)) {
      this.#unsampled += entry.rows.length;
      return;
    }
    if (this.#held >= (this.#options.bounds?.memory ?? held.most))
      throw new Error('more waits in memory than is allowed');
    const day = dayOf(entry.at);
    if (this.#current && this.#current.day !== day) this.#seal();
    this.#current ??= { day, chunk: this.#spare ?? new Chunk(this.#layout, this.#readers) };
    if (this.#current.chunk === this.#spare) this.#spare = undefined;
    const { chunk } = this.#current;
    const before = chunk.bytes;
    // The two are chosen without regard to each other.
    chunk.add(entry, share * (entry.share ?? 1));
    this.#held += chunk.bytes - before;
    if (chunk.bytes < held.bytes) return;
    this.#seal();
    this.#turns.now();
  }

  #seal(): void {
    if (this.#current) this.#waiting.push(this.#current);
    this.#current = undefined;
  }

  /** Everything that waits in memory goes to the disk. */
  async #write(): Promise<void> {
    const files = await this.#disk.files();
    this.#seal();
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const { day, chunk } = next;
      const { rows, bytes } = chunk;
      try {
        if (files.isFull) throw new Error('more waits on the disk for the store than is allowed');
        await files.append(day, (part) => part.append(this.#to, rows, (to, from) => chunk.write(to, from)));
        this.#written += rows;
        this.#losses.over();
      } catch (error) {
        this.#losses.add(rows, error);
      }
      this.#held -= bytes;
      chunk.clear();
      this.#spare = chunk;
      await this.#options.trace?.('rows-written');
    }
    await files.endWhatIsDue();
  }

  /** In rows. */
  state() {
    return {
      written: this.#written,
      dropped: this.#losses.count,
      unsampled: this.#unsampled,
      spooledBytes: this.#disk.bytes,
    };
  }

  figures(): readonly Figure[] {
    const { written, dropped, spooledBytes } = this.state();
    return [
      { name: 'log_rows_total', help: 'Rows written to the log.', type: 'counter', values: [{ value: written }] },
      {
        name: 'log_dropped_total',
        help: 'Rows that the log has lost, because of its bounds or the disk.',
        type: 'counter',
        values: [{ value: dropped }],
      },
      {
        name: 'log_spooled_bytes',
        help: 'Bytes of the log that wait on this machine for the store.',
        type: 'gauge',
        values: [{ value: spooledBytes }],
      },
    ];
  }

  /** Brings all that was added into the store; false where the store did not take it: it waits on the disk. */
  async flush(): Promise<boolean> {
    return await this.#turns.all(() => this.#disk.end());
  }

  /** Waits a few seconds for the store; what it does not take is sent by the next process. */
  async close(): Promise<void> {
    await this.#turns.close(() => this.#disk.end());
    this.#seal();
    const left = this.#waiting.splice(0).reduce((sum, { chunk }) => sum + chunk.rows, 0);
    this.#losses.end(left, 'it could not be written to this machine before the end');
    await this.#disk.close();
  }
}
