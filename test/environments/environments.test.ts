import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { QueryView, SettingsView } from '../../src/operate/views.ts';
import { config, definitions } from '../errors/case.ts';
import { Sandbox } from '../sandbox.ts';

const body = definitions(`
export const limits = settings('config.limits', { floor: col.real().default(0.5) });
export const numbers = table('silver.numbers', { columns: { n: col.integer().key() }, rows: sql\`select 1 as n\` });
export const shown = table('curated.numbers', { columns: { n: col.integer() }, rows: sql\`select n from \${numbers}\`, write: 'view' });
export const daily = job('daily', { when: byHand, build: [shown] });
`);

/** Two environments: each its own folder, or one folder and a prefix. */
const environments = (dev: string): Readonly<Record<string, string>> => ({
  ...config({ environments: `    dev: {\n      ${dev}\n      files: folder({ path: 'data' }),\n    },\n` }),
  'definitions/shop.ts': body,
});

/** By file: what is in it. */
function hashes(folder: string): ReadonlyMap<string, string> {
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  return new Map(
    files
      .filter((one) => one.isFile())
      .map((one) => path.join(one.parentPath, one.name))
      .map((file) => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]),
  );
}

/** Everything that writes. */
async function work(sandbox: Sandbox, environment: string): Promise<void> {
  for (const command of ['setup', 'run daily', 'settings set config.limits.floor 0.25', 'run daily --again'])
    await sandbox.succeed(...command.split(' '), '--env', environment);
}

const floor = async (sandbox: Sandbox, environment: string): Promise<unknown> =>
  (await sandbox.ask<SettingsView>('settings', '--env', environment)).settings[0]?.value;

test('a command in one environment touches no file of another, and settings are each one’s own', async () => {
  const dev = `warehouse: duckdb({ folder: 'dev' }),\n      state: sqlite({ file: 'dev/state.sqlite' }),`;
  const sandbox = new Sandbox(environments(dev), { inside: true });
  await sandbox.succeed('setup');
  await sandbox.succeed('run', 'daily');
  const before = hashes(sandbox.file('warehouse'));
  assert.ok(before.size >= 2);
  await work(sandbox, 'dev');
  assert.deepEqual(hashes(sandbox.file('warehouse')), before);
  const after = hashes(sandbox.file('dev'));
  await work(sandbox, 'local');
  assert.deepEqual(hashes(sandbox.file('dev')), after);
  assert.notDeepEqual(hashes(sandbox.file('warehouse')), before);
  await sandbox.succeed('settings', 'set', 'config.limits.floor', '0.75', '--env', 'dev');
  assert.deepEqual([await floor(sandbox, 'dev'), await floor(sandbox, 'local')], [0.75, 0.25]);
});

test('with a prefix two environments are in one folder: a file of its own each, the same names in queries', async () => {
  const dev = `prefix: 'dev_',\n      warehouse: duckdb({ folder: 'warehouse' }),\n      state: sqlite({ file: 'dev.sqlite' }),`;
  const sandbox = new Sandbox(environments(dev), { inside: true });
  await sandbox.succeed('setup');
  const before = hashes(sandbox.file('warehouse'));
  await work(sandbox, 'dev');
  const after = hashes(sandbox.file('warehouse'));
  for (const [file, hash] of before) assert.equal(after.get(file), hash, file);
  assert.ok(after.has(sandbox.file('warehouse/dev_shop.duckdb')), [...after.keys()].join());
  const sql = 'select (select count(*) from shop.silver.numbers), (select count(*) from shop.curated.numbers)';
  assert.deepEqual((await sandbox.ask<QueryView>('query', sql, '--env', 'dev')).rows, [[1, 1]]);
  assert.deepEqual((await sandbox.ask<QueryView>('query', sql)).rows, [[0, 0]]);
});

test('one owner serves both environments at once, each from its own files', async () => {
  const dev = `warehouse: duckdb({ folder: 'dev' }),\n      state: sqlite({ file: 'dev/state.sqlite' }),`;
  const sandbox = new Sandbox(environments(dev));
  await sandbox.succeed('setup');
  await work(sandbox, 'dev');
  const owner = sandbox.start(['query', 'select count(*) from range(500) where sleep_ms(5) is null']);
  await sandbox.ownedBy(owner);
  const words = ['query', 'select count(*) from silver.numbers', '--json'];
  const [local, other] = await Promise.all([sandbox.run(...words), sandbox.run(...words, '--env', 'dev')]);
  assert.deepEqual([JSON.parse(local.out).rows, JSON.parse(other.out).rows], [[[0]], [[1]]]);
  assert.equal((await owner.ended).exit, 0);
});

test('environments that come to one file by two ways are refused', async () => {
  const dev = `warehouse: duckdb({ folder: env('SHOP_DEV', 'other') }),\n      state: sqlite({ file: 'dev.sqlite' }),`;
  const sandbox = new Sandbox(environments(dev), { inside: true });
  assert.equal((await sandbox.run('check')).exit, 0);
  const { exit, err } = await sandbox.start(['check'], { env: { SHOP_DEV: 'data/../warehouse' } }).ended;
  assert.equal(exit, 2);
  assert.match(err, /ENVIRONMENTS_SHARE[\s\S]*local and dev[\s\S]*warehouse\/shop\.duckdb/);
});

test('setup writes .env.example, adds what is new, and leaves .env and what people wrote alone', async () => {
  const dev = `warehouse: duckdb({ folder: env('SHOP_DEV', 'other') }),\n      state: sqlite({ file: env('SHOP_STATE') }),`;
  const sandbox = new Sandbox({ ...environments(dev), '.env': 'SHOP_STATE=dev.sqlite\n' });
  const file = sandbox.file('.env.example');
  assert.match(await sandbox.succeed('setup'), /\.env\.example: SHOP_DEV, SHOP_STATE\./);
  const written = readFileSync(file, 'utf8');
  assert.match(written, /# warehouse of dev\nSHOP_DEV=\n\n# state of dev\nSHOP_STATE=\n$/);
  assert.ok(!/example/.test(await sandbox.succeed('setup')));
  assert.equal(readFileSync(file, 'utf8'), written);
  writeFileSync(file, '# mine\nSHOP_DEV=somewhere');
  assert.deepEqual((await sandbox.ask<{ variables: readonly string[] }>('setup')).variables, ['SHOP_STATE']);
  assert.equal(readFileSync(file, 'utf8'), '# mine\nSHOP_DEV=somewhere\n\n# state of dev\nSHOP_STATE=\n');
  assert.equal(readFileSync(sandbox.file('.env'), 'utf8'), 'SHOP_STATE=dev.sqlite\n');
});

test('errors name the command of the environment that was asked for', async () => {
  const dev = `warehouse: duckdb({ folder: 'dev' }),\n      state: sqlite({ file: 'dev/state.sqlite' }),`;
  const sandbox = new Sandbox(environments(dev), { inside: true });
  const { exit, err } = await sandbox.run('run', 'daily', '--env', 'dev');
  assert.equal(exit, 3);
  assert.match(err, /next {4}esteira --env dev setup$/m);
  await sandbox.succeed('--env', 'dev', 'setup');
});

test('what a person is told to do next means the environment that was asked for', async () => {
  const dev = `warehouse: duckdb({ folder: 'dev' }),\n      state: sqlite({ file: 'dev/state.sqlite' }),`;
  const sandbox = new Sandbox(environments(dev), { inside: true });
  sandbox.write({
    'definitions/shop.ts': body
      .replace(
        "export const daily = job('daily', { when: byHand,",
        "export const daily = job('daily', { when: cron('0 2 * * *'),",
      )
      .replace('sql`select 1 as n` });', "sql`select 1 as n union all select null`, invalid: 'set aside' });"),
  });
  assert.match(await sandbox.succeed('plan', 'daily', '--env', 'dev'), /set up first \(esteira --env dev setup\)/);
  await sandbox.succeed('setup', '--env', 'dev');
  const told = await sandbox.succeed('run', 'daily', '--env', 'dev');
  assert.match(told, /next {4}esteira --env dev show silver\.numbers_invalidos$/m);
  const again = await sandbox.succeed('run', 'daily', '--env', 'dev');
  const [, next = ''] = /next {4}esteira (--env dev run daily --date \S+ --again)$/m.exec(again) ?? [];
  assert.match(await sandbox.succeed(...next.split(' ')), /succeeded in/, again);
  const { err } = await sandbox.run('settings', 'get', 'config.limits.flor', '--env', 'dev');
  assert.match(err, /Did you mean: esteira --env dev settings get config\.limits\.floor/);
});
