import { type Columns, col, type NamesOf, type RowOf } from '../../columns/index.ts';
import { fn } from '../fn.ts';
import { type Readable, type Rows, sql } from '../rows.ts';
import { type Amount, column, joined, raw, refuseMissing, refuseTaken } from './pieces.ts';

/** What is known of our own prices, after the columns that name the product. */
export const priceMoveColumns = Object.freeze({
  /** The last day on which our price was another than the day before, for whatever reason. */
  price_changed_on: col.date().optional(),
  /** Our last cuts of which it is known whether a rival answered. */
  cuts: col.integer(),
  cuts_answered: col.integer(),
}) satisfies Columns;

/**
 * One row for each product: when its price last changed, and how many of our last cuts a rival answered. `rows` has one row for each product and day, in
 * any order, with our price and the rival's as it was known that day. A cut is answered when the rival's price is lower, within so many days after it, than on
 * the day of the cut and on as many days before it, by a share of the cut, so that ups and downs of his own are seldom taken for answers; one that is younger and not answered does
 * not count yet. Throws DEFINITION_INVALID.
 */
export function priceMoves<C extends Columns, const By extends keyof C & string>(
  rows: Readable<C>,
  how: {
    /** Columns that say which product it is: `['sku', 'region']`. */
    readonly by: readonly [By, ...By[]];
    readonly day: NamesOf<C, Temporal.PlainDate>;
    /** What the shelf says: a mean of what was paid moves with every coupon. */
    readonly price: NamesOf<C, number>;
    readonly rival: NamesOf<C, number>;
    /** True on days on which everybody asks other prices, as on Black Friday: they are no cuts, and no answers. */
    readonly except?: NamesOf<C, boolean>;
    /** So many of the last cuts are looked at; default 5. */
    readonly cuts?: Amount;
    /** Within so many days a lower price is an answer; default 7. */
    readonly days?: Amount;
    /** A price that moves by a smaller share has not moved; default 0.01. */
    readonly least?: Amount;
    /** A rival who falls by less than that share of our cut does not answer it: prices go up and down by themselves; default 0.5. */
    readonly share?: Amount;
  },
): Rows<RowOf<Pick<C, By>> & RowOf<typeof priceMoveColumns>> {
  const { by, except, cuts = 5, days = 7, least = 0.01, share = 0.5 } = how;
  refuseMissing(
    'priceMoves',
    [...by, how.day, how.price, how.rival, ...(except ? [except] : [])],
    rows.columns,
    'Correct the names, or give them to the columns where they are made.',
  );
  refuseTaken('priceMoves', by, priceMoveColumns);
  const own = (alias: string, name: string) => sql`${raw(`${alias}.`)}${column(name)}`;
  const of = (alias: string) => joined(by.map((name) => own(alias, name)));
  const same = (one: string, other: string) =>
    joined(
      by.map((name) => sql`${own(one, name)} = ${own(other, name)}`),
      ' and ',
    );
  const isUsual = except ? sql`not coalesce(${own('d', except)}, false)` : sql`true`;
  // Each is read more than once: engines that keep what a name stands for read the rows once.
  return sql`
    with daily as (
      select ${of('d')}, ${own('d', how.day)} as the_day, ${own('d', how.price)} as the_price, ${own('d', how.rival)} as the_rival, ${isUsual} as is_usual,
        lag(${own('d', how.price)}) over (partition by ${of('d')} order by ${own('d', how.day)}) as price_before,
        max(${own('d', how.day)}) over (partition by ${of('d')}) as last_day
      from ${rows} d where ${own('d', how.price)} is not null),
    changed as (
      select ${of('d')}, max(d.the_day) as price_changed_on
      from daily d where abs(d.the_price - d.price_before) >= d.price_before * ${least} group by ${of('d')}),
    usual as (
      select ${of('d')}, d.the_day, d.last_day, d.the_price, d.the_rival,
        lag(d.the_price) over (partition by ${of('d')} order by d.the_day) as usual_before
      from daily d where d.is_usual),
    beside as (
      select ${of('c')}, c.the_day, c.last_day, 1 - min(c.the_price / c.usual_before) as cut, min(case when a.the_day <= c.the_day then a.the_rival end) as lowest_before,
        min(case when a.the_day > c.the_day then a.the_rival end) as lowest_after
      from usual c join usual a on ${same('a', 'c')} and ${fn.addDays('a.the_day', days)} >= c.the_day and a.the_day <= ${fn.addDays('c.the_day', days)}
      where c.the_price <= c.usual_before * (1 - ${least}) and c.the_rival is not null group by ${of('c')}, c.the_day, c.last_day),
    judged as (select b.*, case when b.lowest_after <= b.lowest_before * (1 - greatest(${least}, ${share} * b.cut - 1e-9)) then 1 else 0 end as answered from beside b),
    known as (
      select ${of('j')}, j.answered, row_number() over (partition by ${of('j')} order by j.the_day desc) as nth
      from judged j where j.answered = 1 or ${fn.addDays('j.the_day', days)} <= j.last_day),
    counted as (
      select ${of('n')}, count(*) as cuts, count(case when n.answered = 1 then 1 end) as cuts_answered
      from known n where n.nth <= ${cuts} group by ${of('n')})
    select ${of('p')}, m.price_changed_on, coalesce(k.cuts, 0) as cuts, coalesce(k.cuts_answered, 0) as cuts_answered
    from (select distinct ${of('d')} from daily d) p
    left join changed m on ${same('m', 'p')}
    left join counted k on ${same('k', 'p')}`;
}
