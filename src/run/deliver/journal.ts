import { mkdirSync, readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import type { Sent } from './send.ts';

/** A batch, before it is sent. */
export type Begun = Pick<Sent, 'number' | 'hash'>;
/** Of what a journal is: another delivery begins another. */
export type JournalOf = Readonly<Record<string, string | number>>;

/**
 * What has been sent, on the disk before another batch is sent in its place: a run that was killed goes on from there. A batch has a line before it is sent
 * and one after it; of one that has only the first nobody knows whether it was written, until it is sent again. A line that was cut by the end of its process
 * is none.
 */
export class SentJournal {
  readonly #file: FileHandle;
  readonly #known: ReadonlyMap<number, Sent | Begun>;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;

  private constructor(file: FileHandle, known: ReadonlyMap<number, Sent | Begun>) {
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
    const known = new Map((lines as readonly (Sent | Begun)[]).map((line) => [line.number, line]));
    const handle = await open(file, 'a');
    // What was cut must not become one line with the next.
    await handle.write('\n');
    return new SentJournal(handle, known);
  }

  /** Whether it goes on: something may have been sent that it does not know of. */
  get isKnown(): boolean {
    return this.#known.size > 0;
  }

  /** What became of it, by an earlier attempt; `begun` where nobody knows. */
  find({ number, hash }: Begun): Sent | 'begun' | undefined {
    const found = this.#known.get(number);
    if (found?.hash !== hash) return undefined;
    return 'status' in found ? found : 'begun';
  }

  begin({ number, hash }: Begun): Promise<void> {
    return this.#keep({ number, hash });
  }
  keep(sent: Sent): Promise<void> {
    return this.#keep(sent);
  }

  /** Batches that wait for the disk at the same time wait together. */
  async #keep(line: Sent | Begun): Promise<void> {
    this.#waiting.push(`${JSON.stringify(line)}\n`);
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
