import { type AnyRows, sql } from '../rows.ts';
import { joined, raw } from './pieces.ts';

/**
 * Rows that have `recommended_price` and `moved`, the logarithm of its share of the price, with units, revenue and margin there. Units: expected units ·
 * (new / old)^elasticity. The interval of that product joins those of both factors by their distances from the estimates on a logarithmic scale, each side by
 * itself (Zou and Donner 2008, "Construction of confidence limits about effect measures"), as of estimates that err independently.
 */
export function withExpected(rows: AnyRows, cost: AnyRows): AnyRows {
  const units = sql`
    select d.*, expected_units * exp(elasticity_then * moved) as units_then,
      case when expected_units_low > 0 then expected_units * exp(elasticity_then * moved - ${aside('low', 'high')}) when moved is not null then 0e0 end as units_then_low,
      expected_units * exp(elasticity_then * moved + ${aside('high', 'low')}) as units_then_high
    from (${rows}) d`;
  const each = ['', '_low', '_high'].map(
    (end) =>
      sql`recommended_price * units_then${raw(end)} as revenue_then${raw(end)}, (recommended_price - ${cost}) * units_then${raw(end)} as margin_then${raw(end)}`,
  );
  return sql`select t.*, ${joined(each)} from (${units}) t`;
}

/** Of the logarithm of the units, how far that end is from the estimate; at a lower price more is sold the lower the elasticity. */
const aside = (end: 'low' | 'high', other: 'low' | 'high'): AnyRows => sql`sqrt(
      power(ln(${positive(`expected_units_${end}`)} / ${positive('expected_units')}), 2)
      + power((case when moved < 0 then elasticity_then_${raw(other)} else elasticity_then_${raw(end)} end - elasticity_then) * moved, 2))`;

/** Of no units there is no logarithm, and no interval. */
const positive = (column: string): AnyRows => sql`case when ${raw(column)} > 0 then ${raw(column)} end`;
