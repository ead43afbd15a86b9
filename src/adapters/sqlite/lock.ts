import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync as Database } from 'node:sqlite';
import type { ProcessLock } from '../../ports/index.ts';
import { named } from './faults.ts';

/** Result code of SQLite: another connection has the lock. */
const busy = 5;

/**
 * A lock that the kernel holds for this process, so that none is ever stale: an exclusive transaction left open on a file of its own.
 * Nothing when another process has it.
 */
export async function takeSqliteLock(file: string): Promise<ProcessLock | undefined> {
  const { DatabaseSync } = await import('node:sqlite');
  mkdirSync(path.dirname(file), { recursive: true });
  let database: Database | undefined;
  try {
    const opened = new DatabaseSync(file, { timeout: 0 });
    database = opened;
    opened.exec('begin exclusive');
    return { release: () => opened.close() };
  } catch (error) {
    database?.close();
    if ((error as { errcode?: number }).errcode === busy) return undefined;
    throw named(error, file);
  }
}
