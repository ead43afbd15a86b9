import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/run/support/folder.ts';
import { Receipts } from './receipts.ts';
import type { Sent } from './send.ts';

const rows = 2000;
const sent: Sent = {
  ...{ number: 1, hash: '', tries: 1, seconds: 0, at: '2026-03-01T00:00:00Z' },
  ...{ status: Array.from({ length: rows }, () => 'sent' as const), reasons: {}, inDoubt: [] },
};
const batch = {
  number: 1,
  hash: '',
  rowHashes: [],
  rows,
  columns: { id: Array.from({ length: rows }, (_, id) => id) },
};

test('a disk that is full is told to whoever writes receipts, and to whoever does so after', {
  timeout: 10_000,
}, async () => {
  const file = path.join(temporaryFolder('receipts'), 'full');
  symlinkSync('/dev/full', file);
  const receipts = new Receipts({ file, key: ['id'], runId: 'one' });
  for (let time = 0; time < 3; time += 1) await assert.rejects(receipts.add(batch, sent), { code: 'ENOSPC' });
  await assert.rejects(receipts.end(), { code: 'ENOSPC' });
  await receipts.drop();
});
