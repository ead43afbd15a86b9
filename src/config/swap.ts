import { closeSync, constants, copyFileSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { makeFolder } from './make-folder.ts';

/** What is put in the place of something: written beside it, then renamed. */
export const staged = (file: string): string => `${file}.restoring`;
/** What was there, until all is in its place. */
export const replaced = (file: string): string => `${file}.replaced`;

export function sync(file: string): void {
  const opened = openSync(file, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

export function stageCopy(from: string, file: string): void {
  makeFolder(path.dirname(file));
  copyFileSync(from, staged(file), constants.COPYFILE_FICLONE);
  sync(staged(file));
}

/** Done again it goes on where it stood. `beside`: ends of names of files that belong to it, such as its log of writes. */
export function swapFile(file: string, beside: readonly string[]): void {
  if (!existsSync(staged(file))) return;
  if (existsSync(file) && !existsSync(replaced(file))) {
    // Its log first: beside another file it would be taken for that one's.
    for (const end of beside.filter((one) => existsSync(file + one))) renameSync(file + end, replaced(file) + end);
    renameSync(file, replaced(file));
  }
  renameSync(staged(file), file);
  sync(path.dirname(file));
}

export function clearFile(file: string, beside: readonly string[]): void {
  for (const end of ['', ...beside]) {
    rmSync(staged(file) + end, { force: true });
    rmSync(replaced(file) + end, { force: true });
  }
}
