import { type ColumnFacts, type Judgement, portablePattern } from '../../columns/index.ts';
import { storedType } from './dialect.ts';
import { literal } from './literal.ts';

/** The least whole number of units, at these places, that is not below the bound as it is written (`up`), or the greatest that is not above. */
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
  const least = sign === '>=';
  // DuckDB takes not-a-number for the greatest of all.
  if (facts.kind === 'real') return `(${value} ${sign} cast(${literal(bound)} as double) and not isnan(${value}))`;
  if (Number.isNaN(bound)) return 'false';
  if (!Number.isFinite(bound)) return String(least === bound < 0);
  const [digits, places] = facts.kind === 'decimal' ? (facts.of as readonly [number, number]) : [0, 0];
  const greatest = digits ? 10n ** BigInt(digits) - 1n : 2n ** 63n - 1n;
  const smallest = digits ? -greatest : -greatest - 1n;
  const whole = (): bigint => BigInt(least ? Math.ceil(bound) : Math.floor(bound));
  const count = digits ? units(bound, places, least) : whole();
  if (count > greatest) return String(!least);
  if (count < smallest) return String(least);
  return `${value} ${sign} cast('${decimalText(count, places)}' as ${storedType(facts)})`;
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
  return `(${of.value} is null or ${rule(judgement, of.facts, of.value)})`;
}
