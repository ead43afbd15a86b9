import type { Sums } from '../features.ts';
import { rowsWhere } from '../learners/rows.ts';
import { flagsIn, numbersIn, placesIn } from './columns.ts';
import { countsOf, type Days, type Said, said } from './days.ts';
import type { Layout } from './design.ts';
import { Moments } from './moments.ts';

/** Days that are alike in all but prices and units, as a warehouse has summed them: all that an estimate needs of those whose demand is known. */
export interface Cells {
  /** The place in `said`, and of which numbers there is a logarithm. */
  readonly says: Uint8Array;
  readonly known: Uint8Array;
  readonly flags: readonly Uint8Array[];
  readonly places: readonly Int32Array[];
  /** As `Moments` adds them: with the rival's price, and without it. */
  readonly both: readonly Float64Array[];
  readonly own: readonly Float64Array[];
  /** What each logarithm is counted from. */
  readonly from: Readonly<Record<Logarithm, Float64Array>>;
}

/** What a warehouse sums: logarithms, each NULL where there is none. */
export const logarithmNames = { price: '_price', rival: '_rival', units: '_units' } as const;
type Logarithm = keyof typeof logarithmNames;
/** What a cell's days say of demand, and of which numbers there is a logarithm, as one number: 8 · the place in `said` + Σ these. */
export const kindName = '_kind';
export const knownBits = { price: 1, rival: 2, units: 4 } as const;

/** Its columns are those of the layout, and `kindName`. */
export function cellsOf({ columns, rows, sums }: Sums, layout: Layout): Cells {
  const kinds = numbersIn(columns, kindName);
  const of = (name: string): Float64Array => sums[name] ?? new Float64Array(rows.length);
  const triangle = (names: readonly Logarithm[]): readonly Float64Array[] =>
    names.flatMap((one, place) => [
      of(logarithmNames[one]),
      ...names.slice(0, place + 1).map((other) => of(pairName(one, other))),
    ]);
  const from = (name: Logarithm): Float64Array => of(`${logarithmNames[name]} from`);
  return {
    says: Uint8Array.from(kinds, (kind) => kind >> 3),
    known: Uint8Array.from(kinds, (kind) => kind & 7),
    flags: layout.events.map((name) => flagsIn(columns, name)),
    places: layout.season.map(({ name, words }) => placesIn(columns, name, words)),
    both: [rows, ...triangle(['rival', 'price', 'units'])],
    own: [rows, ...triangle(['price', 'units'])],
    from: { price: from('price'), rival: from('rival'), units: from('units') },
  };
}
/** They are summed in this order. */
const order = { price: 0, rival: 1, units: 2 } as const;
function pairName(one: Logarithm, other: Logarithm): string {
  const [first, second] = order[one] <= order[other] ? [one, other] : [other, one];
  return `${logarithmNames[first]} ${logarithmNames[second]}`;
}

/** Cells whose days teach: what was sold is known, and they are not kept to judge with. */
export const learnedCells = (sums: Sums, held: Uint8Array): Int32Array =>
  cellsWhere(sums, (isKnown, cell) => isKnown && held[cell] !== 1);
/** Cells of days of which nobody knows what was sold. */
export const unknownCells = (sums: Sums): Int32Array => cellsWhere(sums, (isKnown) => !isKnown);

function cellsWhere({ columns, rows }: Sums, isMeant: (isKnown: boolean, cell: number) => boolean): Int32Array {
  const kinds = numbersIn(columns, kindName);
  return rowsWhere(rows.length, (cell) => isMeant(said[(kinds[cell] as number) >> 3] !== undefined, cell));
}

/** What is known of a product's days by its cells, which may be counted from different origins: two whole numbers beyond 2⁵³ are one product here; `bounded`: the rows of which only a bound is known. */
export function daysOfCells(cells: Cells, own: Int32Array, { layout, bounded }: Bounded): Days {
  const { size, rivalAt, priceAt } = layout;
  const { says, known, both, own: alone, from } = cells;
  const counts = new Float64Array(said.length);
  const [exact, prices, naive] = [new Moments(size), new Moments(size), new Moments(2)];
  const [ofBoth, ofOwn] = [new Float64Array(both.length), new Float64Array(alone.length)];
  const [first = 0] = own;
  const away = (origins: Float64Array, cell: number): number => (origins[cell] as number) - (origins[first] as number);
  for (let at = 0; at < own.length; at += 1) {
    const cell = own[at] as number;
    const place = says[cell] as number;
    counts[place] = (counts[place] as number) + (both[0]?.[cell] as number);
    const bits = known[cell] as number;
    if (!(bits & knownBits.price)) continue;
    const isKnown = (bits & knownBits.rival) > 0;
    const price = away(from.price, cell);
    const units = bits & knownBits.units ? away(from.units, cell) : 0;
    taken(alone, cell, ofOwn);
    moved(ofOwn, [0, price, units]);
    if (isKnown) {
      taken(both, cell, ofBoth);
      moved(ofBoth, [0, away(from.rival, cell), price, units]);
    }
    const ones = onesOf(cells, cell, layout);
    if (layout.rival !== undefined && !isKnown) ones.push(rivalAt);
    const columns = isKnown ? [rivalAt + 1, priceAt] : [priceAt];
    if (place === exactly) exact.addAlike(ones, columns, isKnown ? ofBoth : ofOwn);
    if (isKnown) prices.addAlike(ones, columns, ofBoth);
    if (bits & knownBits.units) naive.addAlike(level, slope, ofOwn);
  }
  const counted = (...wanted: readonly Said[]): number =>
    wanted.reduce((sum, one) => sum + (counts[said.indexOf(one)] as number), 0);
  return {
    centres: { price: from.price[first] as number, rival: from.rival[first] as number },
    level: from.units[first] as number,
    ...{ bounded, exact, naive, prices: layout.rival === undefined ? undefined : prices },
    counts: countsOf(counted),
  };
}
interface Bounded {
  readonly layout: Layout;
  readonly bounded: Int32Array;
}
const exactly = said.indexOf('exactly');
/** Columns of a line. */
const [level, slope] = [[0], [1]];

function taken(sums: readonly Float64Array[], cell: number, into: Float64Array): void {
  for (let at = 0; at < into.length; at += 1) into[at] = sums[at]?.[cell] as number;
}

/** Sums of products of numbers (the first of them 1, the lower triangle row after row) as sums of those of these numbers with so much added. */
function moved(sums: Float64Array, by: readonly number[]): void {
  if (by.every((one) => one === 0)) return;
  const at = (row: number, column: number): number => (row * (row + 1)) / 2 + column;
  const sum = (row: number): number => sums[at(row, 0)] as number;
  // From the last on: what is still to be read is as it was.
  for (let row = by.length - 1; row > 0; row -= 1)
    for (let column = row; column >= 0; column -= 1) {
      const [one, other] = [by[row] as number, by[column] as number];
      sums[at(row, column)] =
        (sums[at(row, column)] as number) + one * sum(column) + other * sum(row) + one * other * sum(0);
    }
}

/** Columns that are 1 on a cell's days, but for the rival's. */
function onesOf({ flags, places }: Cells, cell: number, { seasonsAt, eventsAt }: Layout): number[] {
  const ones = [0];
  for (let season = 0; season < places.length; season += 1) {
    const place = places[season]?.[cell] as number;
    if (place >= 0) ones.push((seasonsAt[season] as number) + place);
  }
  for (let event = 0; event < flags.length; event += 1) if (flags[event]?.[cell] === 1) ones.push(eventsAt + event);
  return ones;
}
