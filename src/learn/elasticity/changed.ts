import { cholesky, solved } from '../linear.ts';
import { noDay } from './columns.ts';
import { type Source, saidBy } from './days.ts';
import { layoutOf, writeRow } from './design.ts';
import { Moments } from './moments.ts';

/** A change of all products that is smaller says too little to be told from a season that was a little other. */
const leastChange = 0.1;
/** Of the change, in its standard errors: the best of many days is looked for, and days resemble their neighbours. */
const leastErrors = 6;
/** Days between two that are looked at first. */
const coarse = 7;

/** Sums over products, of one day: what the days since then are above the others, and how much is known of that. */
interface Since {
  readonly day: number;
  above: number;
  known: number;
}

/**
 * The days of a level of its own begin where people have changed: where what is left of all products' known days, once everything else is held, is most of all above or below from that day on (a break whose
 * time is not known: Andrews, 1993, "Tests for parameter instability and structural change with unknown change point"; the change is one of all products). Where nobody has changed they are the last, as asked for.
 */
export function sinceChange(source: Source, products: readonly { readonly rows: Int32Array }[]): Source {
  const { day, layout } = source;
  if (!day || layout.recent === undefined) return source;
  const { recent: _, ...roles } = layout;
  const plain: Source = { ...source, layout: layoutOf(roles) };
  const [first, last] = spanOf(day, products);
  const days = (from: number, to: number, step: number): readonly number[] =>
    Array.from({ length: Math.max(0, Math.floor((to - from) / step) + 1) }, (_, at) => to - at * step);
  const [earliest, latest] = [first + layout.recent, last - layout.recent + 1];
  const about = strongest(plain, products, days(earliest, latest, coarse));
  if (about === undefined) return source;
  const near = days(Math.max(earliest, about - coarse + 1), Math.min(latest, about + coarse - 1), 1);
  const since = strongest(plain, products, near);
  return since === undefined ? source : { ...source, recent: Uint8Array.from(day, (one) => (one >= since ? 1 : 0)) };
}

function spanOf(day: Int32Array, products: readonly { readonly rows: Int32Array }[]): readonly [number, number] {
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
function strongest(
  source: Source,
  products: readonly { readonly rows: Int32Array }[],
  days: readonly number[],
): number | undefined {
  const sums = days.map((day): Since => ({ day, above: 0, known: 0 }));
  for (const { rows } of products) addChanges(source, rows, sums);
  const errors = ({ above, known }: Since): number => (known > 0 ? Math.abs(above) / Math.sqrt(known) : 0);
  const [best] = sums
    .filter((one) => Math.abs(one.above) >= leastChange * one.known && errors(one) >= leastErrors)
    .toSorted((one, other) => errors(other) - errors(one));
  return best?.day;
}

/** Of one product: of a column that is 1 from a day on, what is left of it and of the target beside all other columns (Frisch, Waugh and Lovell), by sums over the days since. */
function addChanges(source: Source, rows: Int32Array, sums: readonly Since[]): void {
  const { layout, logUnits, day = new Int32Array() } = source;
  const { size } = layout;
  const centres = { price: 0, rival: 0 };
  const known = rows
    .filter((row) => saidBy(source, row) === 'exactly' && day[row] !== noDay)
    .toSorted((one, other) => (day[other] as number) - (day[one] as number));
  const values = new Float64Array(known.length * size);
  const moments = new Moments(size);
  for (const [at, row] of known.entries()) {
    writeRow(source, row, { layout, centres, into: values, at: at * size });
    moments.add(values.subarray(at * size, (at + 1) * size), 0, logUnits[row] as number);
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
  if (!(variance > 0)) return;
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
    if (!(alone > 1e-6 * at)) continue;
    sum.above += above / variance;
    sum.known += alone / variance;
  }
}
