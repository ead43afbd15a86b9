import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { Desk } from './desk.ts';

const client = path.join(import.meta.dirname, 'client.ts');

test('who polls the cube in another process through a hundred classifications never sees it empty, half-filled or mixed', async () => {
  const desk = new Desk().ofSources();
  await desk.plant({ users: 300 });
  await desk.succeed('setup');
  await desk.retrain();
  assert.equal((await desk.classify()).exit, 0);
  const writer = desk.startProgram(process.execPath, [client, 'write', '100']);
  await writer.says(/wrote 100\b/);
  const readers = [1, 2].map(() => desk.startProgram(process.execPath, [client, 'read']));
  for (const reader of readers) await reader.says(/reads/);
  const { exit, err } = await writer.ended;
  assert.equal(exit, 0, err);
  for (const reader of readers) {
    reader.signal('SIGUSR2');
    const ended = await reader.ended;
    assert.equal(ended.exit, 0, ended.err);
    const { reads, seen } = JSON.parse(ended.out.trim().split('\n').at(-1) ?? '') as {
      readonly reads: number;
      readonly seen: readonly (readonly number[])[];
    };
    assert.ok(reads > 100, `${reads} reads`);
    const minutes = new Set(seen.map((row) => row[4]));
    assert.equal(minutes.size, 2, 'both periods were seen, and nothing between them');
    for (const row of seen) assert.deepEqual(row.slice(0, 4), [840, 420, 1, 0]);
  }
});
