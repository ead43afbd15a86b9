import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { refusals } from './refusals.ts';

test('the reference lists every code with its status, as it is', () => {
  const text = readFileSync(new URL('../../docs/reference/endpoints.md', import.meta.url), 'utf8');
  const listed = [...text.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \| (.+) \|$/gm)].map(([, ...row]) => row);
  assert.deepEqual(
    listed,
    Object.entries(refusals).map(([code, { status, means }]) => [code, String(status), means]),
  );
});
