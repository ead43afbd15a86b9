import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../columns/index.ts';
import { atMost, byHand, type Definition, job, monitor, rejectedShare, sql, table } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { collect } from './collect.ts';
import { stepsOf } from './order.ts';

const columns = { sku: col.text().key(), price: col.real() };
const prices = table('gold.prices', { columns, rows: sql`select 1` });
const approved = prices.approvedBy('sales', { edit: ['price'] });
const graphOf = (...exports: readonly Definition[]) =>
  collect([{ catalog: 'c', file: 'all.ts', exports: { exports } }], { suffix: '_x' });

test('rows that people let through are a table beside theirs, and building it builds nothing above', () => {
  const read = table('gold.approved', { columns, rows: approved });
  const daily = job('daily', { when: byHand, build: [prices] });
  const hourly = job('hourly', { when: byHand, build: [read] });
  const both = job('both', { when: byHand, build: [read, prices] });
  const graph = graphOf(prices, read, daily, hourly, both);
  const steps = (of: typeof daily) => stepsOf(graph, of).steps.map(({ node, kind }) => `${node.table} ${kind}`);
  assert.deepEqual(steps(daily), ['prices table']);
  assert.deepEqual(steps(hourly), ['prices_approved_by_sales approval', 'approved table']);
  assert.deepEqual(steps(both), ['prices table', 'prices_approved_by_sales approval', 'approved table']);
  const [, approval] = stepsOf(graph, both).steps;
  assert.deepEqual(approval?.needs, ['c.gold.prices'], 'what is recommended in this run is asked for in it');
});

const view = table('gold.view', { columns, rows: sql`select 1`, write: 'view' });
const kept = table('gold.kept', { columns, rows: sql`select 1`, write: 'append' });
const keyless = table('gold.keyless', { columns: { price: col.real() }, rows: sql`select 1` });
const taken = table('gold.taken', { columns: { ...columns, line: col.text() }, rows: sql`select 1` });
// What a project without a type checker could write.
const misshapen: Readonly<Record<string, () => Definition>> = {
  'who answers is no group': () => prices.approvedBy('sales team'),
  'nothing says which row is meant': () => keyless.approvedBy('sales'),
  'its rows are not those that stand now': () => view.approvedBy('sales'),
  'its rows are not those that stand now: append': () => kept.approvedBy('sales'),
  'they were approved already': () => approved.approvedBy('sales'),
  'a column has a name that approval gives': () => taken.approvedBy('sales'),
  'what is to be edited is no column beside the key': () => prices.approvedBy('sales', { edit: ['sku'] }),
  'what is to be edited is no column beside the key: nothing': () =>
    prices.approvedBy('sales', { edit: ['x' as 'sku'] }),
  'a reason is no text': () => prices.approvedBy('sales', { reasons: [' '] }),
  'nobody is the second person': () => prices.approvedBy('sales', { second: { by: '', when: sql`true` } }),
  'expire after what is no time': () => prices.approvedBy('sales', { expires: 'soon' as '1 days' }),
  'watches what nobody is asked': () => monitor('m', { expect: atMost(rejectedShare(prices), 0.5) }),
  'looks back for what is no time': () =>
    monitor('m', { expect: atMost(rejectedShare(approved, { last: 'a week' as '1 days' }), 0.5) }),
};
for (const [why, make] of Object.entries(misshapen))
  test(`is refused: ${why}`, () => {
    assert.throws(
      () => graphOf(prices, view, kept, keyless, taken, approved, make()),
      (error: unknown) => {
        assert.ok(error instanceof EsteiraError);
        assert.equal(error.code, 'DEFINITION_INVALID');
        assert.ok(error.details.what.includes(why.split(':')[0] ?? ''), error.details.what);
        return true;
      },
    );
  });
