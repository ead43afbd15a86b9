// A warehouse that is kept elsewhere, here in a folder: what other machines have of what a process did.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { openProject } from '../../src/config/open.ts';
import { operate } from '../../src/operate/index.ts';
import type { OperationName, QueryView } from '../../src/operate/views.ts';
import { definitions } from '../errors/case.ts';
import { Sandbox } from '../sandbox.ts';

const config = `import { duckdb, folder, project, sqlite } from 'esteira/config';

export default project({
  name: 'shop',
  pipelines: { shop: 'definitions/*.ts' },
  standard: 'local',
  environments: {
    local: {
      warehouse: duckdb({ folder: '.esteira/warehouse', threads: 1, kept: folder({ path: 'kept' }) }),
      state: sqlite({ file: 'state/state.sqlite' }),
      files: folder({ path: 'data' }),
      retries: { times: 0, wait: '1 second' },
    },
  },
});
`;
/** One step succeeds, the other does not. */
const shop = definitions(`
export const landing = source('landing.orders', { reader: files('*.csv'), columns: { id: col.integer() } });
export const bronze = table('bronze.orders', { columns: landing.columns, rows: landing.unread, write: 'append' });
export const small = table('silver.small', { columns: { id: col.integer().key().max(1) }, rows: sql\`select id from \${bronze}\` });
export const daily = job('daily', { when: byHand, build: [small] });
`);
const world = (): Sandbox =>
  new Sandbox({ 'esteira.config.ts': config, 'definitions/shop.ts': shop, 'data/1.csv': 'id\n1\n2\n' });
const machine = (sandbox: Sandbox, name: string) => ({ ESTEIRA_LOCAL: sandbox.file(`machines/${name}`) });

test('what a run has published before it failed is kept before it is called failed', async () => {
  const sandbox = world();
  await sandbox.succeed('setup');
  const env = { ...machine(sandbox, 'one'), ESTEIRA_STOP_AT: 'finished@1' };
  assert.equal((await sandbox.start(['run', 'daily'], { env }).ended).exit, 137);
  const words = ['query', 'select count(*) from bronze.orders', '--json'];
  const { out, err } = await sandbox.start(words, { env: machine(sandbox, 'two') }).ended;
  assert.deepEqual((JSON.parse(out || err) as QueryView).rows, [[2]]);
});

test('a run that failed and is not kept says both', async () => {
  const sandbox = world();
  await sandbox.succeed('setup');
  // Somebody else puts another meanwhile: by the time this one does, the store has gone on.
  const latest = sandbox.file('kept/warehouse/latest.json');
  const project = await openProject({ folder: sandbox.ofSources().folder });
  const other = { ...JSON.parse(readFileSync(latest, 'utf8')), number: 99 };
  rmSync(sandbox.file('kept/warehouse/.latest.json.1'), { force: true });
  writeFileSync(latest, JSON.stringify(other));
  const events: unknown[] = [];
  const failing = operate(
    project,
    'run',
    { job: 'daily' },
    { emit: (event) => void events.push(event), signal: new AbortController().signal },
  );
  await assert.rejects(failing, ({ code, details }: { code: string; details: { got: string } }) => {
    assert.equal(code, 'ROWS_INVALID');
    assert.match(details.got, /not kept: FENCED: Another process has put the warehouse/);
    return true;
  });
  await assert.rejects(project.close(), { code: 'FENCED' });
});

test('a question puts nothing, and is not refused where nothing can be put', async () => {
  const sandbox = world().ofSources();
  const project = await openProject({ folder: sandbox.folder });
  let puts = 0;
  const counted = {
    ...project,
    warehouse: {
      ...project.warehouse,
      keep: async () => {
        puts += 1;
        await project.warehouse.keep?.();
      },
    },
  };
  const carry = (name: OperationName, input: object) =>
    operate(counted, name, input as never, { emit: () => {}, signal: new AbortController().signal });
  try {
    await carry('setup', {});
    assert.equal(puts, 1);
    await carry('status', {});
    await carry('query', { sql: 'select count(*) from bronze.orders' });
    await carry('settings', {});
    assert.equal(puts, 1);
  } finally {
    await project.close();
  }
});

test('what a restore puts in its place is what other machines bring, from then on', async () => {
  const sandbox = world();
  await sandbox.succeed('setup');
  const backup = sandbox.file('backups/before');
  await sandbox.succeed('backup', backup);
  assert.equal((await sandbox.run('run', 'daily')).exit, 1);
  const counted = async (name: string): Promise<unknown> => {
    const words = ['query', 'select count(*) from bronze.orders', '--json'];
    const { out, err } = await sandbox.start(words, { env: machine(sandbox, name) }).ended;
    return (JSON.parse(out || err) as QueryView).rows;
  };
  assert.deepEqual(await counted('two'), [[2]]);
  await sandbox.succeed('restore', backup, '--only', 'warehouse', '--yes', 'shop');
  assert.deepEqual([await counted('two'), await counted('three')], [[[0]], [[0]]]);
  assert.deepEqual((await sandbox.ask<QueryView>('query', 'select count(*) from bronze.orders')).rows, [[0]]);
});
