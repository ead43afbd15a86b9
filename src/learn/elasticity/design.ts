import type { FeatureColumn } from '../features.ts';
import { flagsIn, logarithms, numbersIn, placesIn } from './columns.ts';

/** Which columns say what of a product's day. */
export interface Roles {
  /** A product is what has the same values here. */
  readonly by: readonly string[];
  readonly price: string;
  /** The price of whoever it competes with; may be missing. */
  readonly rival?: string;
  /** True on days on which people buy for another reason. */
  readonly events: readonly string[];
  /** Each value has a level of its own: months, days of the week. */
  readonly season: readonly { readonly name: string; readonly words: readonly string[] }[];
  /** The last of so many days, or those since people changed, have a level of their own, and what comes after has it. */
  readonly recent?: number;
}

/**
 * The columns of a product's regression, in this order: 1, one for each word of each season, the events, 1 where the rival's price is unknown, the logarithms of
 * the rival's price, 1 in the last days, the logarithm of the own price. The price comes last: where it moves only with an event, it is the price of which nothing is
 * learned.
 */
export interface Layout extends Roles {
  readonly size: number;
  /** Where the words of each season begin. */
  readonly seasonsAt: readonly number[];
  readonly eventsAt: number;
  /** Where a rival is known of: whether its price is unknown stands here, its price behind. */
  readonly rivalAt: number;
  /** Where the last days have a level of their own. */
  readonly recentAt: number | undefined;
  readonly priceAt: number;
}

export function layoutOf(roles: Roles): Layout {
  const seasonsAt: number[] = [];
  let next = 1;
  for (const { words } of roles.season) {
    seasonsAt.push(next);
    next += words.length;
  }
  const rivalAt = next + roles.events.length;
  const afterRival = rivalAt + (roles.rival === undefined ? 0 : 2);
  const recentAt = roles.recent === undefined ? undefined : afterRival;
  const priceAt = afterRival + (recentAt === undefined ? 0 : 1);
  return { ...roles, size: priceAt + 1, seasonsAt, eventsAt: next, rivalAt, recentAt, priceAt };
}

/** Rows as the regression has them. */
export interface Rows {
  /** NaN where there is none. */
  readonly price: Float64Array;
  readonly rival: Float64Array | undefined;
  readonly flags: readonly Uint8Array[];
  /** 1 in the days of the level of its own, and in those after them; absent: all are. */
  readonly recent?: Uint8Array;
  readonly places: readonly Int32Array[];
}

export const rowsOf = (columns: Readonly<Record<string, FeatureColumn>>, layout: Layout): Rows => ({
  price: logarithms(numbersIn(columns, layout.price)),
  rival: layout.rival === undefined ? undefined : logarithms(numbersIn(columns, layout.rival)),
  flags: layout.events.map((name) => flagsIn(columns, name)),
  places: layout.season.map(({ name, words }) => placesIn(columns, name, words)),
});

/** What logarithms of a product's prices are counted from, so that no digits are lost. */
export interface Centres {
  readonly price: number;
  readonly rival: number;
}

/** A row's columns, `size` numbers from `at` on. */
export function writeRow(
  { price, rival, flags, places, recent }: Rows,
  row: number,
  {
    layout,
    centres,
    into,
    at,
  }: { readonly layout: Layout; readonly centres: Centres; readonly into: Float64Array; readonly at: number },
): void {
  into.fill(0, at, at + layout.size);
  into[at] = 1;
  for (let season = 0; season < places.length; season += 1) {
    const place = places[season]?.[row] as number;
    if (place >= 0) into[at + (layout.seasonsAt[season] as number) + place] = 1;
  }
  for (let event = 0; event < flags.length; event += 1)
    into[at + layout.eventsAt + event] = flags[event]?.[row] as number;
  if (rival) {
    const own = rival[row] as number;
    if (Number.isNaN(own)) into[at + layout.rivalAt] = 1;
    else into[at + layout.rivalAt + 1] = own - centres.rival;
  }
  if (layout.recentAt !== undefined) into[at + layout.recentAt] = recent ? (recent[row] as number) : 1;
  into[at + layout.priceAt] = (price[row] as number) - centres.price;
}
