import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { importFile } from './import.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'esteira-import-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a file that awaits for ever is given up after a while, although something keeps the process alive', async () => {
  writeFileSync(path.join(folder, 'slow.mjs'), 'await new Promise(() => {});');
  const alive = setInterval(() => {}, 1000);
  try {
    await assert.rejects(importFile(folder, 'slow.mjs', { patience: 50 }), {
      code: 'DEFINITION_FAILED',
      message: /^slow\.mjs is never loaded to its end/,
    });
  } finally {
    clearInterval(alive);
  }
});

test('a file that takes its time is loaded, and leaves no listener behind', async () => {
  writeFileSync(
    path.join(folder, 'late.mjs'),
    'export const n = await new Promise((give) => setTimeout(give, 30, 1));',
  );
  const before = process.listenerCount('beforeExit');
  assert.equal((await importFile(folder, 'late.mjs'))['n'], 1);
  assert.equal(process.listenerCount('beforeExit'), before);
});
