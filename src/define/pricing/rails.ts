import { type AnyRows, sql } from '../rows.ts';
import { type Amount, raw } from './pieces.ts';

interface Rails {
  readonly price: AnyRows;
  readonly cost: AnyRows;
  readonly step: Amount;
  readonly markup: Amount;
  readonly floor: AnyRows | undefined;
  readonly ceiling: AnyRows | undefined;
  /** So many of the smallest coin are one. */
  readonly coins: AnyRows;
}

/**
 * Rows that have the elasticity after the rival's answer (`elasticity_then`, low and high), with `best_price`, `lowest_price` and `highest_price` in whole coins,
 * which limit each of these two is (`lowest_rail`, `highest_rail`), and `nearest_price`, the best between them.
 */
export function withinRails(rows: AnyRows, { price, cost, step, markup, floor, ceiling, coins }: Rails): AnyRows {
  const limits = sql`
    select e.*, ${price} * (1 - ${step}) as step_down, ${price} * (1 + ${step}) as step_up, ${cost} * (1 + ${markup}) as with_markup,
      ${floor ?? raw('null')} * 1e0 as own_floor, ${ceiling ?? raw('null')} * 1e0 as own_ceiling,
      case when elasticity_high < -1 and elasticity_then_high < -1 and elasticity_then < -1 then ${cost} * elasticity_then / (1 + elasticity_then) end as best_price
    from (${rows}) e`;
  // What binary numbers add or lose is no coin.
  const ends = sql`
    select b.*, ceil(greatest(step_down, with_markup, coalesce(own_floor, step_down)) * ${coins} - 1e-6) / ${coins} as lowest_price,
      floor(least(step_up, coalesce(own_ceiling, step_up)) * ${coins} + 1e-6) / ${coins} as highest_price,
      case when own_floor >= step_down and own_floor >= with_markup then 'floor' when with_markup >= step_down then 'markup' else 'step' end as lowest_rail,
      case when own_ceiling <= step_up then 'ceiling' else 'step' end as highest_rail
    from (${limits}) b`;
  return sql`
    select l.*, case when best_price is not null then least(highest_price, greatest(lowest_price, floor(best_price * ${coins} + 0.5) / ${coins})) end as nearest_price
    from (${ends}) l`;
}

/** The same, of rows without it; `answer`: by how much it is another. */
export const withAnswer = (rows: AnyRows, answer: AnyRows): AnyRows => sql`
    select r.*, elasticity + ${answer} as elasticity_then, elasticity_low + ${answer} as elasticity_then_low, elasticity_high + ${answer} as elasticity_then_high
    from ${rows} r`;
