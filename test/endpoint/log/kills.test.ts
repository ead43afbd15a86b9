import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { temporaryFolder } from '../../run/support/folder.ts';
import { notedIn, openLog } from './support.ts';

/** How the process ended: the signal that killed it, or nothing. */
async function write(folder: string, name: string, stopAt: string): Promise<unknown> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'writer.ts'), folder, name], {
    env: { ...process.env, ESTEIRA_STOP_AT: stopAt },
    stdio: 'inherit',
  });
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

test('wherever a process is killed, what it had written is in the store once, sent by others who begin at one time', async () => {
  const points = [
    'rows-written@1',
    'rows-written@4',
    'file-ended@1',
    'file-ended@3',
    'file-spooled@2',
    'file-kept@1',
    'file-kept@2',
  ];
  const folder = temporaryFolder('log');
  for (const point of points) assert.equal(await write(folder, point, point), 'SIGKILL', point);
  const [one, other, third] = [openLog(folder).log, openLog(folder).log, openLog(folder).log];
  await Promise.all([one.flush(), other.flush(), third.flush()]);
  for (const log of [one, other, third]) await log.close();
  const found = await requestsIn(folder);
  for (const [id, rows] of found) assert.equal(rows, 2, id);
  const noted = notedIn(path.join(folder, 'noted'));
  assert.ok(noted.length > 2 * points.length, String(noted.length));
  for (const id of noted) assert.equal(found.get(id), 2, id);
});
