import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { refusals, shown } from './refusals.ts';

test('a number that no double holds is quoted in words that JSON has', () => {
  const quoted = ['1e999', '-1e999', '1.5'].map((text) => shown(JSON.parse(text)));
  assert.deepEqual(quoted, ['a number above 1.8e308', 'a number below -1.8e308', '1.5']);
});

test('the reference lists every code with its status, as it is', () => {
  const text = readFileSync(new URL('../../docs/reference/endpoints.md', import.meta.url), 'utf8');
  const listed = [...text.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \| (.+) \|$/gm)].map(([, ...row]) => row);
  assert.deepEqual(
    listed,
    Object.entries(refusals).map(([code, { status, means }]) => [code, String(status), means]),
  );
});
