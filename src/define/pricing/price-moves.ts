import { type Columns, col, type NamesOf, type RowOf } from '../../columns/index.ts';
import { fn } from '../fn.ts';
import { type Readable, type Rows, sql } from '../rows.ts';
import { type Amount, joined, raw, refuseMissing } from './pieces.ts';

/** What is known of our own prices, after the columns that name the product. */
export const priceMoveColumns = Object.freeze({
  /** The last day on which our price was another than the day before. */
  price_changed_on: col.date().optional(),
  /** Our last cuts of which it is known whether a rival answered. */
  cuts: col.integer(),
  cuts_answered: col.integer(),
}) satisfies Columns;

/**
 * One row for each product: when its price last changed, and how many of our last cuts a rival answered. `rows` has one row for each product and day, in
 * any order, with our price and the rival's as it was known that day. A cut is answered when the rival's price is lower, within so many days after it, than on
 * the day of the cut; one that is younger and not answered does not count yet.
 */
export function priceMoves<C extends Columns, const By extends keyof C & string>(
  rows: Readable<C>,
  how: {
    /** Columns that say which product it is: `['sku', 'region']`. */
    readonly by: readonly [By, ...By[]];
    readonly day: NamesOf<C, Temporal.PlainDate>;
    readonly price: NamesOf<C, number>;
    readonly rival: NamesOf<C, number>;
    /** So many of the last cuts are looked at; default 5. */
    readonly cuts?: Amount;
    /** Within so many days a lower price is an answer; default 7. */
    readonly days?: Amount;
    /** A price that moves by a smaller share has not moved; default 0.01. */
    readonly least?: Amount;
  },
): Rows<RowOf<Pick<C, By>> & RowOf<typeof priceMoveColumns>> {
  const { by, cuts = 5, days = 7, least = 0.01 } = how;
  const asked = [...by, how.day, how.price, how.rival];
  refuseMissing(
    'priceMoves',
    asked,
    rows.columns,
    'Correct the names, or give them to the columns where they are made.',
  );
  const of = (alias: string) => joined(by.map((name) => raw(`${alias}.${name}`)));
  const same = (one: string, other: string) =>
    joined(
      by.map((name) => raw(`${one}.${name} = ${other}.${name}`)),
      ' and ',
    );
  const [day, price, rival] = [raw(how.day), raw(how.price), raw(how.rival)];
  // Each is read more than once: engines that keep what a name stands for read the rows once.
  return sql`
    with daily as (
      select ${of('d')}, d.${day} as day, d.${price} as price, d.${rival} as rival,
        lag(d.${price}) over (partition by ${of('d')} order by d.${day}) as before,
        max(d.${day}) over (partition by ${of('d')}) as last_day
      from ${rows} d where d.${price} is not null),
    changes as (
      select ${of('d')}, d.day, d.last_day, d.rival, d.price <= d.before * (1 - ${least}) and d.rival is not null as is_cut
      from daily d where abs(d.price - d.before) >= d.before * ${least}),
    judged as (
      select ${of('c')}, c.day, c.last_day, max(case when a.rival <= c.rival * (1 - ${least}) then 1 else 0 end) as answered
      from changes c left join daily a on ${same('a', 'c')} and a.day > c.day and a.day <= ${fn.addDays('c.day', days)}
      where c.is_cut group by ${of('c')}, c.day, c.last_day),
    known as (
      select ${of('j')}, j.answered, row_number() over (partition by ${of('j')} order by j.day desc) as nth
      from judged j where j.answered = 1 or ${fn.addDays('j.day', days)} <= j.last_day),
    counted as (
      select ${of('n')}, count(*) as cuts, count(case when n.answered = 1 then 1 end) as cuts_answered
      from known n where n.nth <= ${cuts} group by ${of('n')}),
    changed as (select ${of('c')}, max(c.day) as price_changed_on from changes c group by ${of('c')})
    select ${of('p')}, m.price_changed_on, coalesce(k.cuts, 0) as cuts, coalesce(k.cuts_answered, 0) as cuts_answered
    from (select distinct ${of('d')} from daily d) p
    left join changed m on ${same('m', 'p')}
    left join counted k on ${same('k', 'p')}`;
}
