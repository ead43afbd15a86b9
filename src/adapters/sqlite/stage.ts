import { rmSync } from 'node:fs';
import type { KeptRow } from '../../ports/index.ts';
import { load } from '../state/copy.ts';
import { openDatabase } from './connection.ts';
import { migrate, openEngine } from './engine.ts';
import { named } from './faults.ts';

export const beside: readonly string[] = ['-wal', '-shm'];

/** A state of its own in a new file: the rows of another, whose tables had that version. */
export async function stageSqliteState(file: string, version: number, rows: AsyncIterable<KeptRow>): Promise<void> {
  for (const end of ['', ...beside]) rmSync(file + end, { force: true });
  const database = openDatabase(file);
  try {
    migrate(database, file, version);
  } catch (error) {
    throw named(error, file);
  } finally {
    database.close();
  }
  const engine = openEngine(file, version);
  try {
    await engine.transaction('take', (state) => load(state, rows));
  } finally {
    await engine.close();
  }
  // Brought up to the tables of today.
  await openEngine(file).close();
}
