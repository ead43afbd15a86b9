import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { KeptFiles, ProcessLock, TakeLock } from '../../ports/index.ts';

/** A file of a spool, named by where it goes in the store. */
const nameOf = (target: string): string => encodeURIComponent(target);
const targetOf = (name: string): string => decodeURIComponent(name);
/** Of a file that still grows. */
const growing = '.part';
const lockName = '.lock';
/** Milliseconds between two looks at what others have left. */
const between = 60_000;

export type SpoolPoint = 'file-ended' | 'file-spooled' | 'file-kept';
interface Opening {
  /** Of everything that goes one way: each process has a folder of its own below it. */
  readonly folder: string;
  /** No other process is called so, now or later. */
  readonly process: string;
  readonly takeLock: TakeLock;
  /** Called at each named point, which waits for what it gives. */
  readonly trace?: (point: SpoolPoint) => void | Promise<void>;
  /** Gives the file that a dead process has left growing its end; false where it has nothing. */
  readonly mend: (location: string) => Promise<boolean>;
}

/**
 * Files on the local disk until the store has them, each under the name that it will have there from the beginning: whoever sends it a second time finds it there.
 * A process that has died is known by its lock, which the system lets go; another one on the machine sends what it has left.
 */
export class Spool {
  readonly #opening: Opening;
  readonly #lock: ProcessLock;
  readonly #own: string;
  #sending: Promise<void> | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Bytes of its files, growing ones too, as whoever writes them says. */
  bytes = 0;
  /** Of the files of other processes, living or dead, when they were last looked at. */
  #others = 0;

  private constructor(opening: Opening, own: string, lock: ProcessLock) {
    this.#opening = opening;
    this.#own = own;
    this.#lock = lock;
  }

  static async open(opening: Opening): Promise<Spool> {
    for (let again = 0; ; again += 1) {
      // Somebody may have taken it for that of a dead process, just when it was made.
      const own = path.join(opening.folder, again === 0 ? opening.process : `${opening.process}-${again}`);
      await mkdir(own, { recursive: true });
      const lock = await opening.takeLock(path.join(own, lockName));
      if (lock && (await isThere(path.join(own, lockName)))) {
        const spool = new Spool(opening, own, lock);
        await spool.#countOthers();
        return spool;
      }
      lock?.release();
      if (again > 100) throw new Error(`No folder of its own below ${opening.folder}`);
    }
  }

  /** Bytes of all that goes this way and waits on this machine. */
  get waiting(): number {
    return this.bytes + this.#others;
  }

  async #countOthers(): Promise<void> {
    let bytes = 0;
    for (const folder of await this.#otherFolders())
      for (const name of await readdir(folder).catch(() => []))
        bytes += name.startsWith('.') ? 0 : await sizeOf(path.join(folder, name));
    this.#others = bytes;
  }

  /** Where the file that will stand there grows. */
  growing(target: string): string {
    return path.join(this.#own, `${nameOf(target)}${growing}`);
  }

  /** It is whole: from now on it is sent. */
  async ended(target: string): Promise<void> {
    await this.#trace('file-ended');
    await rename(this.growing(target), path.join(this.#own, nameOf(target)));
    await this.#trace('file-spooled');
  }

  /** Sends what is whole, its own first, then what processes that have died left. Throws what the store says. */
  async send(store: Pick<KeptFiles, 'keep'>): Promise<void> {
    // One after the other: a file that is sent twice at once would be read twice, too.
    const sending = (this.#sending ?? Promise.resolve()).catch(() => {}).then(() => this.#sendAll(store));
    this.#sending = sending;
    return await sending;
  }

  /** What is oldest first: the others' stays for later where it cannot be sent, and keeps none of its own back. */
  async #sendAll(store: Pick<KeptFiles, 'keep'>): Promise<void> {
    const failed: unknown[] = [];
    if (performance.now() - this.#lookedAt >= between) {
      await this.#countOthers();
      for (const folder of await this.#otherFolders())
        await this.#sendOfDead(folder, store).catch((error: unknown) => failed.push(error));
      if (failed.length === 0) this.#lookedAt = performance.now();
    }
    await this.#sendFrom(this.#own, store);
    if (failed.length > 0) throw failed[0];
  }

  async #sendOfDead(folder: string, store: Pick<KeptFiles, 'keep'>): Promise<void> {
    const lock = await this.#opening.takeLock(path.join(folder, lockName));
    if (!lock) return;
    try {
      await this.#mendIn(folder);
      await this.#sendFrom(folder, store);
    } catch (error) {
      lock.release();
      throw error;
    }
    await takeAway(folder, lock);
  }

  async #otherFolders(): Promise<readonly string[]> {
    const all = await readdir(this.#opening.folder, { withFileTypes: true });
    return all
      .filter((one) => one.isDirectory())
      .map(({ name }) => path.join(this.#opening.folder, name))
      .filter((folder) => folder !== this.#own)
      .toSorted();
  }

  async #mendIn(folder: string): Promise<void> {
    for (const name of await readdir(folder)) {
      if (!name.endsWith(growing)) continue;
      const location = path.join(folder, name);
      if (await this.#opening.mend(location)) await rename(location, location.slice(0, -growing.length));
      else await rm(location);
    }
  }

  async #sendFrom(folder: string, store: Pick<KeptFiles, 'keep'>): Promise<void> {
    const names = (await readdir(folder)).filter((name) => !name.startsWith('.') && !name.endsWith(growing));
    for (const name of names.toSorted()) {
      const file = path.join(folder, name);
      const { size } = await stat(file);
      // It is there already where a process ended before it could take it away here.
      await store.keep(targetOf(name), { file, isDone: true });
      await this.#trace('file-kept');
      await rm(file);
      if (folder === this.#own) this.bytes -= size;
      else this.#others -= size;
    }
  }

  /** What is there stays for the next process. */
  async close(): Promise<void> {
    await this.#sending?.catch(() => {});
    const left = (await readdir(this.#own).catch(() => [])).filter((name) => !name.startsWith('.'));
    if (left.length === 0) await takeAway(this.#own, this.#lock);
    else this.#lock.release();
  }

  async #trace(point: SpoolPoint): Promise<void> {
    await this.#opening.trace?.(point);
  }
}

/**
 * A folder with nothing but its lock, and that. It goes while the lock is held, so that nobody who takes it loses the folder; where files that are open cannot be
 * removed, it goes afterwards, unless somebody has taken the lock by then.
 */
async function takeAway(folder: string, lock: ProcessLock): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
    lock.release();
  } catch {
    lock.release();
    await rm(path.join(folder, lockName))
      .then(() => rmdir(folder))
      .catch(() => {});
  }
}

const sizeOf = async (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );
const isThere = async (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
