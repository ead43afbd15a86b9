import assert from 'node:assert/strict';
import { test } from 'node:test';
import { golden } from '../golden.ts';
import { censoredRegression } from './censored.ts';
import { boundsOf, daysOf, sourceOf } from './days.ts';
import { layoutOf } from './design.ts';
import { autocovariances, lagsFor, longRun, movesOf, serialRatio } from './series.ts';

const { event, price, y, errors } = golden('elasticity').serial;
const layout = layoutOf({ by: [], price: 'price', events: ['event'], season: [] });
const rows = Int32Array.from(y.keys());

/** Of some days, which may stand in any order. */
function seen(order: Int32Array) {
  const take = (values: readonly number[]) => Float64Array.from(order, (day) => values[day] as number);
  const source = sourceOf(
    {
      price: { of: 'numbers', values: take(price).map(Math.exp) },
      event: { of: 'booleans', values: Uint8Array.from(take(event)) },
      date: {
        of: 'texts',
        codes: order,
        words: Array.from(y.keys(), (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10)),
      },
    },
    take(y).map(Math.exp),
    { layout, stock: { noSale: 0.5 }, day: 'date', learned: rows },
  );
  const days = daysOf(source, rows);
  const bounds = boundsOf(source, days);
  const fit = censoredRegression(days.exact, bounds);
  assert.ok(fit && source.day);
  const moves = movesOf({ ...source, day: source.day }, rows, { days, bounds, fit });
  return { fit, moves, covariances: autocovariances(moves) };
}
const { fit, covariances } = seen(rows);

test("the standard error of the price's coefficient is statsmodels' of Newey and West, in whatever order the days stand", () => {
  const backwards = seen(rows.toReversed());
  for (const [lags, error] of errors) {
    const correction = fit.count / fit.freedom;
    const own = (of: Float64Array): number => Math.sqrt(correction * longRun(of, lags));
    assert.ok(Math.abs(own(covariances) / error - 1) < 1e-8, `${lags}: ${own(covariances)} ${error}`);
    assert.ok(Math.abs(own(backwards.covariances) / error - 1) < 1e-8);
  }
});

test('the more a day remembers of the one before, the further apart days are looked at, and the wider errors are', () => {
  assert.deepEqual(
    [0, 0.05, 0.4, 0.6, 0.99].map((correlation) => lagsFor(correlation, 300)),
    [0, 1, 7, 11, 40],
  );
  const of = (memory: number) => ({
    covariances: Float64Array.from({ length: 41 }, (_, lag) => memory ** lag),
    days: 300,
  });
  const ratios = [0, 0.3, 0.6].map((memory) => serialRatio([of(memory), of(memory)]));
  assert.equal(ratios[0], 1);
  assert.ok(
    Number(ratios[1]) > 1.5 && Number(ratios[1]) < 2.2 && Number(ratios[2]) > 3 && Number(ratios[2]) < 4.5,
    `${ratios}`,
  );
  // Days that make up for each other do not make errors narrower.
  assert.equal(serialRatio([of(-0.5)]), 1);
  assert.equal(serialRatio([]), 1);
});
