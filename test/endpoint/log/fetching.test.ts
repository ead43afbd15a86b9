import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { operate } from '../../../src/operate/index.ts';
import { temporaryFolder, writeProject } from '../../run/support/folder.ts';
import { World } from '../../run/support/world.ts';
import { entry, openLog } from './support.ts';

/** A project whose endpoints are served from a store of models. */
function servedElsewhere(): string {
  const folder = temporaryFolder('fetching');
  const definitions = `export * from '${path.join(import.meta.dirname, 'support.ts')}';\n`;
  writeProject(folder, { catalog: 'shop', definitions });
  const config = path.join(folder, 'esteira.config.ts');
  const text = readFileSync(config, 'utf8').replace(
    "files: folder({ path: 'files' }),",
    "files: folder({ path: 'files' }), models: [folder({ path: 'models' })],",
  );
  writeFileSync(config, text);
  return folder;
}
const counted = 'select request_id, count(*) from bronze.risk_log group by all order by all';

test('a run fetches what endpoints have logged to another store, each file once wherever it ended, and goes on without that store', async () => {
  const folder = servedElsewhere();
  const models = folderStore({ path: path.join(folder, 'models') });
  const { log } = openLog(folder, { store: models });
  const write = async (...ids: readonly string[]): Promise<void> => {
    for (const id of ids) {
      log.add(entry(id));
      await log.flush();
    }
  };
  await write('a', 'b', 'c');
  let isStopping = true;
  const world = await World.open(folder, '2026-09-17T06:00:00Z', (point) => {
    if (point === 'seen-fetched' && isStopping) throw new Error('the process ends here');
  });
  await world.do('setup', {});
  const context = { emit: () => {}, signal: new AbortController().signal };
  // Between the copy and what it was copied from: both are there.
  await world.run('daily');
  assert.equal((await models.below('endpoints/risk/log', 9)).length, 3);
  isStopping = false;
  world.setClock('2026-09-17T07:00:00Z');
  await world.run('daily');
  assert.deepEqual(await world.rows(counted), [
    ['a', 3],
    ['b', 3],
    ['c', 3],
  ]);
  assert.deepEqual(await models.below('endpoints/risk/log', 9), []);
  await write('d');
  world.setClock('2026-09-17T08:00:00Z');
  const notes: string[] = [];
  const away = { ...world.project, serving: { name: 's3', open: async () => Promise.reject(new Error('it is away')) } };
  await operate(
    away,
    'run',
    { job: 'daily' },
    { ...context, emit: (event) => event.type === 'note' && notes.push(event.text) },
  );
  assert.match(notes.join('\n'), /could not be fetched from s3: .*it is away.*goes on with what is here/);
  assert.equal((await world.rows(counted)).length, 3);
  world.setClock('2026-09-17T09:00:00Z');
  await world.run('daily');
  assert.equal((await world.rows(counted)).length, 4);
  await log.close();
  await world.close();
});
