import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { temporaryFolder } from '../../run/support/folder.ts';
import { Random } from '../../run/support/random.ts';
import { seeds } from '../../run/support/rounds.ts';
import { notedIn, openLog } from './support.ts';

interface Ending {
  readonly name: string;
  /** A point, and how often it is reached; or milliseconds after it begins to write. */
  readonly at: string | number;
  /** The store takes nothing from it. */
  readonly isAway?: boolean;
}
const isLate = (at: Ending['at']): at is number => typeof at === 'number';

/** How the process ended: the signal that killed it, or nothing. */
async function write(folder: string, { name, at, isAway = false }: Ending): Promise<unknown> {
  const words = [path.join(import.meta.dirname, 'writer.ts'), folder, name, isAway ? 'away' : ''];
  const env = { ...process.env, ESTEIRA_STOP_AT: isLate(at) ? '' : at };
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  // It says that it begins.
  if (isLate(at)) child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), at));
  const [, signal] = await once(child, 'close');
  return signal;
}

/** Requests that are in the files of the store, with how many rows each has there. */
async function requestsIn(folder: string): Promise<ReadonlyMap<string, number>> {
  const files = await folderStore({ path: path.join(folder, 'files') }).list('endpoints/risk/log/**');
  const names = files.map(({ location }) => `'${location}'`).join(', ');
  const connection = await (await DuckDBInstance.create()).connect();
  const found = await connection.runAndReadAll(
    `select request_id, count(*)::integer from read_parquet([${names}]) group by all`,
  );
  return new Map(found.getRows().map(([id, count]) => [String(id), Number(count)]));
}

/** Several begin at one time, and bring what the dead have left. */
async function bringTheRest(folder: string): Promise<readonly string[]> {
  const logs = [1, 2, 3].map(() => openLog(folder).log);
  await Promise.all(logs.map((log) => log.flush()));
  for (const log of logs) await log.close();
  const found = await requestsIn(folder);
  for (const [id, rows] of found) assert.equal(rows, 2, id);
  const noted = notedIn(path.join(folder, 'noted'));
  for (const id of noted) assert.equal(found.get(id), 2, id);
  return noted;
}

describe('what a process that is killed had written is in the store once', () => {
  test('at each point between memory and store', async () => {
    const points = ['rows-written@1', 'rows-written@4', 'file-ended@1', 'file-ended@3', 'file-spooled@2'];
    const folder = temporaryFolder('log');
    for (const at of [...points, 'file-kept@1', 'file-kept@2'])
      assert.equal(await write(folder, { name: at, at }), 'SIGKILL', at);
    const noted = await bringTheRest(folder);
    assert.ok(noted.length > 2 * points.length, String(noted.length));
  });

  for (const seed of seeds(1))
    test(`at any moment, of many processes one after the other, the store away from some of them, seed ${seed}`, async () => {
      const random = new Random(seed);
      const folder = temporaryFolder('log');
      const points = ['rows-written', 'file-ended', 'file-spooled', 'file-kept'];
      for (let turn = 0; turn < 6; turn += 1) {
        const point = `${points[random.below(points.length)]}@${1 + random.below(8)}`;
        const at = random.below(2) === 0 ? random.below(40) : point;
        await write(folder, { name: `${turn}`, at, isAway: random.below(3) === 0 });
      }
      assert.ok((await bringTheRest(folder)).length > 0);
    });
});
