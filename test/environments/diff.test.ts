import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DiffView } from '../../src/operate/views.ts';
import { config, definitions } from '../errors/case.ts';
import { Sandbox } from '../sandbox.ts';

const body = (columns: string, query: string): string =>
  definitions(`
export const orders = table('silver.orders', { columns: { ${columns} }, rows: sql\`${query}\`, invalid: 'set aside' });
export const loose = table('silver.loose', { columns: { n: col.integer() }, rows: sql\`select unnest([1, 1, 2]) as n\` });
export const shown = table('curated.orders', { columns: { id: col.integer() }, rows: sql\`select id from \${orders}\`, write: 'view' });
export const daily = job('daily', { when: byHand, build: [shown, loose] });
`);
const columns = 'id: col.integer().key(), word: col.text()';
const usual = body(columns, "select * from (values (1, 'one'), (2, 'two'), (3, 'three'), (-1, null)) as v(id, word)");
const environments = {
  ...config({
    environments: `    prod: { warehouse: duckdb({ folder: 'prod' }), state: sqlite({ file: 'prod/state.sqlite' }), files: folder({ path: 'data' }) },\n`,
  }),
  'definitions/shop.ts': usual,
};

async function builtIn(sandbox: Sandbox, ...words: readonly string[]): Promise<void> {
  await sandbox.succeed('setup', ...words);
  await sandbox.succeed('run', 'daily', '--again', ...words);
}
async function bothBuilt({ inside = true } = {}): Promise<Sandbox> {
  const sandbox = new Sandbox(environments, { inside });
  await builtIn(sandbox);
  await builtIn(sandbox, '--env', 'prod');
  return sandbox;
}
const diffOf = async (sandbox: Sandbox, table: string): Promise<{ readonly exit: number; readonly view: DiffView }> => {
  const { exit, out, err } = await sandbox.run('diff', table, '--against', 'prod', '--json');
  assert.ok(exit < 2, `${out}${err}`);
  return { exit, view: JSON.parse(out) as DiffView };
};
const hashesOf = (folder: string): readonly string[] =>
  (existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [])
    .filter((one) => one.isFile())
    .map((one) => path.join(one.parentPath, one.name))
    .map((file) => `${file} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`);

test('tables of two environments that are alike are equal, with exit code 0, and nothing of the other is touched', async () => {
  const sandbox = await bothBuilt();
  const before = hashesOf(sandbox.file('prod'));
  for (const table of ['silver.orders', 'silver.loose', 'curated.orders', 'silver.orders_invalidos']) {
    const { exit, view } = await diffOf(sandbox, table);
    assert.deepEqual([exit, view.equal, view.schema, view.samples], [0, true, [], []], JSON.stringify(view));
    assert.equal(view.by, table === 'silver.orders' ? 'key' : 'row');
  }
  assert.deepEqual(hashesOf(sandbox.file('prod')), before);
  assert.deepEqual(readdirSync(sandbox.file('.esteira/diff')), []);
  assert.match(await sandbox.succeed('diff', 'silver.orders', '--against', 'prod'), /\nEqual\.\n$/);
});

test('rows only here, only there and different are counted and shown; exit code 1', async () => {
  const sandbox = await bothBuilt();
  const query = "select * from (values (1, 'one'), (2, 'TWO'), (4, 'four')) as v(id, word)";
  sandbox.write({ 'definitions/shop.ts': body(columns, query) });
  await builtIn(sandbox);
  const { exit, view } = await diffOf(sandbox, 'silver.orders');
  assert.equal(exit, 1);
  assert.deepEqual(
    [view.equal, view.rows, view.columns, view.key],
    [false, { here: 3, there: 3, onlyHere: 1, onlyThere: 1, different: 1 }, [{ name: 'word', rows: 1 }], ['id']],
  );
  assert.deepEqual(view.samples, [
    { what: 'different', key: { id: 2 }, values: [{ column: 'word', here: 'TWO', there: 'two' }] },
    { what: 'only here', key: { id: 4 }, values: [{ column: 'word', here: 'four' }] },
    { what: 'only there', key: { id: 3 }, values: [{ column: 'word', there: 'three' }] },
  ]);
  const { out } = await sandbox.run('diff', 'silver.orders', '--against', 'prod', '--samples', '1');
  assert.match(out, /^rows +3 +3\nonly in it +1 +1\n1 row of one key \(id\) with other values\n {2}in word 1$/m);
  assert.match(
    out,
    /\n1 difference, local → prod:\n {2}different {2}id 2\n {4}word {2}"TWO" → "two"\n\nNot equal\.\n$/,
  );
  for (const line of out.split('\n')) assert.ok(line.length <= 80, line);
});

test('the versions of a history are told apart by their key and since when each is true', async () => {
  const versions = (rows: string) =>
    definitions(`
import { history } from 'esteira';
export const names = table('silver.names', { columns: { id: col.integer().key(), word: col.text(), day: col.date() }, write: history({ at: 'day' }),
  rows: sql\`select id, word, cast(day as date) as day from (values ${rows}) as v(id, word, day)\` });
export const daily = job('daily', { when: byHand, build: [names] });
`);
  const first = "(1, 'one', '2026-01-01'), (1, 'two', '2026-01-02')";
  const sandbox = new Sandbox({ ...environments, 'definitions/shop.ts': versions(first) }, { inside: true });
  await builtIn(sandbox);
  await builtIn(sandbox, '--env', 'prod');
  assert.equal((await diffOf(sandbox, 'silver.names')).exit, 0);
  sandbox.write({ 'definitions/shop.ts': versions(`${first}, (1, 'three', '2026-01-03')`) });
  await builtIn(sandbox);
  const { view } = await diffOf(sandbox, 'silver.names');
  assert.deepEqual([view.by, view.key], ['key', ['id', 'valid_from']]);
  assert.deepEqual(view.rows, { here: 3, there: 2, onlyHere: 1, onlyThere: 0, different: 1 });
  assert.deepEqual(view.columns, [{ name: 'valid_until', rows: 1 }]);
});

test('a schema that is another one is a difference: columns, types, what may be missing, the key', async () => {
  const sandbox = await bothBuilt();
  sandbox.write({
    'definitions/shop.ts': body(
      'id: col.integer().key(), word: col.text().optional(), more: col.integer().key(), day: col.date().optional()',
      "select * from (values (1, 'one', 7, null::date), (2, 'two', 7, null), (3, 'three', 7, null)) as v(id, word, more, day)",
    ),
  });
  await builtIn(sandbox);
  const { exit, view } = await diffOf(sandbox, 'silver.orders');
  assert.deepEqual([exit, view.equal, view.by, view.rows.different + view.rows.onlyHere], [1, false, 'row', 0]);
  assert.deepEqual(view.schema, [
    { what: 'column only here', column: 'more', here: 'BIGINT' },
    { what: 'column only here', column: 'day', here: 'DATE' },
    { what: 'optional', column: 'word', here: 'optional', there: 'required' },
    { what: 'key', here: 'id, more', there: 'id' },
  ]);
});

test('an owner that has the other environment open answers while it writes; another project’s process is named', async () => {
  const sandbox = await bothBuilt({ inside: false });
  const owner = sandbox.start(['query', 'select count(*) from range(400) where sleep_ms(5) is null', '--env', 'prod']);
  await sandbox.ownedBy(owner);
  const { exit, view } = await diffOf(sandbox, 'silver.orders');
  assert.deepEqual([exit, view.rows.there], [0, 3]);
  assert.equal((await owner.ended).exit, 0);
  // This process is of no project: its lock is all that is known of it.
  const instance = await DuckDBInstance.create(sandbox.file('prod/shop.duckdb'));
  try {
    const { exit: held, err } = await sandbox.run('diff', 'silver.orders', '--against', 'prod');
    assert.equal(held, 4);
    assert.match(err, new RegExp(`FILE_HELD: .*process ${process.pid}`));
    assert.match(err.replaceAll(/\s+/g, ' '), /in the project folder of that process/);
  } finally {
    instance.closeSync();
  }
});
