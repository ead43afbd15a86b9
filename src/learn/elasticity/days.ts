import type { FeatureColumn } from '../features.ts';
import type { Bounds } from './censored.ts';
import { flagsIn } from './columns.ts';
import { type Centres, type Layout, type Rows, rowsOf, writeRow } from './design.ts';
import { Moments } from './moments.ts';

/** What tells days apart on which sales are not demand. */
export interface StockRoles {
  /** True where it ran out on that day: demand was at least what was sold. */
  readonly outOfStock?: string;
  /** True where there was nothing to sell from the start: the day says nothing. */
  readonly withoutStock?: string;
  /** Of a day in stock without a sale: demand was below so many units; or it is left out. */
  readonly noSale: number | 'leave out';
}

/** What is known of a product's days. */
export interface Days {
  readonly centres: Centres;
  /** Of the logarithm of units, what these are counted from. */
  readonly level: number;
  readonly exact: Moments;
  readonly bounds: Bounds;
  /** Of the logarithms of units and price alone, of every day with a sale. */
  readonly naive: Moments;
  /** Of all days on which both prices are known, whatever the stock was. */
  readonly prices: Moments | undefined;
  readonly counts: Counts;
}
export interface Counts {
  readonly soldOut: number;
  readonly withoutStock: number;
  readonly unsold: number;
  /** Without a price that has a logarithm, or without known units. */
  readonly incomplete: number;
}

/** All that is read of training rows, for any product of theirs. */
export interface Source extends Rows {
  readonly layout: Layout;
  readonly units: Float64Array;
  readonly soldOut: Uint8Array | undefined;
  readonly without: Uint8Array | undefined;
  readonly noSale: number | 'leave out';
}

export const sourceOf = (
  columns: Readonly<Record<string, FeatureColumn>>,
  units: Float64Array,
  { layout, stock }: { readonly layout: Layout; readonly stock: StockRoles },
): Source => ({
  ...rowsOf(columns, layout),
  layout,
  units,
  soldOut: stock.outOfStock === undefined ? undefined : flagsIn(columns, stock.outOfStock),
  without: stock.withoutStock === undefined ? undefined : flagsIn(columns, stock.withoutStock),
  noSale: stock.noSale,
});

/** What sales say of demand: all of it, that it was at least or at most so much, or nothing. */
export type Said = 'exactly' | 'at least' | 'at most' | 'left out' | 'nothing' | 'incomplete';
export function saidBy({ units, price, soldOut, without, noSale }: Source, row: number): Said {
  const sold = units[row] as number;
  if (without?.[row] === 1) return 'nothing';
  if (!(sold >= 0 && sold < Number.POSITIVE_INFINITY) || Number.isNaN(price[row])) return 'incomplete';
  if (soldOut?.[row] === 1) return sold > 0 ? 'at least' : 'nothing';
  if (sold > 0) return 'exactly';
  return noSale === 'leave out' ? 'left out' : 'at most';
}

/** Of the rows of one product. */
export function daysOf(source: Source, rows: Int32Array): Days {
  const { layout, units, price, rival, noSale } = source;
  const said = Array.from(rows, (row) => saidBy(source, row));
  const exactRows = rows.filter((_, at) => said[at] === 'exactly');
  const bounded = rows.filter((_, at) => said[at] === 'at least' || said[at] === 'at most');
  const centres = { price: meanOf(rows, price), rival: rival ? meanOf(rows, rival) : 0 };
  const level = meanOf(exactRows, units, Math.log);
  const into = new Float64Array(layout.size);
  const write = (row: number, to: Float64Array, at: number): void =>
    writeRow(source, row, { layout, centres, into: to, at });
  const exact = new Moments(layout.size);
  for (const row of exactRows) {
    write(row, into, 0);
    exact.add(into, 0, Math.log(units[row] as number) - level);
  }
  const values = new Float64Array(bounded.length * layout.size);
  for (const [at, row] of bounded.entries()) write(row, values, at * layout.size);
  const bounds = {
    values,
    stride: layout.size,
    targets: Float64Array.from(bounded, (row) => Math.log((units[row] as number) || Number(noSale)) - level),
    sides: Int8Array.from(bounded, (row) => ((units[row] as number) > 0 ? 1 : -1)),
  };
  const naive = new Moments(2);
  const pair = Float64Array.of(1, 0);
  for (const row of rows) {
    if (!((units[row] as number) > 0) || Number.isNaN(price[row])) continue;
    pair[1] = (price[row] as number) - centres.price;
    naive.add(pair, 0, Math.log(units[row] as number) - level);
  }
  let prices: Moments | undefined;
  if (rival) {
    prices = new Moments(layout.size);
    for (const row of rows) {
      if (Number.isNaN(price[row]) || Number.isNaN(rival[row])) continue;
      write(row, into, 0);
      prices.add(into, 0, 0);
    }
  }
  const counted = (...wanted: readonly Said[]): number => said.filter((one) => wanted.includes(one)).length;
  return {
    ...{ centres, level, exact, bounds, naive, prices },
    counts: {
      soldOut: counted('at least'),
      withoutStock: counted('nothing'),
      unsold: counted('at most', 'left out'),
      incomplete: counted('incomplete'),
    },
  };
}

/** Of those that there are; 0 of none. */
function meanOf(rows: Int32Array, values: Float64Array, of = (value: number): number => value): number {
  let [sum, count] = [0, 0];
  for (const row of rows) {
    const value = of(values[row] as number);
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? 0 : sum / count;
}
