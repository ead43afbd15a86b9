// Run by name, with ESTEIRA_TEST_S3=<address>: npm test -- test/servers/s3
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { credentials, newBucket, server, storeIn, withoutServer } from '../../../src/adapters/s3/testing.ts';
import { operate } from '../../../src/operate/index.ts';
import { entry, openLog } from '../../endpoint/log/support.ts';
import { temporaryFolder, writeProject } from '../../run/support/folder.ts';
import { World } from '../../run/support/world.ts';

test('what an endpoint logs to a bucket is fetched by the run that reads it, and one that does not reach the bucket goes on', {
  skip: withoutServer,
}, async () => {
  const bucket = await newBucket();
  const folder = temporaryFolder('bucket');
  const definitions = `export * from '${path.join(import.meta.dirname, '../../endpoint/log/support.ts')}';\n`;
  writeProject(folder, { catalog: 'shop', definitions });
  const config = path.join(folder, 'esteira.config.ts');
  const models = `files: folder({ path: 'files' }), models: [s3({ bucket: '${bucket}', endpoint: '${server}' })],`;
  const text = readFileSync(config, 'utf8').replace("files: folder({ path: 'files' }),", models);
  writeFileSync(config, text.replace('sqlite, toFile', 'sqlite, s3, toFile'));
  process.env['AWS_ACCESS_KEY_ID'] = credentials.key;
  process.env['AWS_SECRET_ACCESS_KEY'] = credentials.secret;
  const store = storeIn(bucket);
  const { log } = openLog(folder, { store });
  const write = async (id: string): Promise<void> => {
    log.add(entry(id, 20));
    assert.equal(await log.flush(), true);
  };
  const world = await World.open(folder);
  await world.do('setup', {});
  await write('a');
  await write('b');
  await world.run('daily');
  assert.deepEqual(await world.rows('select count(*), count(distinct request_id) from bronze.risk_log'), [[40, 2]]);
  assert.deepEqual(await store.below('endpoints/risk/log', 9), []);
  await write('c');
  world.setClock('2026-09-17T07:00:00Z');
  const away = { name: 's3', open: async () => storeIn(bucket, { endpoint: 'http://127.0.0.1:1' }) };
  const notes: string[] = [];
  await operate(
    { ...world.project, serving: away },
    'run',
    { job: 'daily' },
    {
      emit: (event) => event.type === 'note' && notes.push(event.text),
      signal: new AbortController().signal,
    },
  );
  assert.match(notes.join('\n'), /could not be fetched from s3.*goes on with what is here/s);
  world.setClock('2026-09-17T08:00:00Z');
  await world.run('daily');
  assert.deepEqual(await world.rows('select count(*) from bronze.risk_log'), [[60]]);
  await log.close();
  await world.close();
});
