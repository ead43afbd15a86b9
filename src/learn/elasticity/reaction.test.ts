import assert from 'node:assert/strict';
import { test } from 'node:test';
import { golden } from '../golden.ts';
import { daysOf, sourceOf } from './days.ts';
import { layoutOf } from './design.ts';
import { foundIn } from './own.ts';
import { within } from './reaction.ts';

const wanted = golden('elasticity').reaction;
const layout = layoutOf({ by: [], price: 'price', rival: 'rival', events: ['event'], season: [] });

/** Some days of the product, in any order; `of` says of which day each row is. */
function sourceWith(of: Int32Array, day: 'date' | undefined, answerDays: number, unpriced = -1) {
  const take = (values: readonly number[]) => Float64Array.from(of, (at) => values[at] as number);
  const columns = {
    price: { of: 'numbers', values: take(wanted.price).map((one, at) => (of[at] === unpriced ? 0 : Math.exp(one))) },
    rival: {
      of: 'numbers',
      values: take(wanted.rival).map(Math.exp),
      valid: Uint8Array.from(of, (at) => Number(wanted.seen[at])),
    },
    event: { of: 'booleans', values: Uint8Array.from(take(wanted.event)) },
    date: {
      of: 'texts',
      codes: of,
      words: Array.from(wanted.price.keys(), (at: number) => new Date(at * 86_400_000).toISOString().slice(0, 10)),
    },
  } as const;
  const units = new Float64Array(of.length).fill(3);
  const rows = Int32Array.from(of.keys());
  return { rows, source: sourceOf(columns, units, { layout, stock: { noSale: 0.5 }, day, answerDays, learned: rows }) };
}
const all = Int32Array.from(wanted.price.keys() as Iterable<number>);
const reactionOf = (of: Int32Array, answerDays: number, isDated = true) => {
  const { source, rows } = sourceWith(of, isDated ? 'date' : undefined, answerDays);
  return foundIn(source, { rows }, 0.95).reaction?.of ?? assert.fail('nothing is found');
};

test("what a rival does within some days, and its standard error, are statsmodels' of distributed lags, in whatever order the days stand", () => {
  for (const order of [all, all.toReversed()]) {
    const { source, rows } = sourceWith(order, 'date', wanted.days);
    const { prices, centres } = daysOf(source, rows);
    assert.ok(prices && source.day);
    const found = within({ ...source, day: source.day }, rows, { days: wanted.days, prices, centres });
    const freedom = rows.filter((row) => wanted.seen[order[row] as number] && (order[row] as number) >= 4).length - 7;
    const wide = Math.sqrt(freedom / (freedom - 2));
    assert.ok(found && Math.abs(found.value / wanted.sum - 1) < 1e-8, JSON.stringify(found));
    assert.ok(Math.abs(found.standardError / (wanted.error * wide) - 1) < 1e-8, JSON.stringify(found));
  }
});

test('whoever follows two days later is seen where so many days are looked at, and where it is known in which order they came', () => {
  for (const days of [2, 4, 7]) {
    const { value, standardError } = reactionOf(all, days);
    assert.ok(standardError < 0.12 && Math.abs(value - 0.7) < 2 * standardError, `${days}: ${value}`);
  }
  for (const sameDay of [reactionOf(all, 0), reactionOf(all, 7, false)]) assert.ok(sameDay.value < 0.3);
});

test('a day without a row has the price of the day before, and of a product with too few days what follows is that of the same day', () => {
  const { value } = reactionOf(
    all.filter((day) => day % 7 !== 3),
    2,
  );
  assert.ok(value > 0.5, `${value}`);
  const few = all.slice(0, 15);
  assert.deepEqual(reactionOf(few, 14), reactionOf(few, 14, false));
});

test('a day after the last on which the own price is known says nothing of what a rival does within some days, and takes nothing from what others say', () => {
  const last = all.length - 1;
  assert.ok(wanted.seen[last]);
  const found = (of: Int32Array, unpriced: number) => {
    const { source, rows } = sourceWith(of, 'date', wanted.days, unpriced);
    return foundIn(source, { rows }, 0.95).reaction?.of ?? assert.fail('nothing is found');
  };
  const [without, unpriced] = [found(all.slice(0, last), -1), found(all, last)];
  assert.ok(Math.abs(unpriced.value / without.value - 1) < 1e-8, `${unpriced.value} ${without.value}`);
  assert.ok(Math.abs(unpriced.standardError / without.standardError - 1) < 1e-8);
});
