import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TakeLock } from '../ports/index.ts';

/** What `owner.json` of the local folder says, for people: the lock alone decides. */
interface OwnerNote {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  readonly command: string;
  readonly version: string;
}

/** Nothing when another process owns the project. */
export async function lockProject(
  local: string,
  take: TakeLock,
  note: OwnerNote,
): Promise<{ release(): void } | undefined> {
  const lock = await take(path.join(local, 'owner.sqlite'));
  if (!lock) return undefined;
  const file = path.join(local, 'owner.json');
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
export function readOwnerNote(local: string): OwnerNote | undefined {
  try {
    return JSON.parse(readFileSync(path.join(local, 'owner.json'), 'utf8')) as OwnerNote;
  } catch {
    return undefined;
  }
}
