import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { openDuckdb } from './warehouse.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'esteira-may-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('where nothing may be written, each schema says why', async () => {
  const options = { folder, catalogs: ['one'], threads: 1 };
  const written = await openDuckdb(options);
  await written.change('one', [{ change: 'create schema', schema: 'silver' }]);
  await written.close();
  const warehouse = await openDuckdb({ ...options, readOnly: true });
  const may = await warehouse.mayCreate('one', ['silver', 'gold']);
  await warehouse.close();
  for (const schema of ['silver', 'gold']) assert.match(may.get(schema) ?? '', /read-only/);
});
