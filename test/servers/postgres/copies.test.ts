// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ask, dropSchemas, newSchema, server, withoutServer } from '../../../src/adapters/postgres/testing.ts';
import { definitions } from '../../errors/case.ts';
import { Sandbox } from '../../sandbox.ts';

const schema = newSchema();
const shop = definitions(
  `
const bi = postgres(env('BI_URL'));
export const sold = source('landing.sold', { reader: files('sold/*.csv'), columns: { sku: col.text(), units: col.integer() } });
export const totals = table('gold.totals', { columns: { sku: col.text().key(), units: col.integer() },
  rows: sql\`select sku, sum(units) as units from \${sold} group by sku\`, keptIn: bi.copy('${schema}.totals') });
export const late = monitor('the copy is late', { expect: atMost(age(totals.copies, 'delivered_at'), '2 days') });
export const daily = job('daily', { when: byHand, build: [totals] });
`,
);

test('a job keeps a copy of its table in Postgres, which says the same as the table after each run', {
  skip: withoutServer,
}, async () => {
  await ask(`create schema ${schema}`);
  const rows = async () =>
    (await ask(`select sku, units::int4 from ${schema}.totals order by sku`)).map(
      ({ sku, units }) => `${sku} ${units}`,
    );
  const one = new Sandbox(
    { 'definitions/shop.ts': shop, 'data/sold/1.csv': 'sku,units\na,1\nb,2\na,3\n' },
    { env: { BI_URL: server } },
  );
  const looked = await one.run('doctor');
  assert.match(looked.out, new RegExp(`copy of gold\\.totals.*the copy ${schema}\\.totals of .* can be made`));
  await one.succeed('setup');
  await one.succeed('run', 'daily');
  assert.deepEqual(await rows(), ['a 4', 'b 2']);
  one.write({ 'data/sold/2.csv': 'sku,units\nc,5\n' });
  await one.succeed('run', 'daily', '--again');
  assert.deepEqual(await rows(), ['a 4', 'b 2', 'c 5']);
  const shown = await one.succeed('show', 'latest');
  assert.match(shown, new RegExp(`${schema}\\.totals of 127\\.0\\.0\\.1`));
  const asked = JSON.parse(
    await one.succeed('query', 'select row_count from gold.totals_copies order by delivered_at', '--json'),
  );
  assert.deepEqual(asked.rows, [[2], [3]]);
  const refused = await one.run('write-back', 'gold.totals');
  assert.match(refused.err, /NAME_UNKNOWN.*copied as a whole/s);

  // Somebody has put a table of their own there.
  await ask(
    `drop table ${schema}.totals; create table ${schema}.totals (sku text); insert into ${schema}.totals values ('mine')`,
  );
  const failed = await one.run('run', 'daily', '--again');
  assert.notEqual(failed.exit, 0);
  assert.match(failed.err, /SOURCE_UNUSABLE.*is no copy that Esteira has made/s);
  assert.deepEqual(await ask(`select * from ${schema}.totals`), [{ sku: 'mine' }]);
});
after(dropSchemas);
