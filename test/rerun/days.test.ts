import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Changing } from '../run/support/changing.ts';
import { customersOf, differencesFromNothing, ordersOf, shop } from './shop.ts';

const date = (day: number): string => `2026-01-0${day}`;
/** Five days of orders, each with a change of an order of the day before. */
async function days(order: readonly number[]): Promise<Changing> {
  const changing = new Changing().define(shop());
  changing.file(
    'customers-1.csv',
    customersOf(1, [
      [1, 'rio'],
      [2, 'natal'],
    ]),
  );
  for (const day of order) {
    changing.file(
      `orders-${day}.csv`,
      ordersOf(day, [
        [day, 1, day],
        [day - 1, 2, 10 * day, day === 4],
        [90 + day, 9, 1],
      ]),
    );
    await changing.run(date(day));
  }
  return changing;
}
const definitions = shop();

test('days that are run in another order leave what they leave in their own', async () => {
  const changing = await days([3, 1, 5, 2, 4]);
  assert.deepEqual(await differencesFromNothing(changing, { definitions, date: date(5) }), []);
  const { runs } = await changing.do('runs', { job: 'daily' });
  assert.deepEqual(
    runs.map(({ date: of }) => of.at(-1)),
    ['4', '2', '5', '1', '3'],
  );
});

test('a day that was skipped is in the tables with the next, and its own run then finds nothing new', async () => {
  const changing = new Changing().define(definitions);
  changing.file('customers-1.csv', customersOf(1, [[1, 'rio']]));
  changing.file('orders-1.csv', ordersOf(1, [[1, 1, 5]]));
  await changing.run(date(1));
  changing.file(
    'orders-2.csv',
    ordersOf(2, [
      [1, 1, 6],
      [2, 1, 7],
      [3, 8, 1],
    ]),
  );
  changing.file('orders-3.csv', ordersOf(3, [[2, 1, 8]]));
  await changing.run(date(3));
  assert.deepEqual(await differencesFromNothing(changing, { definitions, date: date(3) }), []);
  const skipped = await changing.run(date(2));
  const accounts = skipped.steps.flatMap(({ account }) => (account ? [account.in] : []));
  assert.deepEqual(new Set(accounts), new Set([0]));
  assert.deepEqual(await differencesFromNothing(changing, { definitions, date: date(3) }), []);
});

test('a day without files succeeds with nothing in', async () => {
  const changing = new Changing().define(definitions);
  const view = await changing.run(date(1));
  assert.equal(view.state, 'succeeded');
  assert.deepEqual(new Set(view.steps.map(({ account }) => account?.in)), new Set([0]));
});
