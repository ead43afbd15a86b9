import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sinceChange } from './changed.ts';
import { sourceOf } from './days.ts';
import { layoutOf } from './design.ts';
import { simulated } from './simulated.ts';

const [products, days] = [12, 365];
const words = Array.from({ length: 12 }, (_, month) => String(month + 1));

/** The first day of the level of its own, where from a day on people buy so much of what they did. */
function first(changed: number, share: number): number {
  const { columns, units } = simulated({ seed: 5, products, days });
  const sold = units.map((one, row) => (row % days >= changed ? one * share : one));
  const source = sourceOf(columns, sold, {
    layout: layoutOf({
      ...{ by: ['sku'], price: 'price', rival: 'competitor_price', events: ['promotion'], recent: 7 },
      season: [{ name: 'month', words }],
    }),
    stock: { outOfStock: 'out_of_stock', noSale: 0.5 },
    ...{ day: 'date', learned: Int32Array.from(units.keys()) },
  });
  const found = sinceChange(
    source,
    Array.from({ length: products }, (_, product) => ({
      rows: Int32Array.from({ length: days }, (_, day) => product * days + day),
    })),
  );
  return found.recent?.indexOf(1) ?? -1;
}

test('the level of its own begins on the day on which people changed, however long ago, and with the last days where they did not', () => {
  assert.equal(first(days, 1), days - 7);
  assert.equal(first(200, 0.5), 200);
  assert.equal(first(290, 1.5), 290);
});

test('a change that is as small as chance, or as new as the last days, leaves these as they were asked for', () => {
  assert.equal(first(200, 0.98), days - 7);
  assert.equal(first(days - 3, 0.5), days - 7);
});

test('of a month that was seen once only nobody knows whether it is the season or a change', () => {
  // The eleventh month begins on day 305, and the year ends with the twelfth.
  assert.equal(first(305, 0.5), days - 7);
});
