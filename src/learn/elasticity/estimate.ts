import { answerOf, besideElasticity, towards } from './answer.ts';
import { sinceChange } from './changed.ts';
import type { Days, Source } from './days.ts';
import { bounded, estimateAt, type Interval, ofDays, widened } from './interval.ts';
import { foundIn, type OwnDays } from './own.ts';
import { type Estimate, type Pool, poolOf } from './pool.ts';
import { serialRatio } from './series.ts';
import { completed, type Fit, restBeside } from './terms.ts';

/** What was found of one product. */
export interface Product {
  /** Its values of the columns that tell products apart. */
  readonly name: readonly string[];
  readonly days: Pick<Days, 'centres' | 'level' | 'counts'>;
  /** Days that count. */
  readonly used: number;
  /** Of its own days alone: nothing where its price did not move but with something else. */
  readonly own: Estimate | undefined;
  /** Drawn towards that of all products; nothing where there is no such either. */
  readonly elasticity: Interval | undefined;
  /** Of the logarithms of units and price, with nothing else held. */
  readonly naive: Interval | undefined;
  /** The elasticity once the rival has answered; without a rival the same. */
  readonly answered: Interval | undefined;
  /** By how many percent demand rises with one percent of the rival's price, drawn as the elasticity is. */
  readonly rival: Estimate | undefined;
  /** By how many percent the rival's price follows one percent of the own, drawn too. */
  readonly reaction: Estimate | undefined;
  /** The other terms where the elasticity is as above, of every column of the layout; nothing where days do not suffice. */
  readonly fit: Fit | undefined;
  readonly trustworthy: boolean;
}
export interface Elasticities {
  readonly pool: Pool | undefined;
  /** By how much variances are greater because days resemble their neighbours. */
  readonly serialRatio: number;
  readonly products: readonly Product[];
}
export interface Wanted {
  /** Of the intervals; 0.95: 19 of 20 have the truth in them. */
  readonly level: number;
  /** Days without which an elasticity is not trustworthy. */
  readonly least: number;
  /** The standard error of a product's own estimate above which its elasticity is not trustworthy. */
  readonly mostError: number;
}

/** Elasticities of all products: each by itself first, then drawn towards their mean, then its other terms once more beside that. */
export function elasticitiesOf(
  given: Source,
  products: readonly ({ readonly name: readonly string[] } & OwnDays)[],
  { level, least, mostError }: Wanted,
): Elasticities {
  const source = sinceChange(given, products);
  const { layout } = source;
  const found = products.map(({ name, ...own }) => ({ name, ...foundIn(source, own, level) }));
  const ratio = serialRatio(found.flatMap(({ inSeries }) => inSeries ?? []));
  const wide = Math.sqrt(ratio);
  const first = found.map(({ inSeries, ...one }) => {
    const own = widened(one.own, wide);
    return { ...one, own, sure: ofDays(own, one) };
  });
  const pool = poolOf(first.flatMap(({ sure }) => sure ?? []));
  const second = first.map(({ sure, ...one }) => {
    const drawn = towards(pool ? sure : one.own, pool);
    // What is drawn is spread as the normal distribution is: a few days have made it wider already.
    const freedom = !pool ? one.freedom : sure ? Number.POSITIVE_INFINITY : pool.count - 1;
    const elasticity = drawn && bounded(drawn, freedom, level);
    const alone = ofDays(widened(one.rival, wide), one);
    const demand = elasticity && besideElasticity(alone, { own: sure, elasticity, slope: one.slope });
    return { ...one, freedom, elasticity, demand, recent: ofDays(widened(one.recent, wide), one) };
  });
  const pools = {
    demand: poolOf(second.flatMap(({ demand }) => demand ?? [])),
    reaction: poolOf(second.flatMap(({ reaction }) => reaction?.of ?? [])),
  };
  const ofRecent = poolOf(second.flatMap(({ recent }) => recent ?? []));
  const third = second.map(({ demand, reaction, recent, slope, freedom, ...one }) => {
    const { elasticity } = one;
    const answer =
      elasticity && reaction ? answerOf({ demand, slope, reaction: reaction.of }, elasticity, pools) : undefined;
    const held = new Map([
      ...(elasticity ? [[layout.priceAt, elasticity.value] as const] : []),
      ...(answer ? [[layout.rivalAt + 1, answer.demand.value] as const] : []),
      ...(layout.recentAt === undefined ? [] : [[layout.recentAt, towards(recent, ofRecent)?.value ?? 0] as const]),
    ]);
    const rest = elasticity && restBeside(source, one.days, held);
    return { ...one, answer, answered: answer && bounded(answer.answered, freedom, level), held, rest };
  });
  const events = layout.events.map((_, event) =>
    poolOf(third.flatMap(({ rest }) => estimateAt(rest, layout.eventsAt + event) ?? [])),
  );
  return {
    pool,
    serialRatio: ratio,
    products: third.map(({ name, days, own, used, naive, elasticity, answer, answered, held, rest }) => ({
      ...{ name, own, used, naive, elasticity, answered: answered ?? elasticity },
      days: { centres: days.centres, level: days.level, counts: days.counts },
      rival: answer?.demand,
      reaction: answer?.reaction,
      fit: rest && completed(rest, { days, layout, events, held, level }),
      trustworthy: own !== undefined && own.standardError <= mostError && rest !== undefined && used >= least,
    })),
  };
}
