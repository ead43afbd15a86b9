import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { openServing } from './serving.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'esteira-opened-'));
const silent = createServer(() => {});
after(() => {
  silent.closeAllConnections();
  silent.close();
  rmSync(folder, { recursive: true, force: true });
});

test('what a silent store was asked for fails at once when the process that serves leaves it', async () => {
  await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(path.join(import.meta.dirname, '..', '..'), path.join(folder, 'node_modules', 'esteira'));
  writeFileSync(
    path.join(folder, 'esteira.config.ts'),
    `import { duckdb, folder, project, s3, sqlite } from 'esteira/config';
    const endpoint = 'http://127.0.0.1:${(silent.address() as AddressInfo).port}';
    const local = { warehouse: duckdb({ folder: 'w' }), state: sqlite({ file: 'w/s.sqlite' }), files: folder({ path: 'd' }) };
    export default project({
      name: 'shop', pipelines: { shop: 'definitions/*.ts' }, standard: 'local',
      environments: { local: { ...local, models: [s3({ bucket: 'models', endpoint })] } },
    });`,
  );
  mkdirSync(path.join(folder, 'definitions'));
  writeFileSync(
    path.join(folder, 'definitions', 'days.ts'),
    `import { col, sql, table } from 'esteira';
    export const days = table('silver.days', { columns: { n: col.integer().key() }, rows: sql\`select 1 as n\` });`,
  );
  writeFileSync(path.join(folder, '.env'), 'AWS_ACCESS_KEY_ID=someone\nAWS_SECRET_ACCESS_KEY=something\n');
  const { store } = await openServing({ folder });
  const looking = assert.rejects(store.files.look('endpoints/quote/shadow.json'));
  const reading = assert.rejects(store.models.read('ltr/latest/weights.json'));
  await new Promise<void>((resolve) => void silent.once('request', () => resolve()));
  const began = performance.now();
  store.leave();
  await Promise.all([looking, reading]);
  // Without that it is asked again and again, ten seconds each time.
  assert.ok(performance.now() - began < 5000);
});
