import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col, files, priceMoveColumns, priceMoves, source, table } from 'esteira';
import { given } from 'esteira/testing';

const daily = source('landing.daily', {
  reader: files('daily.csv'),
  columns: {
    sku: col.text(),
    region: col.text(),
    day: col.date(),
    price: col.real().optional(),
    rival: col.real().optional(),
  },
});
const moves = table('gold.price_moves', {
  columns: { sku: col.text().key(), region: col.text().key(), ...priceMoveColumns },
  rows: priceMoves(daily, {
    by: ['sku', 'region'],
    day: 'day',
    price: 'price',
    rival: 'rival',
    cuts: 3,
    days: 4,
    least: 0.02,
  }),
});
const first = Temporal.PlainDate.from('2026-01-01');

/** Our prices and the rival's, a day each, as `10/11`; `-` is missing. */
const days = (sku: string, prices: string, region = 'sul') =>
  prices.split(/\s+/).map((pair, index) => {
    const [price, rival] = pair.split('/').map((one) => (one === '-' ? null : Number(one)));
    return { sku, region, day: first.add({ days: index }), price: price ?? null, rival: rival ?? null };
  });
async function movesOf(...prices: readonly string[]) {
  const rows = prices.flatMap((one, index) => days(`p${index}`, one));
  const found = (await given(daily, rows).build(moves)).rows;
  return found.map(({ price_changed_on, cuts, cuts_answered }) =>
    [price_changed_on?.toString().slice(8) ?? '-', cuts, cuts_answered].join(' '),
  );
}

test('a cut is answered by a rival who is cheaper within the days than on the day of the cut', async () => {
  assert.deepEqual(
    await movesOf(
      // On the last day that counts, and one day too late.
      '10/11 9/11 9/11 9/11 9/11 9/10 9/10',
      '10/11 9/11 9/11 9/11 9/11 9/11 9/10',
      // Cheaper before the cut, and no cheaper after it.
      '10/11 10/9 9/9 9/9 9/9 9/9 9/9',
      // By less than counts; dearer; cheaper and dear again.
      '10/10 9/10 9/9.9 9/9.9 9/9.9 9/9.9',
      '10/10 9/10 9/11 9/11 9/11 9/11',
      '10/10 9/10 9/9 9/10 9/10 9/10',
    ),
    ['02 1 1', '02 1 0', '03 1 0', '02 1 0', '02 1 0', '02 1 1'],
  );
});

test('a cut that is too young to know counts only once it is answered', async () => {
  assert.deepEqual(
    await movesOf(
      '10/11 10/11 10/11 9/11 9/11',
      '10/11 10/11 10/11 9/11 9/10',
      '10/11 9/11 9/11 9/11 9/11 9/11',
      '10/11 9/11 9/11 9/11 9/11',
    ),
    ['04 0 0', '04 1 1', '02 1 0', '02 0 0'],
  );
});

test('of the cuts the last count, and a rise is a change and no cut', async () => {
  assert.deepEqual(
    await movesOf(
      // Four cuts, each answered but the last.
      '10/10 9/10 9/9 8/9 8/8 7/8 7/7 6/7 6/7 6/7 6/7 6/7',
      '10/10 11/10 11/9 11/9 11/9 11/9',
      '10/10 9.9/10 9.8/10 9.7/10 9.6/9 9.6/9',
      '10/10 10/9 10/8',
    ),
    ['08 3 2', '02 0 0', '- 0 0', '- 0 0'],
  );
});

test('days without a price or without a rival break nothing, and products do not mix', async () => {
  assert.deepEqual(
    await movesOf('10/11 -/11 9/11 9/10 9/10', '10/- 9/- 9/10 9/9 9/9 9/9', '10/11 9/11 9/- 9/- 9/10 9/10'),
    ['03 1 1', '02 0 0', '02 1 1'],
  );
  const rows = [...days('a', '10/11 9/11 9/11 9/11 9/11 9/11'), ...days('a', '10/11 10/11 10/10 10/10 10/10', 'norte')];
  const found = (await given(daily, rows).build(moves)).rows;
  assert.deepEqual(
    found.map(({ region, cuts, cuts_answered }) => [region, cuts, cuts_answered]),
    [
      ['norte', 0, 0],
      ['sul', 1, 0],
    ],
  );
});
