import { closeSync, mkdirSync, openSync, readSync, renameSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { Batch } from './rows.ts';
import type { Sent } from './send.ts';

/** A batch before it is sent, and what each of its rows says. */
type Begun = Pick<Batch, 'number' | 'hash' | 'rowHashes'>;
/** Rows that an earlier attempt has left in doubt. */
interface Left {
  readonly left: readonly string[];
}
type Line = Begun | Sent | Left;
/** Of what a journal is: another delivery begins another. */
export interface JournalOf {
  readonly run: string;
  /** Where it writes, and what. */
  readonly of: string;
  readonly [name: string]: string | number;
}

/**
 * What has been sent, on the disk before another batch is sent in its place: a run that was killed goes on from there. A batch has a line before it is sent
 * and one after it; of one that has only the first nobody knows whether it was written, until its rows are sent again: by the run that goes on, in the same
 * batches or in others. A line that was cut by the end of its process is none.
 */
export class SentJournal {
  readonly #file: FileHandle;
  readonly #sent = new Map<number, Sent>();
  readonly #doubted = new Set<string>();
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Goes on with the journal of the same delivery, else begins one; with the rows that the former one of the run has left in doubt. */
  static async open(file: string, of: JournalOf): Promise<SentJournal> {
    mkdirSync(path.dirname(file), { recursive: true });
    const lines = linesOf(file);
    try {
      const first = lines.next().value as JournalOf | undefined;
      if (JSON.stringify(first) === JSON.stringify(of)) {
        const journal = new SentJournal(await open(file, 'a'));
        // What was cut must not become one line with the next.
        await journal.#file.write('\n');
        journal.#take(lines as Iterable<Line>);
        return journal;
      }
      const fresh = `${file}.new`;
      const journal = new SentJournal(await open(fresh, 'w'));
      if (first?.run === of.run && first.of === of.of) journal.#take(lines as Iterable<Line>);
      const left: Left = { left: [...journal.#doubted] };
      journal.#sent.clear();
      await journal.#write(`${JSON.stringify(of)}\n${JSON.stringify(left)}\n`);
      renameSync(fresh, file);
      return journal;
    } finally {
      lines.return(undefined);
    }
  }

  /** Whether it goes on: something may have been sent that it does not know of. */
  get isKnown(): boolean {
    return this.#sent.size + this.#doubted.size > 0;
  }
  /** Rows that were sent, and of which nobody knows whether they were written. */
  get inDoubt(): number {
    return this.#doubted.size;
  }
  isInDoubt(rowHash: string): boolean {
    return this.#doubted.has(rowHash);
  }

  /** What became of it, by an earlier attempt. */
  find({ number, hash }: Batch): Sent | undefined {
    const found = this.#sent.get(number);
    return found?.hash === hash ? found : undefined;
  }

  begin({ number, hash, rowHashes }: Batch): Promise<void> {
    for (const one of rowHashes) this.#doubted.add(one);
    return this.#keep({ number, hash, rowHashes });
  }
  keep({ rowHashes }: Begun, sent: Sent): Promise<void> {
    this.#isOver(rowHashes, sent);
    return this.#keep(sent);
  }

  #take(lines: Iterable<Line>): void {
    const begun = new Map<string, readonly string[]>();
    for (const line of lines) {
      if ('left' in line) for (const one of line.left) this.#doubted.add(one);
      else if ('rowHashes' in line) {
        begun.set(`${line.number} ${line.hash}`, line.rowHashes);
        for (const one of line.rowHashes) this.#doubted.add(one);
      } else {
        const name = `${line.number} ${line.hash}`;
        this.#sent.set(line.number, line);
        this.#isOver(begun.get(name) ?? [], line);
        begun.delete(name);
      }
    }
  }
  #isOver(rowHashes: readonly string[], { inDoubt }: Sent): void {
    for (const one of rowHashes) this.#doubted.delete(one);
    for (const row of inDoubt) this.#doubted.add(rowHashes[row] as string);
  }

  /** Batches that wait for the disk at the same time wait together. */
  async #keep(line: Line): Promise<void> {
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

/** Bytes that are read at once. */
const piece = 1 << 20;

/** One after the other: of millions of rows all of them would not fit in memory. */
function* linesOf(file: string): Generator<unknown, undefined> {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return;
  }
  try {
    const [bytes, decoder] = [Buffer.allocUnsafe(piece), new StringDecoder('utf8')];
    let rest = '';
    for (let read = readSync(descriptor, bytes); read > 0; read = readSync(descriptor, bytes)) {
      const lines = (rest + decoder.write(bytes.subarray(0, read))).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield* parsed(line);
    }
    yield* parsed(rest);
  } finally {
    closeSync(descriptor);
  }
}

function parsed(line: string): readonly unknown[] {
  if (line === '') return [];
  try {
    return [JSON.parse(line) as unknown];
  } catch {
    return [];
  }
}
