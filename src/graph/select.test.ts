import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../columns/index.ts';
import { type AnyTable, byHand, job, sql, table } from '../define/index.ts';
import { collect } from './collect.ts';
import { stepsOf } from './order.ts';
import { matchesName, select } from './select.ts';

test('a pattern matches a name with or without its catalog; * stands for any characters, also none', () => {
  const id = 'shop.silver.orders_kept';
  const fits = [
    'shop.silver.orders_kept',
    'silver.orders_kept',
    'silver.*',
    '*',
    '*kept',
    '*.silver.*',
    's*r.o*s_*t',
    '**',
  ];
  const others = [
    'orders_kept',
    'silver.orders',
    'silver',
    '',
    'gold.*',
    'silver.*x',
    'silver.orders_kept*t',
    'silver?orders_kept',
  ];
  assert.deepEqual(
    fits.filter((pattern) => !matchesName(pattern, id)),
    [],
  );
  assert.deepEqual(
    others.filter((pattern) => matchesName(pattern, id)),
    [],
  );
});

test('a pattern of many * is judged at once', () => {
  const began = performance.now();
  assert.ok(!matchesName(`${'*a'.repeat(2000)}b`, `shop.silver.${'a'.repeat(3000)}`));
  assert.ok(performance.now() - began < 1000);
});

test('thousands of tables that stand above one another are put in order, and chosen from, at once', () => {
  const columns = { n: col.integer() };
  const tables: AnyTable[] = [table('deep.t0', { columns, rows: sql`select 1 as n` })];
  for (let nth = 1; nth < 8000; nth += 1)
    tables.push(table(`deep.t${nth}`, { columns, rows: sql`select n from ${tables[nth - 1] as AnyTable}` }));
  const all = job('all', { when: byHand, build: [tables.at(-1) as AnyTable] });
  const exports = Object.fromEntries([...tables, all].map((one, nth) => [`e${nth}`, one]));
  const graph = collect([{ catalog: 'c', file: 'a.ts', exports }], { suffix: '_invalidos' });
  const began = performance.now();
  const { steps } = stepsOf(graph, all);
  assert.deepEqual([steps[0]?.node.table, steps.at(-1)?.node.table, steps.length], ['t0', 't7999', 8000]);
  assert.equal(select(steps, ['+deep.t7000']).length, 7001);
  assert.equal(select(steps, ['deep.t7000+']).length, 1000);
  assert.ok(performance.now() - began < 5000);
});
