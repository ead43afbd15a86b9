import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import type { Sent } from './send.ts';

/** Of what a journal is: another delivery begins another. */
export type JournalOf = Readonly<Record<string, string | number>>;

/**
 * What has been sent, a line for each batch, on the disk before another is sent in its place: a run that was killed goes on from there. A line that was cut
 * by the end of its process is none; its batch is sent again, and compared there.
 */
export class SentJournal {
  readonly #file: FileHandle;
  readonly #known: ReadonlyMap<number, Sent>;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;

  private constructor(file: FileHandle, known: ReadonlyMap<number, Sent>) {
    this.#file = file;
    this.#known = known;
  }

  /** Goes on with the journal of the same delivery, else begins one. */
  static async open(file: string, of: JournalOf): Promise<SentJournal> {
    mkdirSync(path.dirname(file), { recursive: true });
    const [first, ...lines] = linesOf(file);
    if (JSON.stringify(first) !== JSON.stringify(of)) {
      const handle = await open(file, 'w');
      await handle.write(`${JSON.stringify(of)}\n`);
      await handle.datasync();
      return new SentJournal(handle, new Map());
    }
    const known = new Map((lines as readonly Sent[]).map((sent) => [sent.number, sent]));
    const handle = await open(file, 'a');
    // What was cut must not become one line with the next.
    await handle.write('\n');
    return new SentJournal(handle, known);
  }

  /** Whether it goes on: something may have been sent that it does not know of. */
  get isKnown(): boolean {
    return this.#known.size > 0;
  }

  find({ number, hash }: Pick<Sent, 'number' | 'hash'>): Sent | undefined {
    const found = this.#known.get(number);
    return found?.hash === hash ? found : undefined;
  }

  /** Batches that end at the same time wait for the disk together. */
  async keep(sent: Sent): Promise<void> {
    this.#waiting.push(`${JSON.stringify(sent)}\n`);
    while (this.#writing) await this.#writing;
    if (this.#waiting.length === 0) return;
    const lines = this.#waiting.splice(0);
    this.#writing = this.#write(lines.join(''));
    try {
      await this.#writing;
    } finally {
      this.#writing = undefined;
    }
  }

  async #write(text: string): Promise<void> {
    await this.#file.write(text);
    await this.#file.datasync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

export const forgetJournal = (file: string): void => rmSync(file, { force: true });

function linesOf(file: string): readonly unknown[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [];
  }
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch {
      return [];
    }
  });
}
