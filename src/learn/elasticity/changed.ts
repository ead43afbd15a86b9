import { cholesky, solved } from '../linear.ts';
import { noDay } from './columns.ts';
import { type Source, saidBy } from './days.ts';
import { layoutOf, writeRow } from './design.ts';
import { Moments } from './moments.ts';

/** A change of all products that is smaller says too little to be told from a season that was a little other. */
const leastChange = 0.1;
/** Of the change, in its standard errors: the best of many days is looked for, and days resemble their neighbours. */
const leastErrors = 6;
/** Of a product, the days that tell it from its seasons: what a single day was like, which all share, is no change. */
const leastDays = 3;
/** Of all products, by their days, how many are other by so much themselves: of two regions one is not all. */
const leastShare = 2 / 3;

type Dated = Source & { readonly day: Int32Array };
type Products = readonly { readonly rows: Int32Array }[];

/** Sums over products, of one day: what the days since then are above the others, of how many days that is known, and its variance by chance. */
interface Since {
  readonly day: number;
  above: number;
  known: number;
  variance: number;
  /** Of those known, the days of products that are themselves above, and below, by as much as counts. */
  higher: number;
  lower: number;
}

/**
 * The days of a level of its own begin where people have changed: where what is left of all products' known days, once everything else is held, is most of all above or below from that day on (a break whose
 * time is not known: Andrews, 1993, "Tests for parameter instability and structural change with unknown change point"; the change is one of all products). What has changed back is none. Where nobody has changed they are the last, as asked for.
 */
export function sinceChange(source: Source, products: Products): Source {
  const { day, layout } = source;
  if (!day || layout.recent === undefined) return source;
  const { recent, ...roles } = layout;
  const [first, last] = spanOf(day, products);
  const days = Array.from({ length: Math.max(0, last - first + 2 - 2 * recent) }, (_, at) => last - recent + 1 - at);
  const change = surest({ ...source, day, layout: layoutOf(roles) }, products, days);
  if (change === undefined) return source;
  const since = (begin: number): Dated => ({
    ...source,
    day,
    recent: Uint8Array.from(day, (one) => Number(one >= begin)),
  });
  const held = since(change);
  const other = surest(
    held,
    products,
    days.filter((one) => Math.abs(one - change) >= recent),
  );
  if (other === undefined) return held;
  const [begin, end] = [Math.min(change, other), Math.max(change, other)];
  const [away, back] = [changeOn(since(end), products, begin), changeOn(since(begin), products, end)];
  // Nearer to what was before, which was longer than what was between.
  const isOver = Math.abs(away + back) < Math.abs(away) / 2 && end - begin <= begin - first;
  return isOver
    ? sinceChange(
        source,
        products.map(({ rows }) => ({
          rows: rows.filter((row) => (day[row] as number) < begin || (day[row] as number) >= end),
        })),
      )
    : held;
}

function spanOf(day: Int32Array, products: Products): readonly [number, number] {
  let [first, last] = [Number.MAX_SAFE_INTEGER, noDay];
  for (const { rows } of products)
    for (const row of rows) {
      const one = day[row] as number;
      if (one !== noDay && one < first) first = one;
      if (one > last) last = one;
    }
  return [first, last];
}

/** The day from which on all products are most surely other; nothing where none is sure, and great, enough. */
function surest(source: Dated, products: Products, days: readonly number[]): number | undefined {
  const errors = ({ above, variance }: Since): number => Math.abs(above) / Math.sqrt(variance);
  const [best] = changesOn(source, products, days)
    .filter((one) => Math.abs(one.above) >= leastChange * one.known && errors(one) >= leastErrors)
    .filter((one) => (one.above > 0 ? one.higher : one.lower) >= leastShare * one.known)
    .toSorted((one, other) => errors(other) - errors(one));
  return best?.day;
}

/** By how much all products are other from a day on. */
function changeOn(source: Dated, products: Products, day: number): number {
  const [{ above, known } = { above: 0, known: 0 }] = changesOn(source, products, [day]);
  return known > 0 ? above / known : 0;
}

/** Of days, the last first. */
function changesOn(source: Dated, products: Products, days: readonly number[]): readonly Since[] {
  const sums = days.map((day): Since => ({ day, above: 0, known: 0, variance: 0, higher: 0, lower: 0 }));
  for (const { rows } of products) addChanges(source, rows, sums);
  return sums;
}

/** Of one product: of a column that is 1 from a day on, what is left of it and of the target beside all other columns (Frisch, Waugh and Lovell), by sums over the days since. */
function addChanges(source: Dated, rows: Int32Array, sums: readonly Since[]): void {
  const { layout, logUnits, day } = source;
  const { size } = layout;
  const centres = { price: 0, rival: 0 };
  const known = rows
    .filter((row) => saidBy(source, row) === 'exactly' && day[row] !== noDay)
    .toSorted((one, other) => (day[other] as number) - (day[one] as number));
  const values = new Float64Array(known.length * size);
  const moments = new Moments(size);
  for (const [at, row] of known.entries()) {
    writeRow(source, row, { layout, centres, into: values, at: at * size });
    moments.add(values, at * size, logUnits[row] as number);
  }
  const columns = moments.independent();
  const own = moments.of(columns);
  const lower = cholesky(own.whole(), columns.length);
  const freedom = known.length - columns.length;
  if (!lower || freedom <= 0) return;
  const coefficients = solved(lower, own.products);
  const left = Float64Array.from(known, (row, at) =>
    columns.reduce(
      (rest, column, place) => rest - (coefficients[place] as number) * (values[at * size + column] as number),
      logUnits[row] as number,
    ),
  );
  const variance = left.reduce((sum, one) => sum + one * one, 0) / freedom;
  const [newest, oldest] = [known[0], known.at(-1)].map((row) => day[row as number] as number) as [number, number];
  const least = (leastDays * known.length) / (newest - oldest + 1);
  const since = new Float64Array(columns.length);
  let [at, above] = [0, 0];
  for (const sum of sums) {
    for (; at < known.length && (day[known[at] as number] as number) >= sum.day; at += 1) {
      above += left[at] as number;
      for (const [place, column] of columns.entries())
        since[place] = (since[place] as number) + (values[at * size + column] as number);
    }
    const along = solved(lower, since);
    const alone = at - along.reduce((sum, one, place) => sum + one * (since[place] as number), 0);
    if (!(alone >= least)) continue;
    sum.above += above;
    sum.known += alone;
    sum.variance += alone * variance;
    if (above >= leastChange * alone) sum.higher += alone;
    if (above <= -leastChange * alone) sum.lower += alone;
  }
}
