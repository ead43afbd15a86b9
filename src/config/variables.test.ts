import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Variables } from './variables.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'esteira-variables-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('of two secrets of which one begins the other nothing is shown', () => {
  writeFileSync(path.join(folder, '.env'), 'SHORT_KEY=abcdef\nLONG_KEY=abcdefXYZ123\n');
  const variables = new Variables(folder);
  for (const name of ['SHORT_KEY', 'LONG_KEY']) variables.hide(name);
  assert.equal(variables.redact('first abcdef, then abcdefXYZ123.'), 'first ***, then ***.');
});

test('an empty line is no value where there is a standard, and an empty one where there is none', () => {
  writeFileSync(path.join(folder, '.env'), 'TOPIC=\nSERVERS=broker:9092\n');
  const variables = new Variables(folder);
  const found = ['env:TOPIC=events', 'env:TOPIC', 'env:SERVERS=localhost:9092', 'env:GROUP=esteira'].map((one) =>
    variables.value(one),
  );
  assert.deepEqual(found, ['events', '', 'broker:9092', 'esteira']);
});
