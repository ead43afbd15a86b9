import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { project } from './project.ts';

const client = path.join(import.meta.dirname, 'client.ts');

test('a reader of a table that is published twenty times never sees it empty or mixed, and is never refused', async () => {
  const sandbox = (await project()).ofSources();
  await sandbox.succeed('run', 'stamps');
  const writer = sandbox.startProgram(process.execPath, [client, 'write', '20']);
  await writer.says(/wrote 20\b/);
  const readers = [
    sandbox.startProgram(process.execPath, [client, 'read']),
    sandbox.startProgram(process.execPath, [client, 'read']),
  ];
  for (const reader of readers) await reader.says(/reads/);
  const { exit, err } = await writer.ended;
  assert.equal(exit, 0, err);
  const told = readers.map(async (reader) => {
    reader.signal('SIGUSR2');
    const ended = await reader.ended;
    assert.equal(ended.exit, 0, ended.err);
    return JSON.parse(ended.out.trim().split('\n').at(-1) ?? '') as { reads: number; stamps: number; wrong: unknown[] };
  });
  for (const { reads, stamps, wrong } of await Promise.all(told)) {
    assert.deepEqual(wrong, []);
    assert.ok(reads > 20 && stamps > 3, `${reads} reads saw ${stamps} states`);
  }
});
