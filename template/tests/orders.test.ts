import assert from 'node:assert/strict';
import { test } from 'node:test';
import { given } from 'esteira/testing';
import { bronze, orders, products } from '../pipelines/shop/definitions/1-orders.ts';

const monday = Temporal.Instant.from('2026-11-16T09:00:00Z');
const tuesday = Temporal.Instant.from('2026-11-17T09:00:00Z');
const order = {
  id: 1,
  customer: 'Ana',
  product: 'tea',
  quantity: 1,
  price: '2.80',
  ordered_on: Temporal.PlainDate.from('2026-11-16'),
  changed_at: monday,
  arrived_at: tuesday,
} as const;
const shop = given(products, [{ name: 'tea', kind: 'drink' }]);

test('an order keeps its latest state', async () => {
  const { rows, account } = await shop
    .given(bronze, [order, { ...order, quantity: 3, changed_at: tuesday }])
    .build(orders);
  assert.deepEqual(
    rows.map((row) => row.quantity),
    [3],
  );
  assert.deepEqual(account, { in: 2, valid: 1, invalid: 0, duplicates: 1 });
});

test('an order of a product that nobody sells is set aside, and says why', async () => {
  const { rows, invalid } = await shop.given(bronze, [{ ...order, product: 'soup' }]).build(orders);
  assert.deepEqual(rows, []);
  assert.equal(invalid[0]?.['product_known'], false);
});
