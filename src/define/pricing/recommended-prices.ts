import type { Columns, NamesOf, RowOf } from '../../columns/index.ts';
import { fn } from '../fn.ts';
import { type AnyRows, type Readable, type Rows, type Setting, sql } from '../rows.ts';
import { needed, recommendationColumns } from './columns.ts';
import { withExpected } from './expected.ts';
import { type Amount, column, joined, quoted, raw, refuseMissing, refuseTaken } from './pieces.ts';
import { withAnswer, withinRails } from './rails.ts';
import { type Reason, type Sentences, whyOf } from './why.ts';

/** A limit in money: a number, a setting, a column of the rows (where it is missing there is no limit), or an expression over them. */
type Money<C extends Columns> = Amount | NamesOf<C, number> | AnyRows;

export interface Recommending<C extends Columns> {
  readonly price: NamesOf<C, number>;
  readonly cost: NamesOf<C, number>;
  /** The column that is true where there was nothing to sell: no price is recommended for that, nor where it is missing. */
  readonly outOfStock?: NamesOf<C, boolean>;
  /** The largest change at once, as a share of the price. */
  readonly step: Amount;
  /** The least that a price is above the cost, as a share of the cost; default 0. */
  readonly markup?: Amount;
  readonly floor?: Money<C>;
  readonly ceiling?: Money<C>;
  /** Days of history without which nothing is recommended; default 0. */
  readonly minimumHistory?: Amount;
  /** A change by a smaller share is none; default 0. */
  readonly least?: Amount;
  /** None for so many days after the price changed, which a column says; without a day it never did. */
  readonly coolDown?: {
    readonly day: NamesOf<C, Temporal.PlainDate>;
    readonly changedOn: NamesOf<C, Temporal.PlainDate>;
    readonly days: Amount;
  };
  /** None where rivals answered so many of our last cuts, as `priceMoves(…)` counts them. */
  readonly rivals?: {
    readonly cuts: NamesOf<C, number>;
    readonly answered: NamesOf<C, number>;
    readonly most: Amount;
  };
  /** Places of a price; default 2. */
  readonly places?: number;
  /** The sentences of `why`, where they are others than the English ones. */
  readonly say?: Partial<Sentences>;
}

/**
 * The price of the highest margin for each row, within limits that are never broken, or none with its reason. Demand of constant elasticity e < -1 has it at
 * cost · e / (1 + e); there is none where the interval of e reaches -1. Where the rows say what is left of it once the rival has answered (`elasticity_then`, low and
 * high), e is that, and the own one has to exclude -1, too. Where they say only how the rival answers (`rival_reaction`, `rival_elasticity`), it is the sum of the own
 * one and the product of these two; a product below 0, by which rivals would help us, counts as none. Within limits the nearest price is the best, for the margin only falls on both sides. `rows` are `model.predict(…)` of a `priceElasticity(…)`. Throws
 * DEFINITION_INVALID.
 */
export function recommendedPrices<C extends Columns>(
  rows: Readable<C>,
  how: Recommending<C>,
): Rows<RowOf<C> & RowOf<typeof recommendationColumns>> {
  refuse(rows, how);
  const { step, markup = 0, minimumHistory = 0, least = 0, coolDown, rivals, places = 2 } = how;
  const [price, cost, coins] = [column(how.price), column(how.cost), raw(String(10 ** places))];
  const [floor, ceiling] = [moneyOf(how.floor), moneyOf(how.ceiling)];
  const has = (names: readonly string[]): boolean => names.every((name) => Object.hasOwn(rows.columns, name));
  const answer = raw(
    has(['rival_reaction', 'rival_elasticity'])
      ? 'case when rival_reaction * rival_elasticity > 0 then rival_reaction * rival_elasticity else 0e0 end'
      : '0',
  );
  const answered = has(afterAnswer) ? sql`select * from ${rows}` : withAnswer(rows, answer);
  const nearest = withinRails(answered, { price, cost, step, markup, floor, ceiling, coins });
  const when: Readonly<Record<Reason, AnyRows | undefined>> = {
    no_price: sql`${price} is null or not ${price} > 0`,
    no_cost: sql`${cost} is null or not ${cost} > 0`,
    stock_unknown: how.outOfStock && sql`${column(how.outOfStock)} is null`,
    out_of_stock: how.outOfStock && sql`${column(how.outOfStock)}`,
    rivals_answer: rivals && sql`${column(rivals.answered)} > 0 and ${column(rivals.answered)} >= ${rivals.most}`,
    short_history: sql`days_used is null or days_used < ${minimumHistory}`,
    uncertain: sql`trustworthy is null or not trustworthy or elasticity is null or expected_units is null`,
    not_elastic: sql`best_price is null`,
    cooling_down: coolDown && sql`${column(coolDown.day)} < ${fn.addDays(quoted(coolDown.changedOn), coolDown.days)}`,
    rails_apart: sql`lowest_price > highest_price`,
    already_best: sql`abs(nearest_price - ${price}) * ${coins} < 0.5 or abs(nearest_price / ${price} - 1) < ${least}`,
  };
  const whens = Object.entries(when).flatMap(([reason, is]) => (is ? [sql`when ${is} then ${reason}`] : []));
  const judged = sql`select n.*, case ${joined(whens, ' ')} end as reason from (${nearest}) n`;
  const decided = sql`
    select j.*, case when reason is null then nearest_price end as recommended_price,
      case when reason is null then nearest_price / ${price} - 1 end as change,
      case when reason is null then ln(nearest_price / ${price}) end as moved,
      case when reason is not null then null when best_price < lowest_price then lowest_rail when best_price > highest_price then highest_rail end as limited_by,
      expected_units as units_now, ${price} * expected_units as revenue_now, (${price} - ${cost}) * expected_units as margin_now
    from (${judged}) j`;
  const named = {
    ...{ price, cost, change: sql`(change * 100)`, limit: raw('limited_by') },
    ...{
      elasticity: raw('elasticity_then'),
      elasticity_low: raw('elasticity_then_low'),
      elasticity_high: raw('elasticity_then_high'),
    },
    changed_on: coolDown && column(coolDown.changedOn),
    cuts: rivals && column(rivals.cuts),
    cuts_answered: rivals && column(rivals.answered),
  };
  return sql`select c.*, ${whyOf(how.say ?? {}, named, places)} as why from (${withExpected(decided, cost)}) c`;
}

/** What predictions of a model with a rival have already. */
const afterAnswer: readonly string[] = ['elasticity_then', 'elasticity_then_low', 'elasticity_then_high'];

const moneyOf = (of: number | string | Setting<number> | AnyRows | undefined): AnyRows | undefined => {
  if (of === undefined) return undefined;
  return typeof of === 'string' ? column(of) : sql`(${of})`;
};

/** Throws DEFINITION_INVALID for rows without what is needed, or that have already what is added. */
function refuse<C extends Columns>({ columns }: Readable<C>, how: Recommending<C>): void {
  const { price, cost, outOfStock, coolDown, rivals, floor, ceiling } = how;
  const named = [
    price,
    cost,
    outOfStock,
    coolDown?.day,
    coolDown?.changedOn,
    rivals?.cuts,
    rivals?.answered,
    floor,
    ceiling,
  ];
  const next =
    'Give it model.predict(…) of a model that is learned by priceElasticity(…), of rows that have what it names.';
  const names = named.filter((one) => typeof one === 'string');
  refuseMissing('recommendedPrices', [...needed, ...names], columns, next);
  const isAnswered = afterAnswer.every((name) => Object.hasOwn(columns, name));
  const given = Object.keys(columns).filter((name) => !(isAnswered && afterAnswer.includes(name)));
  refuseTaken('recommendedPrices', given, recommendationColumns);
}
