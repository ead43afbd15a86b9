import type { FeatureColumn } from '../features.ts';
import type { Cells } from './cells.ts';
import type { Bounds } from './censored.ts';
import { daysIn, flagsIn, logarithms, noDay } from './columns.ts';
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
  /** Rows of which only a bound is known: they are as wide as the design, and so are written when they are needed. */
  readonly bounded: Int32Array;
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
  /** NaN of days without a sale. */
  readonly logUnits: Float64Array;
  readonly soldOut: Uint8Array | undefined;
  readonly without: Uint8Array | undefined;
  readonly noSale: number | 'leave out';
  /** Where a warehouse has summed the days whose demand is known. */
  readonly cells?: Cells;
  /** Days since 1970, where it is known in which order they came. */
  readonly day: Int32Array | undefined;
  /** Within so many of which a rival's price follows the own. */
  readonly answerDays: number;
}

export const sourceOf = (
  columns: Readonly<Record<string, FeatureColumn>>,
  units: Float64Array,
  {
    layout,
    stock,
    day,
    answerDays = 7,
    learned,
  }: {
    readonly layout: Layout;
    readonly stock: StockRoles;
    readonly day?: string | undefined;
    /** Default 7. */
    readonly answerDays?: number | undefined;
    /** Rows that teach: the last days are theirs. */
    readonly learned: Int32Array;
  },
): Source => {
  const days = day === undefined ? undefined : daysIn(columns, day);
  return {
    ...rowsOf(columns, layout),
    ...(days && layout.recent !== undefined ? { recent: recentOf(days, layout.recent, learned) } : {}),
    ...{ day: days, answerDays },
    layout,
    units,
    logUnits: logarithms(units),
    soldOut: stock.outOfStock === undefined ? undefined : flagsIn(columns, stock.outOfStock),
    without: stock.withoutStock === undefined ? undefined : flagsIn(columns, stock.withoutStock),
    noSale: stock.noSale,
  };
};

function recentOf(days: Int32Array, recent: number, learned: Int32Array): Uint8Array {
  let last = noDay;
  for (const row of learned) last = Math.max(last, days[row] as number);
  return Uint8Array.from(days, (day) => (day > last - recent ? 1 : 0));
}

/** What sales say of demand: all of it, that it was at least or at most so much, or nothing. */
export const said = ['exactly', 'at least', 'at most', 'left out', 'nothing', 'incomplete'] as const;
export type Said = (typeof said)[number];
const places = Object.fromEntries(said.map((one, place) => [one, place])) as Readonly<Record<Said, number>>;
export function saidBy({ units, price, soldOut, without, noSale }: Source, row: number): Said {
  const sold = units[row] as number;
  if (without?.[row] === 1) return 'nothing';
  if (!(sold >= 0 && sold < Number.POSITIVE_INFINITY) || Number.isNaN(price[row])) return 'incomplete';
  if (soldOut?.[row] === 1) return sold > 0 ? 'at least' : 'nothing';
  if (sold > 0) return 'exactly';
  return noSale === 'leave out' ? 'left out' : 'at most';
}

/** Of the rows of one product: each is looked at once. */
export function daysOf(source: Source, rows: Int32Array): Days {
  const { layout, logUnits, price, rival } = source;
  const { size } = layout;
  const says = rows.map((row) => places[saidBy(source, row)]);
  const counts = new Int32Array(said.length);
  for (const one of says) counts[one] = (counts[one] as number) + 1;
  const counted = (...wanted: readonly Said[]): number =>
    wanted.reduce((sum, one) => sum + (counts[places[one]] as number), 0);
  const centres = { price: meanOf(rows, price), rival: rival ? meanOf(rows, rival) : 0 };
  const level = meanOf(
    rows.filter((_, at) => says[at] === places.exactly),
    logUnits,
  );
  const bounded = rows.filter((_, at) => says[at] === places['at least'] || says[at] === places['at most']);
  // With the rival's price and without it; `others` are not known exactly, and prices have been what they were all the same.
  const [known, unknown, others] = [new Moments(size), new Moments(size), new Moments(size)];
  const naive = new Moments(2);
  const pair = Float64Array.of(1, 0);
  const into = new Float64Array(size);
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] as number;
    if (Number.isNaN(price[row])) continue;
    writeRow(source, row, { layout, centres, into, at: 0 });
    const sold = (logUnits[row] as number) - level;
    const isKnown = rival !== undefined && !Number.isNaN(rival[row]);
    if (says[at] === places.exactly) (isKnown ? known : unknown).add(into, 0, sold);
    else if (isKnown) others.add(into, 0, 0);
    if (Number.isNaN(sold)) continue;
    pair[1] = into[layout.priceAt] as number;
    naive.add(pair, 0, sold);
  }
  return {
    ...{ centres, level, bounded, naive },
    exact: known.with(unknown),
    prices: rival && known.with(others),
    counts: countsOf(counted),
  };
}

export const countsOf = (counted: (...wanted: readonly Said[]) => number): Counts => ({
  soldOut: counted('at least'),
  withoutStock: counted('nothing'),
  unsold: counted('at most', 'left out'),
  incomplete: counted('incomplete'),
});

/** The days of which only a bound is known: above where stock ran out, below where nothing was sold. */
export function boundsOf(
  source: Source,
  { centres, level, bounded }: Pick<Days, 'centres' | 'level' | 'bounded'>,
): Bounds {
  const { layout, logUnits, noSale } = source;
  const { size } = layout;
  const values = new Float64Array(bounded.length * size);
  const below = Math.log(Number(noSale)) - level;
  const sold = Float64Array.from(bounded, (row) => (logUnits[row] as number) - level);
  for (const [day, row] of bounded.entries()) writeRow(source, row, { layout, centres, into: values, at: day * size });
  return {
    values,
    stride: size,
    targets: sold.map((one) => (Number.isNaN(one) ? below : one)),
    sides: Int8Array.from(sold, (one) => (Number.isNaN(one) ? -1 : 1)),
  };
}

/** Of those that there are; 0 of none. */
function meanOf(rows: Int32Array, values: Float64Array): number {
  let [sum, count] = [0, 0];
  for (let at = 0; at < rows.length; at += 1) {
    const value = values[rows[at] as number] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? 0 : sum / count;
}
