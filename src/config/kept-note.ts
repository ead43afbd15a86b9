import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { KeptFiles } from '../ports/index.ts';
import { takeLock } from './lock.ts';
import { makeFolder } from './make-folder.ts';

/** The files of a warehouse that are in use on this machine while a process has it, and elsewhere between. */
export interface Kept {
  readonly store: KeptFiles;
  readonly project: string;
  readonly environment: string;
  /** Where the engine has them. */
  readonly folder: string;
  /** By catalog: its file in that folder. */
  readonly files: ReadonlyMap<string, string>;
}

/** Beside the files, of one environment: several may have their catalogs in one folder, told apart by their prefix. */
const roomOf = ({ folder, environment }: Kept): string => path.join(folder, `.kept-${environment}`);
/** For copies, and for what is fetched or sent; on the disk of the files, so that a fetched one gets its name whole. */
export const workOf = (kept: Kept): string => path.join(roomOf(kept), 'work');

/**
 * Nobody else has the files here in use from then on, whatever folder that one calls the project's own. What a process that died has left half done is taken
 * away. Nothing when somebody has them.
 */
export async function takeRoom(kept: Kept): Promise<{ release(): void } | undefined> {
  makeFolder(roomOf(kept));
  const lock = await takeLock(path.join(roomOf(kept), 'lock'));
  if (lock) clearWork(kept);
  return lock;
}

export const clearWork = (kept: Kept): void => rmSync(workOf(kept), { recursive: true, force: true });

/** What the files were when they were those of the store: they are again while nobody has touched them. */
interface Noted {
  /** Of which line of contents they are: each follows another, from the first that was put on. Null: they were made here while the store had none. */
  readonly origin: string | null;
  /** Only while no process has them. */
  readonly number?: number;
  readonly marks?: unknown;
}

/**
 * What is known of the files here. Without it they were never the store's, and nothing of them may be taken away; with it they were, and what was written since and
 * is not there is not done.
 */
export class Note {
  readonly #file: string;
  readonly #kept: Kept;
  constructor(kept: Kept) {
    this.#kept = kept;
    this.#file = path.join(roomOf(kept), 'note.json');
  }

  get #marks(): readonly unknown[] {
    return [...this.#kept.files].map(([catalog, file]) => {
      const { size, mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
      return [catalog, size, mtimeMs, existsSync(`${file}.wal`)];
    });
  }
  #write(noted: Noted): void {
    makeFolder(path.dirname(this.#file));
    writeFileSync(`${this.#file}.new`, JSON.stringify(noted));
    renameSync(`${this.#file}.new`, this.#file);
  }

  /** Nothing where there is no note. */
  get origin(): string | null | undefined {
    return existsSync(this.#file) ? (JSON.parse(readFileSync(this.#file, 'utf8')) as Noted).origin : undefined;
  }
  holds({ origin, number }: { readonly origin: string; readonly number: number }): boolean {
    const noted: Noted = { origin, number, marks: this.#marks };
    return existsSync(this.#file) && readFileSync(this.#file, 'utf8') === JSON.stringify(noted);
  }
  /** They are about to be others, by whatever: until they are noted as whole they are fetched. */
  open(origin: string | null): void {
    this.#write({ origin });
  }
  /** They are those of the store, and no process has them. */
  whole({ origin, number }: { readonly origin: string; readonly number: number }): void {
    this.#write({ origin, number, marks: this.#marks });
  }
}

/** Files of catalogs that are there, or their logs of writes. */
export const standingIn = ({ files }: Kept): readonly string[] =>
  [...files.values()].filter((file) => existsSync(file) || existsSync(`${file}.wal`));
