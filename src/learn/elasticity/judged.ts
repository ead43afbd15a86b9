import { bias, mape, wape } from '../judging.ts';
import { rowsWhere, takenAt } from '../learners/rows.ts';
import type { Measures } from '../trees/measures.ts';
import { type Source, saidBy } from './days.ts';

/** What was expected of some rows, each beside its bounds. */
export interface Forecast {
  readonly rows: Int32Array;
  readonly expected: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Rows whose sales are their demand, and of which something is expected: a day that ran out says nothing of how good a forecast was. */
export function judgedRows(source: Source, rows: Int32Array, expected: Float64Array): Int32Array {
  return rowsWhere(rows.length, (place) => {
    const said = saidBy(source, rows[place] as number);
    return (said === 'exactly' || said === 'at most') && Number.isFinite(expected[place]);
  });
}

/**
 * `mape` over days with a sale, `wape` and `bias` over all; `interval_coverage` is the share of days whose units are between the bounds, of a day without a
 * sale that less than a unit which counts (`noSale`) is.
 */
export function forecastMeasures({ units, noSale }: Source, { rows, expected, low, high }: Forecast): Measures {
  const actual = takenAt(units, rows);
  let covered = 0;
  for (let at = 0; at < actual.length; at += 1) {
    const sold = actual[at] as number;
    const [least, most] = [low[at] as number, high[at] as number];
    if (sold > 0 ? least <= sold && sold <= most : least < Number(noSale)) covered += 1;
  }
  return {
    mape: mape(expected, actual),
    wape: wape(expected, actual),
    bias: bias(expected, actual),
    interval_coverage: covered / actual.length,
  };
}
