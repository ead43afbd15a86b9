import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Changing } from '../run/support/changing.ts';
import { tamper } from '../run/support/compare.ts';
import { customersOf, differencesFromNothing, forked, ordersOf, type Shop, shop } from './shop.ts';

/** Three days of a shop: late parents, changes, deletes and rows of one key; then its definitions change. */
async function threeDays(before: Shop = {}): Promise<Changing> {
  const changing = new Changing().define(shop(before));
  changing.file(
    'customers-1.csv',
    customersOf(1, [
      [1, 'rio'],
      [2, 'recife'],
      [3, 'natal'],
    ]),
  );
  changing.file(
    'orders-1.csv',
    ordersOf(1, [
      [10, 1, 5],
      [11, 2, 50],
      [12, 9, 7],
      [13, 3, 400],
      [14, 1, 60],
    ]),
  );
  await changing.run('2026-01-01');
  changing.file(
    'orders-2.csv',
    ordersOf(2, [
      [10, 1, 70],
      [14, 1, 61, true],
      [15, 2, 90],
      [16, 8, 1],
    ]),
  );
  await changing.run('2026-01-02');
  changing.file(
    'customers-3.csv',
    customersOf(3, [
      [9, 'belem'],
      [2, 'olinda'],
      [3, 'natal', true],
    ]),
  );
  changing.file(
    'orders-3.csv',
    ordersOf(3, [
      [11, 2, 55],
      [10, 1, 300],
      [17, 3, 20],
    ]),
  );
  await changing.run('2026-01-03');
  return changing;
}

const bases = new Map<string, Promise<Changing>>();
/** … which are lived once for all tests that begin with them. */
async function afterThreeDays(before: Shop, after: Shop = before): Promise<Changing> {
  const key = JSON.stringify(before);
  const base = bases.get(key) ?? threeDays(before);
  bases.set(key, base);
  return forked(await base, shop(after));
}

const changes: Readonly<Record<string, readonly [before: Shop, after: Shop]>> = {
  'a rule that is stricter': [{}, { most: 50 }],
  'a rule that is laxer': [{ most: 50 }, { most: 1000 }],
  'a rule of a table above': [{}, { without: 'RIO' }],
  'a new column': [{}, { doubled: true }],
  'another query': [{}, { value: 'value + 1' }],
  'nothing but late parents': [{}, {}],
};
for (const [what, [before, after]] of Object.entries(changes)) {
  test(`after ${what}, reprocess gives every table as a build from nothing does`, async () => {
    const changing = await afterThreeDays(before, after);
    await changing.do('setup', {});
    const { run, kept } = await changing.do('reprocess', { scope: 'all' });
    assert.equal(run?.state, 'succeeded');
    assert.deepEqual(kept, []);
    assert.deepEqual(await differencesFromNothing(changing, { definitions: shop(after), date: '2026-01-03' }), []);
  });
}

test('after reprocess the days go on as if nothing had been', async () => {
  const changing = await afterThreeDays({}, { value: 'value + 1' });
  await changing.do('reprocess', { scope: 'silver' });
  changing.file(
    'orders-4.csv',
    ordersOf(4, [
      [10, 1, 9],
      [18, 1, 8],
    ]),
  );
  await changing.run('2026-01-04');
  const definitions = shop({ value: 'value + 1' });
  assert.deepEqual(await differencesFromNothing(changing, { definitions, date: '2026-01-04' }), []);
});

test('what is named is built again with all that stands below it, and nothing else', async () => {
  const changing = await afterThreeDays({}, { most: 50 });
  const view = await changing.do('reprocess', { scope: 'silver.orders', dryRun: true });
  assert.deepEqual(
    view.steps.map(({ label, how }) => `${label} ${how}`),
    ['silver.orders anew', 'gold.summed anew', 'curated.shown view'],
  );
  assert.equal(view.run, undefined);
  await changing.do('reprocess', { scope: 'silver.orders' });
  assert.equal(await changing.ask('select count(*) from silver.orders where value > 50'), 0);
  assert.equal(
    await changing.ask('select sum(value) from gold.summed'),
    await changing.ask('select sum(value) from silver.orders'),
  );
  assert.notEqual(await changing.ask('select count(*) from silver.kept where value > 50'), 0);
});

test('tables of another catalog that stand below are built again too', async () => {
  const near = `export const landing = source('landing.n', { reader: files('*.csv'), columns: { id: col.integer(), n: col.integer() } });
    export const bronze = table('bronze.n', { columns: landing.columns, rows: landing.unread, write: 'append' });
    export const kept = table('silver.n', { columns: { id: col.integer().key(), n: col.integer() }, write: 'merge', rows: sql\`select id, n from \${bronze.since('id')}\` });`;
  const far = `import { kept } from './near.ts';
    export const below = table('gold.n', { columns: { id: col.integer().key(), n: col.integer() }, write: 'merge', rows: sql\`select id, n from \${kept.since('id')}\` });
    export const daily = job('daily', { when: cron('0 2 * * *'), build: [below] });`;
  const changing = new Changing().define({ near, far });
  changing.file('1.csv', 'id,n\n1,1\n2,2\n');
  await changing.run('2026-01-01');
  await tamper(changing.folder, 'near', 'delete from bronze.n where id = 2');
  await changing.do('reprocess', { scope: 'silver' });
  assert.deepEqual(await changing.rows('select id from far.gold.n'), [[1]]);
});

test('a row that was deleted from bronze leaves every table below', async () => {
  const changing = await afterThreeDays({});
  // The delete of 14 goes too: it is as if it had never come.
  await tamper(changing.folder, 'shop', 'delete from bronze.orders where id = 15 or (id = 14 and gone)');
  await changing.do('reprocess', { scope: 'silver' });
  for (const table of ['silver.orders', 'silver.kept', 'silver.lines', 'gold.latest', 'gold.appended'])
    assert.equal(await changing.ask(`select count(*) from ${table} where id = 15`), 0, table);
  assert.equal(await changing.ask('select value from silver.orders where id = 14'), 60);
  assert.equal(
    await changing.ask('select sum(value) from gold.summed'),
    await changing.ask('select sum(o.value) from silver.orders o join silver.customers c on c.id = o.customer'),
  );
});

test('children that came before their parents are there after reprocess --invalid, as in a full build', async () => {
  const changing = new Changing().define(shop());
  changing.file('customers-1.csv', customersOf(1, [[1, 'rio']]));
  changing.file(
    'orders-1.csv',
    ordersOf(1, [
      [10, 1, 5],
      [11, 2, 50],
      [12, 3, 7],
      [13, 1, 400],
    ]),
  );
  await changing.run('2026-01-01');
  changing.file('customers-2.csv', customersOf(2, [[2, 'natal']]));
  changing.file(
    'orders-2.csv',
    ordersOf(2, [
      [11, 2, 60],
      [14, 3, 8],
    ]),
  );
  await changing.run('2026-01-02');
  changing.file('customers-3.csv', customersOf(3, [[3, 'belem']]));
  await changing.run('2026-01-03');
  assert.deepEqual(await changing.rows('select id from gold.latest order by 1'), [[10], [11]]);
  const { run, steps } = await changing.do('reprocess', { scope: 'all', invalid: true });
  assert.equal(run?.state, 'succeeded');
  assert.deepEqual(steps.flatMap(({ label, how }) => (how === 'view' ? [] : [`${label} ${how}`])).toSorted(), [
    'gold.appended new',
    'gold.dimension new',
    'gold.latest new',
    'gold.summed new',
    'gold.total new',
    'silver.changes invalid',
    'silver.kept invalid',
    'silver.lines invalid',
    'silver.moment invalid',
    'silver.orders invalid',
    'silver.versions invalid',
  ]);
  assert.deepEqual(await changing.rows('select id from gold.latest order by 1'), [[10], [11], [12], [14]]);
  assert.deepEqual(await differencesFromNothing(changing, { definitions: shop(), date: '2026-01-03' }), []);
  const again = await changing.do('reprocess', { scope: 'silver.customers', invalid: true });
  assert.deepEqual([again.run, again.steps], [undefined, []]);
});
