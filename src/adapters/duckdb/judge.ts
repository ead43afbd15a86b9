import { type ColumnFacts, type Judgement, portablePattern } from '../../columns/index.ts';
import { literal } from './literal.ts';

/** The least whole number of units, at these places, that is not below the bound (`up`), or the greatest that is not above. */
function units(bound: number, places: number, up: boolean): bigint {
  const [, sign = '', whole = '0', part = '', power = '0'] =
    /^(-?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/.exec(`${bound}`) ?? [];
  const shift = Number(power) - part.length + places;
  const digits = BigInt(`${sign}${whole}${part}`);
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const step = 10n ** BigInt(-shift);
  const quotient = digits / step;
  if (quotient * step === digits) return quotient;
  // Division goes towards zero.
  if (up) return digits > 0n ? quotient + 1n : quotient;
  return digits < 0n ? quotient - 1n : quotient;
}

function decimalText(count: bigint, places: number): string {
  const digits = `${count < 0n ? -count : count}`.padStart(places + 1, '0');
  const text = places ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : digits;
  return count < 0n ? `-${text}` : text;
}

/** A comparison with a bound, exact for the column's type: a bound that the type cannot hold is decided here. */
function bounded(facts: ColumnFacts, value: string, bound: number, sign: '>=' | '<='): string {
  if (facts.kind === 'real') {
    return `(${value} ${sign} cast(${literal(bound)} as double) and not isnan(${value}))`;
  }
  const up = sign === '>=';
  if (!Number.isFinite(bound))
    return up === (bound === Number.NEGATIVE_INFINITY) && !Number.isNaN(bound) ? 'true' : 'false';
  const [digits, places] = facts.kind === 'decimal' ? (facts.of as readonly [number, number]) : [19, 0];
  const count = units(bound, places, up);
  const beyond = 10n ** BigInt(digits);
  if (count >= beyond) return up ? 'false' : 'true';
  if (count <= -beyond) return up ? 'true' : 'false';
  const type = facts.kind === 'decimal' ? `decimal(${digits},${places})` : 'hugeint';
  return `${value} ${sign} cast('${decimalText(count, places)}' as ${type})`;
}

function rule(judgement: Judgement, facts: ColumnFacts, value: string): string {
  switch (judgement.code) {
    case 'min':
      return bounded(facts, value, judgement.allowed, '>=');
    case 'max':
      return bounded(facts, value, judgement.allowed, '<=');
    case 'matches':
      return `regexp_matches(${value}, ${literal(portablePattern(judgement.allowed))})`;
    case 'one_of':
      return `${value} in ${literal(judgement.allowed)}`;
    default:
      return 'true';
  }
}

/**
 * A judgement as a condition that is true or false, never NULL; `holds` of quality/ says the same of every value. `value` is of the stored type,
 * `unread` (true or false) says that something was there which is not of the column's kind: it fails `kind` alone.
 */
export function flagSql(
  judgement: Judgement,
  of: { readonly value: string; readonly unread?: string; readonly facts: ColumnFacts },
): string {
  const unread = of.unread ?? 'false';
  if (judgement.code === 'present') return `(${of.value} is not null or ${unread})`;
  if (judgement.code === 'kind') return `(not ${unread})`;
  return `coalesce(${rule(judgement, of.facts, of.value)}, true)`;
}
