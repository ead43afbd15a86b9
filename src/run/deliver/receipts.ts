import { once } from 'node:events';
import { createWriteStream, rmSync, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { keyOf } from '../../columns/index.ts';
import type { Node } from '../../graph/index.ts';
import type { StepModel } from '../../plan/index.ts';
import type { Bound, Delivered, StepWrite } from '../../ports/index.ts';
import { fileRows } from '../write/file-rows.ts';
import type { Options } from '../write/options.ts';
import type { Batch } from './rows.ts';
import type { Sent } from './send.ts';

/** Receipts wait in a file until all are there: a line of JSON for each row. */
export class Receipts {
  readonly #file: string;
  readonly #stream: WriteStream;
  readonly #key: readonly string[];
  readonly #runId: string;
  readonly counts = { rows: 0, sent: 0, unchanged: 0, failed: 0, batches: 0, last: 0, retries: 0 };
  /** The first that failed, for people. */
  readonly failures: string[] = [];

  constructor(of: { readonly file: string; readonly key: readonly string[]; readonly runId: string }) {
    this.#file = of.file;
    this.#key = of.key;
    this.#runId = of.runId;
    this.#stream = createWriteStream(of.file);
    this.#stream.on('error', () => {});
  }

  async add({ columns, rows }: Batch, sent: Sent): Promise<void> {
    const { counts } = this;
    const lines: string[] = [];
    const { number, tries, seconds, at } = sent;
    for (let row = 0; row < rows; row += 1) {
      const status = sent.status[row] as Sent['status'][number];
      const reason = sent.reasons[row] ?? null;
      const key = this.#key.map((name) => [name, columns[name]?.[row] ?? null] as const);
      counts[status] += 1;
      if (status === 'failed' && this.failures.length < 5)
        this.failures.push(`${key.map(([name, value]) => `${name} ${value}`).join(', ')}: ${reason}`);
      lines.push(
        JSON.stringify({
          ...Object.fromEntries(key),
          ...{ status, reason, batch: number, tries, seconds, run_id: this.#runId, delivered_at: at },
        }),
      );
    }
    counts.rows += rows;
    counts.batches += 1;
    counts.last = Math.max(counts.last, number);
    counts.retries += tries - 1;
    await this.#write(`${lines.join('\n')}\n`);
  }

  /** Whoever waits for a disk that is full is told, and whoever comes after. */
  #write(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#stream.errored) reject(this.#stream.errored);
      else this.#stream.write(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Waits for the last of them. */
  async end(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream);
  }
  async drop(): Promise<void> {
    this.#stream.destroy();
    if (!this.#stream.closed) await once(this.#stream, 'close');
    rmSync(this.#file, { force: true });
  }
}

/** The receipts as the step publishes them. */
export function receiptsWrite(
  model: StepModel,
  options: Options,
  {
    file,
    delivered,
    copy,
    bounds,
    part,
  }: {
    readonly file: string;
    readonly delivered: Delivered;
    /** The fingerprint of a file that was put. */
    readonly copy?: string;
    readonly bounds: readonly Bound[];
    /** Counted from 0 in each run: one that goes on publishes once more. */
    readonly part: number;
  },
): StepWrite {
  return {
    ...fileRows(model, { name: 'receipts', file }, options),
    batch: { ...options.batch, part },
    bounds,
    told: { badFiles: [], warnings: [], delivered, ...(copy === undefined ? {} : { copy }) },
  };
}

export const keyNames = ({ definition }: Node): readonly string[] => keyOf(definition.columns);
