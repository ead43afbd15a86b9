import path from 'node:path';
import type { KeptFiles } from '../../ports/index.ts';
import { type Growing, SpooledFiles } from './files.ts';
import { NoDisk } from './no-disk.ts';
import { Spool } from './spool.ts';
import type { Writing } from './writing.ts';

/** How files of one kind are begun, mended, and called. */
interface Kind<G extends Growing> {
  /** Its folder below those of the endpoint: `log`, `events`. */
  readonly folder: string;
  readonly store: Pick<KeptFiles, 'keep'>;
  readonly begin: (location: string) => Promise<G>;
  /** Gives the file that a dead process has left growing its end; false where it has nothing. */
  readonly mend: (location: string) => Promise<boolean>;
  /** Where the file of a day goes in the store. */
  readonly target: (day: string, number: number) => string;
}
interface Opened<G extends Growing> {
  readonly spool: Spool;
  readonly files: SpooledFiles<G>;
}

/** The files of one kind that wait on this machine; opened by the first who needs them, and where that fails by the next. */
export class Disk<G extends Growing> {
  readonly #writing: Writing;
  readonly #kind: Kind<G>;
  #opening: Promise<Opened<G>> | undefined;
  #opened: Opened<G> | undefined;

  constructor(writing: Writing, kind: Kind<G>) {
    this.#writing = writing;
    this.#kind = kind;
  }

  /** Throws NoDisk. */
  async files(): Promise<SpooledFiles<G>> {
    this.#opening ??= this.#open();
    try {
      this.#opened = await this.#opening;
      return this.#opened.files;
    } catch (error) {
      this.#opening = undefined;
      throw new NoDisk(error);
    }
  }

  async #open(): Promise<Opened<G>> {
    const { spool: folder, process, clock, bounds, takeLock, trace } = this.#writing;
    const { store, begin, mend, target } = this.#kind;
    const spool = await Spool.open({
      ...{ folder: path.join(folder, this.#kind.folder), process, takeLock, mend },
      ...(trace && { trace }),
    });
    const most = bounds?.spool === undefined ? {} : { most: bounds.spool };
    return { spool, files: new SpooledFiles({ spool, store, clock, begin, target, ...most }) };
  }

  /** Of the files of this process. */
  get bytes(): number {
    return Math.max(0, this.#opened?.spool.bytes ?? 0);
  }

  async send(): Promise<void> {
    await (await this.files()).send();
  }
  /** The file that grows is ended. */
  async end(): Promise<void> {
    await (await this.files()).end();
  }
  async close(): Promise<void> {
    await this.#opened?.spool.close();
  }
}
