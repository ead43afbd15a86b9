// What a user installs: the tarball, in an empty folder far from this repository. Run by name: npm test -- test/package
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { type Outcome, outside, root, run } from '../traps/surroundings.ts';

const folder = outside();
const shop = path.join(folder, 'loja da praça');
after(() => rmSync(folder, { recursive: true, force: true }));

const env = {
  npm_config_cache: path.join(root, '.esteira', 'npm'),
  npm_config_audit: 'false',
  npm_config_fund: 'false',
};
const inShop = (...command: string[]): Promise<Outcome> => run(shop, command, { env });
async function works(...command: string[]): Promise<string> {
  const done = await inShop(...command);
  assert.equal(done.code, 0, `${command.join(' ')}\n${done.output}`);
  assert.deepEqual(done.left, [], `${command.join(' ')} left files in HOME or the folder for temporary files`);
  return done.output;
}
const esteira = (...words: string[]): Promise<string> => works('node_modules/.bin/esteira', ...words);
async function rowsOf(query: string): Promise<readonly (readonly unknown[])[]> {
  const { rows } = JSON.parse(await esteira('query', query, '--json')) as { rows: unknown[][] };
  return rows;
}
function edit(file: string, ...changes: readonly (readonly [was: string, is: string])[]): void {
  let text = readFileSync(path.join(shop, file), 'utf8');
  for (const [was, is] of changes) {
    assert.ok(text.includes(was), `${file} has no ${was}`);
    text = text.replace(was, is);
  }
  writeFileSync(path.join(shop, file), text);
}

before(async () => {
  const built = spawnSync(process.execPath, [path.join(root, 'scripts', 'build.ts')], { encoding: 'utf8', cwd: root });
  assert.equal(built.status, 0, `${built.stdout}${built.stderr}`.slice(-1500));
  mkdirSync(shop);
  await works('npm', 'install', path.join(root, built.stdout.trim()));
});

test('the package holds JavaScript and types, and no TypeScript that Node would refuse', () => {
  const home = path.join(shop, 'node_modules', 'esteira');
  assert.deepEqual(
    globSync('{lib,bin}/**/*.{ts,mts}', { cwd: home }).filter((file) => !file.endsWith('.d.ts')),
    [],
  );
  const { exports, dependencies } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { types: string; default: string }>;
    dependencies: Record<string, string>;
  };
  const named = Object.values(exports).flatMap((one) => (typeof one === 'string' ? one : [one.types, one.default]));
  for (const file of named) assert.ok(existsSync(path.join(home, file)), file);
  assert.ok(existsSync(path.join(home, 'LICENSE')));
  assert.deepEqual(
    dependencies,
    {
      '@duckdb/node-bindings': '1.5.5-r.5',
      '@platformatic/kafka': '2.12.1',
      fastify: '5.12.8',
      nodemailer: '10.6.0',
      pg: '8.23.1',
      'prom-client': '15.1.3',
    },
    'the other libraries are packed',
  );
  const licences = readFileSync(path.join(home, 'lib', 'LICENSES.txt'), 'utf8');
  assert.match(
    licences,
    /^@duckdb\/node-api \d.*^croner \d.*Permission is hereby granted.*^kysely \d.*Permission is hereby granted/ms,
  );
  const declared = globSync('lib/**/*.d.ts', { cwd: home }).map((file) => readFileSync(path.join(home, file), 'utf8'));
  for (const text of declared)
    assert.doesNotMatch(text, /['"](croner|kysely|nodemailer|pg|@duckdb)/, 'a library that is not there');
});

test('init writes a project whose types are clean and whose tests pass', async () => {
  await esteira('init', '.');
  await works('npm', 'install');
  await works('node_modules/.bin/tsc');
  assert.match(await works('npm', 'test'), /pass 2/);
});

test('a date is a date in the types of a project that does not ask for Temporal', async () => {
  const file = path.join(shop, 'dates.ts');
  writeFileSync(
    file,
    `import type { RowOf } from 'esteira';
import { orders } from './pipelines/shop/definitions/1-orders.ts';
declare const row: RowOf<typeof orders.columns>;
row.ordered_on satisfies { add(duration: { days: number }): unknown };
// @ts-expect-error a date is not a number, nor \`any\`
row.ordered_on satisfies number;
export const customer: string = row.customer;
`,
  );
  const options = ['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', '--lib', 'es2024'];
  await works('node_modules/.bin/tsc', ...options, '--types', 'node', '--allowImportingTsExtensions', 'dates.ts');
  rmSync(file);
});

test('before setup, a run creates nothing and gives the command that does', async () => {
  const done = await inShop('node_modules/.bin/esteira', 'run', 'daily');
  assert.equal(done.code, 3, done.output);
  assert.match(done.output, /esteira setup/);
});

test('setup and run take the files to gold, and set the wrong rows aside', async () => {
  await esteira('setup');
  assert.match(await esteira('plan', 'daily'), /gold\.sales/);
  await esteira('run', 'daily');
  assert.deepEqual(await rowsOf('select id from silver.orders order by id'), [[1], [2], [4], [5]]);
  const flags = 'select quantity_kind, product_known from silver.orders_invalidos order by id';
  assert.deepEqual(await rowsOf(flags), [
    [false, true],
    [true, false],
  ]);
  const sales = 'select cast(sum(orders) as integer), cast(sum(amount) as varchar) from gold.sales';
  assert.deepEqual(await rowsOf(sales), [[4, '23.10']]);
});

test('a new column is planned, asked for by run, made by setup and filled by the next run', async () => {
  edit(
    'pipelines/shop/definitions/2-sales.ts',
    ['    amount: col.decimal(14, 2),', '    amount: col.decimal(14, 2),\n    dearest: col.decimal(10, 2),'],
    ['as amount\n', 'as amount, max(o.price) as dearest\n'],
  );
  await works('node_modules/.bin/tsc');
  assert.match((await inShop('node_modules/.bin/esteira', 'plan', 'daily')).output, /dearest|setup/);
  const refused = await inShop('node_modules/.bin/esteira', 'run', 'daily', '--again');
  assert.equal(refused.code, 3, refused.output);
  assert.match(refused.output, /esteira setup/);
  assert.match(await esteira('setup'), /dearest/);
  await esteira('run', 'daily', '--again');
  assert.deepEqual(await rowsOf('select cast(max(dearest) as varchar) from gold.sales'), [['4.20']]);
});
