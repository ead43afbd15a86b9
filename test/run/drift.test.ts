import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EsteiraError } from '../../src/errors.ts';
import { Changing, daily } from './support/changing.ts';

const landing = `export const landing = source('landing.n', { reader: files('*.csv'), columns: { n: col.integer(), m: col.text() } });
export const bronze = table('bronze.n', { columns: landing.columns, rows: landing.unread, write: 'append' });\n`;
/** A silver table that takes in new rows, and a gold one that starts anew. */
const pair = (
  silver: string,
  gold = `columns: { n: col.integer() }, rows: sql\`select n from \${silver}\``,
): string => `${landing}
export const silver = table('silver.n', { write: 'merge', ${silver} });
export const gold = table('gold.n', { ${gold} });
${daily('gold')}`;
const query = (list: string): string => `rows: sql\`select ${list} from \${bronze.since('n')}\``;
const usual = `columns: { n: col.integer().key(), m: col.text() }, ${query('n, m')}`;

const changedIn = async (shop: Changing) =>
  (await shop.do('plan', { job: 'daily' })).changed.map(({ label, means, what, next, byRun, values }) =>
    [label, means, what.join('; '), next ?? (byRun ? 'this run' : ''), ...(values === undefined ? [] : [values])].join(
      ' | ',
    ),
  );
const refused = (code: string, got: RegExp) => (error: unknown) =>
  error instanceof EsteiraError && error.code === code && got.test(`${error.details.got}\n${error.details.next}`);

async function built(definition: string): Promise<Changing> {
  const shop = new Changing().define(definition);
  shop.file('a.csv', 'n,m\n1,one\n2,two\n3,three\n');
  await shop.run('2026-01-01');
  return shop;
}

test('a comment and formatting change nothing; a changed query means to build again, until that was done', async () => {
  const shop = await built(pair(usual));
  shop.define(
    pair(
      `columns: { m: col.text(), n: col.integer().key() },\n rows: sql\`select n,\n m -- the word\n from \${bronze.since('n')}\``,
    ),
  );
  assert.deepEqual(await changedIn(shop), []);
  const other = pair(`columns: { n: col.integer().key(), m: col.text() }, ${query('n, upper(m) as m')}`);
  shop.define(other);
  assert.deepEqual(await changedIn(shop), ['silver.n | rebuild | its query | esteira reprocess silver.n']);
  shop.file('b.csv', 'n,m\n4,four\n');
  await shop.run('2026-01-02');
  assert.deepEqual(await shop.rows('select n, m from silver.n where n in (1, 4) order by n'), [
    [1, 'one'],
    [4, 'FOUR'],
  ]);
  assert.deepEqual(await changedIn(shop), ['silver.n | rebuild | its query | esteira reprocess silver.n']);
  await shop.do('reprocess', { scope: 'silver.n' });
  assert.equal(await shop.ask('select count(*) from silver.n where m = upper(m)'), 4);
  assert.deepEqual(await changedIn(shop), []);
  shop.define(pair(usual));
  assert.deepEqual(await changedIn(shop), ['silver.n | rebuild | its query | esteira reprocess silver.n']);
});

test('a column that is new is filled for old rows by reprocess; in a table that starts anew the run does it', async () => {
  const shop = await built(pair(usual));
  shop.define(
    pair(
      `columns: { n: col.integer().key(), m: col.text(), d: col.integer().optional() }, ${query('n, m, n * 2 as d')}`,
      `columns: { n: col.integer(), d: col.integer().optional() }, rows: sql\`select n, d from \${silver}\``,
    ),
  );
  const plan = await changedIn(shop);
  assert.deepEqual(plan, [
    'silver.n | fill | the column d is new; its query | esteira reprocess silver.n',
    'gold.n | fill | the column d is new; its query | this run',
  ]);
  await shop.run('2026-01-02');
  assert.equal(await shop.ask('select count(d) from silver.n'), 0);
  await shop.do('reprocess', { scope: 'silver.n' });
  assert.deepEqual(await shop.rows('select n, d from gold.n order by n'), [
    [1, 2],
    [2, 4],
    [3, 6],
  ]);
});

test('kinds that hold all that is there are changed in place; one that does not is refused until it is asked for', async () => {
  const shop = await built(pair(usual));
  shop.define(
    pair(
      `columns: { n: col.decimal(18, 2).key(), m: col.text().optional() }, ${query('n, m')}`,
      `columns: { n: col.decimal(18, 2) }, rows: sql\`select n from \${silver}\``,
    ),
  );
  assert.deepEqual(await changedIn(shop), [
    'silver.n | alter | the column m: required → optional; the column n: integer → decimal(18, 2) | ',
    'gold.n | alter | the column n: integer → decimal(18, 2) | ',
  ]);
  const { changes } = await shop.do('setup', {});
  assert.deepEqual(
    changes.map(({ change, name }) => `${change} ${name}`),
    ['retype column silver.n.n BIGINT → DECIMAL(18,2)', 'retype column gold.n.n BIGINT → DECIMAL(18,2)'],
  );
  assert.equal(await shop.ask('select count(*) from silver.n where n = 1.00'), 1);
  await shop.run('2026-01-02');
  // Numbers are no days.
  shop.define(pair(`columns: { n: col.integer().key(), m: col.date() }, ${query("n, date '2026-01-01' as m")}`));
  const [, lost] = (await changedIn(shop)).filter((one) => one.startsWith('silver'));
  assert.equal(lost, 'silver.n | destroy | m VARCHAR → DATE | esteira setup --destroy silver.n | 3');
  await assert.rejects(
    shop.do('setup', {}),
    refused('DESTROY_UNASKED', /m VARCHAR → DATE: 3\nPut .* esteira setup --destroy silver\.n$/),
  );
  await assert.rejects(shop.do('run', { job: 'daily', date: '2026-01-03' }), refused('DESTROY_UNASKED', /m VARCHAR/));
  assert.equal(await shop.ask("select count(*) from silver.n where m in ('one', 'two')"), 2);
  await shop.do('setup', { destroy: ['silver.n'] });
  await shop.do('reprocess', { scope: 'silver.n' });
  assert.equal(await shop.ask("select count(*) from silver.n where m = date '2026-01-01'"), 3);
});

test('a view shows a column in its new type, and settings that cannot be kept are made anew when it is asked for', async () => {
  const text = (kind: string, setting: string): string => `${landing}
    export const limits = settings('config.limits', { most: ${setting} });
    export const silver = table('silver.n', { columns: { n: ${kind} }, rows: sql\`select n from \${bronze} where n < 9\` });
    export const view = table('gold.view', { columns: { n: ${kind} }, rows: sql\`select n from \${silver}\`, write: 'view' });
    export const over = table('gold.second', { columns: { n: ${kind} }, rows: sql\`select n from \${view}\`, write: 'view' });
    ${daily('over')}`;
  const shop = await built(text('col.integer()', "col.text().default('many')"));
  shop.define(text('col.decimal(18, 2)', "col.text().default('many')"));
  const { changes } = await shop.do('setup', {});
  assert.deepEqual(
    changes.map(({ change, name }) => `${change} ${name}`),
    ['retype column silver.n.n BIGINT → DECIMAL(18,2)', 'create view gold.view', 'create view gold.second'],
  );
  assert.equal(await shop.ask('select n from gold.second order by n'), '1.00');
  shop.define(text('col.decimal(18, 2)', 'col.integer().default(7)'));
  await assert.rejects(
    shop.do('setup', {}),
    refused('DESTROY_UNASKED', /config\.limits: most VARCHAR → BIGINT: 1\n.*--destroy config\.limits$/),
  );
  await shop.do('setup', { destroy: ['config.limits'] });
  assert.deepEqual(
    (await shop.do('settings', {})).settings.map(({ name, value }) => [name, value]),
    [['config.limits.most', 7]],
  );
});

test('a column that is declared no more stays; a run that would empty it is refused until it is asked for', async () => {
  const gold = `columns: { n: col.integer(), m: col.text().optional() }, rows: sql\`select n, m from \${silver}\``;
  const shop = await built(
    pair(`columns: { n: col.integer().key(), m: col.text().optional() }, ${query('n, m')}`, gold),
  );
  const without = pair(`columns: { n: col.integer().key() }, ${query('n')}`);
  shop.define(without);
  const plan = await changedIn(shop);
  assert.ok(
    plan.includes('gold.n | destroy | the column m is not declared any more | esteira setup --destroy gold.n | 3'),
    plan.join('\n'),
  );
  assert.ok(
    plan.includes('silver.n | destroy | the column m is not declared any more | esteira setup --destroy silver.n | 3'),
  );
  await shop.do('setup', {});
  shop.file('b.csv', 'n,m\n4,four\n');
  await assert.rejects(
    shop.do('run', { job: 'daily', date: '2026-01-02' }),
    refused('DESTROY_UNASKED', /^gold\.n: the column m .*: 3\n/),
  );
  assert.equal(await shop.ask('select count(*) from bronze.n'), 3);
  await shop.do('run', { job: 'daily', date: '2026-01-02', select: ['+silver.n'] });
  assert.deepEqual(await shop.rows('select n, m from silver.n order by n'), [
    [1, 'one'],
    [2, 'two'],
    [3, 'three'],
    [4, null],
  ]);
  await assert.rejects(
    shop.do('reprocess', { scope: 'silver.n' }),
    refused('DESTROY_UNASKED', /silver\.n: the column m/),
  );
  await shop.do('setup', { destroy: ['silver.n', 'gold.n'] });
  await shop.run('2026-01-03');
  assert.equal(
    await shop.ask(
      "select count(*) from information_schema.columns where column_name = 'm' and table_schema in ('silver', 'gold')",
    ),
    0,
  );
  assert.deepEqual(
    (await changedIn(shop)).filter((one) => one.includes('destroy')),
    [],
  );
});

test('a key that tells fewer rows apart is refused before anything is written; reprocess asks for it', async () => {
  const shop = await built(
    pair(`columns: { n: col.integer().key(), m: col.text().key() }, ${query("n, coalesce(m, '') as m")}`),
  );
  shop.file('b.csv', 'n,m\n1,uno\n');
  await shop.run('2026-01-02');
  shop.define(
    pair(
      `columns: { n: col.integer().key(), m: col.text() }, ${query("n, coalesce(m, '') as m")}, duplicates: keepLatest('m')`,
    ),
  );
  assert.ok(
    (await changedIn(shop)).some((one) =>
      /silver\.n \| destroy \| the key \(m, n\) → \(n\), .* \| esteira reprocess silver\.n \| 1/.test(one),
    ),
    (await changedIn(shop)).join('\n'),
  );
  shop.file('c.csv', 'n,m\n9,nine\n');
  await assert.rejects(shop.run('2026-01-03'), refused('DESTROY_UNASKED', /reprocess silver\.n$/));
  assert.equal(await shop.ask('select count(*) from bronze.n'), 4);
  await shop.do('reprocess', { scope: 'silver.n' });
  assert.deepEqual(await shop.rows('select n, m from silver.n where n = 1'), [[1, 'uno']]);
});

test('a table without its definition is named, and goes only by its name, with what stands beside it', async () => {
  const shop = await built(pair(`${usual}, invalid: 'set aside'`));
  shop.define(`${landing}${daily('bronze')}`);
  const { leftBehind } = await shop.do('plan', { job: 'daily' });
  assert.deepEqual(leftBehind, [
    { table: 'shop.gold.n', kind: 'table', rows: 3, beside: [], next: 'esteira setup --destroy gold.n' },
    {
      table: 'shop.silver.n',
      kind: 'table',
      rows: 3,
      beside: ['shop.silver.n_invalidos'],
      next: 'esteira setup --destroy silver.n',
    },
  ]);
  await shop.run('2026-01-02');
  assert.equal(await shop.ask('select count(*) from gold.n'), 3);
  await assert.rejects(shop.do('setup', { destroy: ['silver.other'] }), refused('NAME_UNKNOWN', /./));
  const { changes } = await shop.do('setup', { destroy: ['silver.n'] });
  assert.deepEqual(
    changes.map(({ change, name }) => `${change} ${name}`),
    ['drop table silver.n', 'drop table silver.n_invalidos'],
  );
  assert.deepEqual(
    (await shop.do('plan', { job: 'daily' })).leftBehind.map(({ table }) => table),
    ['shop.gold.n'],
  );
  shop.define(pair(usual));
  await shop.run('2026-01-03');
  assert.equal(await shop.ask('select count(*) from silver.n'), 3);
});

test('the helper that a function imports is named when it changes, and not for a comment in it', async () => {
  const text = `import { twice } from '../helpers.ts';\n${landing}
    export const silver = table('silver.n', { columns: { n: col.integer() }, rows: from(sql\`select n from \${bronze}\`, ({ n }) => [{ n: twice(n) }]) });
    ${daily('silver')}`;
  const shop = new Changing();
  const define = (helper: string): Changing => {
    shop.define(text);
    writeFileSync(path.join(shop.folder, 'helpers.ts'), helper);
    return shop;
  };
  define('export const twice = (n: number) => n * 2;\n').file('a.csv', 'n,m\n1,one\n');
  await shop.run('2026-01-01');
  define('// Doubles.\nexport const twice = (n: number) =>\n  n * 2; /* it does */\n');
  assert.deepEqual(await changedIn(shop), []);
  define('export const twice = (n: number) => n * 3;\n');
  assert.deepEqual(await changedIn(shop), [
    'silver.n | rebuild | helpers.ts, which its function may use, is another one | this run',
  ]);
  await shop.run('2026-01-02');
  assert.equal(await shop.ask('select n from silver.n'), 3);
  assert.deepEqual(await changedIn(shop), []);
});
