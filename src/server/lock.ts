import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TakeLock } from '../ports/index.ts';

/** What `.esteira/owner.json` says, for people: the lock alone decides. */
interface OwnerNote {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  readonly command: string;
  readonly version: string;
}

const at = (folder: string, name: string): string => path.join(folder, '.esteira', name);

/** Nothing when another process owns the project. */
export async function lockProject(
  folder: string,
  take: TakeLock,
  note: OwnerNote,
): Promise<{ release(): void } | undefined> {
  const lock = await take(at(folder, 'owner.sqlite'));
  if (!lock) return undefined;
  const file = at(folder, 'owner.json');
  // Renamed into its place, so that nobody reads half of it.
  writeFileSync(`${file}.new`, `${JSON.stringify(note, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
  return {
    release() {
      rmSync(file, { force: true });
      lock.release();
    },
  };
}

/** Nothing where no owner is, or its note cannot be read: whoever shows it can do without. A killed owner leaves its note behind. */
export function readOwnerNote(folder: string): OwnerNote | undefined {
  try {
    return JSON.parse(readFileSync(at(folder, 'owner.json'), 'utf8')) as OwnerNote;
  } catch {
    return undefined;
  }
}
