import assert from 'node:assert/strict';
import fs, { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { mock, test } from 'node:test';
import { temporaryFolder } from '../../../test/run/support/folder.ts';
import { takeSqliteLock } from '../../adapters/sqlite/lock.ts';
import type { TakeLock } from '../../ports/index.ts';
import { SpooledFiles } from './files.ts';
import { Spool } from './spool.ts';

const mend = async () => true;
const kept = { keep: async () => 'kept' as const };
const opened = (folder: string, process: string, takeLock: TakeLock = takeSqliteLock): Promise<Spool> =>
  Spool.open({ folder, process, takeLock, mend });
/** What a process has left that was killed. */
function left(folder: string, bytes: number): void {
  mkdirSync(path.join(folder, 'dead'), { recursive: true });
  writeFileSync(path.join(folder, 'dead', 'log%2F1'), Buffer.alloc(bytes));
}

test('what other processes have left on the machine counts among what may wait there, until it is sent', async () => {
  const folder = temporaryFolder('spool');
  left(folder, 1000);
  const spool = await opened(folder, 'own');
  const clock = { now: () => Temporal.Instant.from('2026-03-04T10:00:00Z') };
  const begin = async () => ({ size: 0, finish: async () => {} });
  const files = new SpooledFiles({ spool, store: kept, clock, begin, target: () => 'one', most: 1000 });
  assert.deepEqual([spool.waiting, files.isFull], [1000, true]);
  const living = await opened(folder, 'living');
  writeFileSync(path.join(folder, 'living', 'log%2F2.part'), Buffer.alloc(500));
  await files.send();
  assert.deepEqual([spool.waiting, files.isFull], [500, false]);
  await spool.close();
  await living.send(kept);
  rmSync(path.join(folder, 'living', 'log%2F2.part'));
  await living.close();
  assert.deepEqual(readdirSync(folder), []);
});

test('where a lock that is held cannot be removed, folders that are empty go once it was let go', async () => {
  const folder = temporaryFolder('spool');
  const held = new Set<string>();
  const takeLock: TakeLock = async (file) => {
    writeFileSync(file, '');
    held.add(file);
    return { release: () => held.delete(file) };
  };
  const busy = (place: string): boolean => held.has(place) || held.has(path.join(place, '.lock'));
  const { rm } = fs.promises;
  mock.method(fs.promises, 'rm', async (...of: Parameters<typeof rm>) => {
    if (busy(String(of[0]))) throw Object.assign(new Error('it is open'), { code: 'EBUSY' });
    return await rm(...of);
  });
  syncBuiltinESMExports();
  try {
    left(folder, 10);
    const spool = await opened(folder, 'own', takeLock);
    await spool.send(kept);
    assert.ok(!existsSync(path.join(folder, 'dead')));
    await spool.close();
    assert.deepEqual([readdirSync(folder), held.size], [[], 0]);
  } finally {
    mock.restoreAll();
    syncBuiltinESMExports();
  }
});
