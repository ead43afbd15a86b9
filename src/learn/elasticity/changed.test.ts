import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sinceChange } from './changed.ts';
import { sourceOf } from './days.ts';
import { layoutOf } from './design.ts';
import { simulated } from './simulated.ts';

const [products, days] = [12, 365];
const words = Array.from({ length: 12 }, (_, month) => String(month + 1));

type Change = (product: number, day: number) => number;
const from =
  (changed: number, share: number): Change =>
  (_, day) =>
    day >= changed ? share : 1;

/** The first day of the level of its own, where people buy so much of what they did; `constant`: a product that always sells the same. */
function first(share: Change, constant = -1): number {
  const { columns, units } = simulated({ seed: 5, products, days });
  const sold = units.map((one, row) => {
    const product = Math.floor(row / days);
    return product === constant ? 6 : one * share(product, row % days);
  });
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
  assert.equal(first(from(days, 1)), days - 7);
  assert.equal(first(from(200, 0.5)), 200);
  assert.equal(first(from(290, 1.5)), 290);
});

test('a change that is as small as chance, or as new as the last days, leaves these as they were asked for', () => {
  assert.equal(first(from(200, 0.98)), days - 7);
  assert.equal(first(from(days - 3, 0.5)), days - 7);
});

test('of a month that was seen once only nobody knows whether it is the season or a change', () => {
  // The eleventh month begins on day 305, and the year ends with the twelfth.
  assert.equal(first(from(305, 0.5)), days - 7);
});

test('one product that always sells the same hides no change of all the others, and is none', () => {
  assert.equal(first(from(200, 0.5), 3), 200);
  assert.equal(first(from(days, 1), 3), days - 7);
});

test('what changes for one region of two, or for a few products however much, is no change of all of them', () => {
  assert.equal(
    first((product, day) => (product < products / 2 && day >= 200 ? 0.5 : 1)),
    days - 7,
  );
  assert.equal(
    first((product, day) => (product < 3 && day >= 200 ? 0.3 : 1)),
    days - 7,
  );
});

/** So much of what they did, from each of some days on. */
const steps =
  (...of: readonly (readonly [number, number])[]): Change =>
  (_, day) =>
    of.reduce((share, [begin, next]) => (day >= begin ? next : share), 1);

test('a change that has changed back is none any more, and hides none that came after it', () => {
  assert.equal(first(steps([260, 0.5], [320, 1])), days - 7);
  assert.equal(first(steps([50, 0.5], [80, 1], [250, 0.6])), 250);
});

test('of two changes of which the second takes nothing back the surest counts, and a time longer than that before it is no exception', () => {
  assert.equal(first(steps([200, 0.5], [320, 0.35])), 200);
  assert.equal(first(steps([80, 1.4], [250, 1])), 80);
});

test('a single day of a month tells no change from its season', () => {
  // The tenth month begins on day 275, and of the eleventh only the last day is other.
  assert.equal(first(steps([275, 0.5], [335, 1])), days - 7);
});
