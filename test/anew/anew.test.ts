import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { openProject } from '../../src/config/open.ts';
import { operate } from '../../src/operate/index.ts';
import type { QueryView, RunView, SettingsView } from '../../src/operate/views.ts';
import { Sandbox } from '../sandbox.ts';
import { definitions } from './definitions.ts';

const shop = (): Sandbox =>
  new Sandbox(
    { 'definitions/all.ts': definitions(), 'data/1.csv': 'id,day\n1,2026-03-09\n2,2026-03-09\n3,\n' },
    { inside: true },
  );

async function answer(sandbox: Sandbox, sql: string): Promise<readonly unknown[]> {
  const { rows } = await sandbox.ask<QueryView>('query', sql);
  return rows[0] ?? [];
}
const counts = (sandbox: Sandbox): Promise<readonly unknown[]> =>
  answer(
    sandbox,
    'select (select count(*) from bronze.orders), (select count(*) from silver.orders), max(n) from gold.count',
  );

test('a date that has succeeded runs again when the warehouse was made anew, and says why', async () => {
  const sandbox = shop();
  await sandbox.succeed('setup');
  await sandbox.succeed('run', 'daily', '--date', '2026-03-10');
  assert.match(await sandbox.succeed('run', 'daily', '--date', '2026-03-10'), /has succeeded already/);
  rmSync(sandbox.file('warehouse/shop.duckdb'));
  await sandbox.succeed('setup');
  const { out, err } = await sandbox.run('run', 'daily', '--date', '2026-03-10');
  assert.match(out + err, /the warehouse does not have what it published \(shop\.bronze\.orders\)/);
  assert.deepEqual(await counts(sandbox), [3, 3, 3]);
  assert.equal((await sandbox.ask<RunView>('run', 'daily', '--date', '2026-03-10')).alreadyDone, true);
});

test('a table that was dropped and set up again is filled again, and so are those that read it', async () => {
  const sandbox = shop();
  await sandbox.succeed('setup');
  await sandbox.succeed('run', 'daily', '--date', '2026-03-10');
  const instance = await DuckDBInstance.create(sandbox.file('warehouse/shop.duckdb'));
  const connection = await instance.connect();
  await connection.run('drop table bronze.orders; drop table silver.orders');
  connection.closeSync();
  instance.closeSync();
  assert.equal((await sandbox.run('run', 'daily', '--date', '2026-03-11')).exit, 3);
  await sandbox.succeed('setup');
  await sandbox.succeed('run', 'daily', '--date', '2026-03-11');
  assert.deepEqual(await counts(sandbox), [3, 3, 3]);
});

test('a table that reads a view is built again when the view has changed', async () => {
  const sandbox = shop();
  await sandbox.succeed('setup');
  await sandbox.succeed('run', 'daily', '--date', '2026-03-10');
  sandbox.write({ 'definitions/all.ts': definitions({ above: 1 }) });
  await sandbox.succeed('setup');
  await sandbox.succeed('run', 'daily', '--date', '2026-03-11');
  assert.deepEqual(await counts(sandbox), [3, 3, 2]);
});

test('rows without a value of the column that is looked back on are a group of their own, and judged', async () => {
  const sandbox = shop();
  await sandbox.succeed('setup');
  await sandbox.succeed('run', 'daily', '--date', '2026-03-10');
  assert.deepEqual(await answer(sandbox, 'select day, n, day_present from gold.by_day_invalidos'), [null, 1, false]);
  sandbox.write({ 'data/2.csv': 'id,day\n4,\n' });
  await sandbox.succeed('run', 'daily', '--date', '2026-03-11');
  const grown = 'select count(*) from gold.by_day_invalidos where day is null and n = 2';
  assert.deepEqual(await answer(sandbox, grown), [1]);
});

test('of two settings that are changed at once none is lost', async () => {
  const sandbox = shop().ofSources();
  await sandbox.succeed('setup');
  const project = await openProject({ folder: sandbox.folder });
  const context = { emit: () => {}, signal: new AbortController().signal };
  const set = (name: string) =>
    operate(project, 'settings set', { name: `config.limits.${name}`, value: '9', by: 'someone' }, context);
  await Promise.all([set('low'), set('high')]);
  await project.close();
  const { settings } = await sandbox.ask<SettingsView>('settings');
  assert.deepEqual(
    settings.map(({ value }) => value),
    [9, 9],
  );
});

test('doctor says that the state is older than the warehouse', async () => {
  const sandbox = shop();
  await sandbox.succeed('setup');
  await sandbox.succeed('run', 'daily', '--date', '2026-03-10');
  for (const end of ['', '-wal', '-shm']) rmSync(sandbox.file(`warehouse/state.sqlite${end}`), { force: true });
  const { exit, out } = await sandbox.run('doctor');
  assert.equal(exit, 1);
  assert.match(
    out,
    /is older than the warehouse: a run has published that it does not know, the last \w+ \(daily 2026-03-10\)/,
  );
});

const refused = async (definition: string): Promise<string> => {
  const sandbox = new Sandbox({ 'definitions/all.ts': `${definitions()}\n${definition}` });
  const { exit, err } = await sandbox.run('check');
  assert.equal(exit, 2);
  return err;
};

test('a column that the engine adds itself is no name, neither of a table nor of files', async () => {
  const columns = '{ columns: { rowid: col.integer() }, rows: sql`select 1 as rowid` }';
  assert.match(
    await refused(`export const one = table('gold.one', ${columns});`),
    /NAME_RESERVED: "rowid".* table gold.one/,
  );
  const file = `export const files2 = source('landing.two', { reader: files('*.csv'), columns: { rowid: col.integer() } });
    export const two = table('gold.two', { columns: { n: col.integer() }, rows: sql\`select rowid as n from \${files2}\` });`;
  assert.match(await refused(file), /NAME_RESERVED: "rowid".* source landing.two/);
});

test('what is new of a view is refused: a view does not keep when its rows came', async () => {
  const since = `export const since = table('gold.since', {
    columns: { id: col.integer().key() }, rows: sql\`select id from \${view.since('id')}\`, write: 'merge' });`;
  assert.match(await refused(since), /DEFINITION_INVALID: gold.since reads what is new of gold.chosen/);
});

test('a large table that is replaced keeps a column whose name was written in another case before', async () => {
  const large = (name: string): string => `import { col, cron, job, sql, table } from 'esteira';
    export const numbers = table('gold.numbers', {
      columns: { ${name}: col.integer() }, rows: sql\`select range as ${name} from range(130000)\` });
    export const daily = job('daily', { when: cron('0 5 * * *'), build: [numbers] });`;
  const sandbox = new Sandbox({ 'definitions/all.ts': large('amount') });
  await sandbox.succeed('setup');
  await sandbox.succeed('run', 'daily', '--date', '2026-03-10');
  sandbox.write({ 'definitions/all.ts': large('Amount') });
  await sandbox.succeed('run', 'daily', '--date', '2026-03-11');
  assert.deepEqual(await answer(sandbox, 'select count(amount), max(_run) from gold.numbers'), [130000, 2]);
});
