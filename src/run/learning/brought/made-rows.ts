import type { Columns, Vector } from '../../../columns/index.ts';
import { Random } from '../../../learn/random.ts';

/** Rows as the columns' rules allow them, the same every time: a model is asked about them where a table has none. */
export function madeRows(columns: Columns, rows: number): Readonly<Record<string, Vector>> {
  const random = new Random(0);
  return Object.fromEntries(
    Object.entries(columns).map(([name, { facts }]) => [name, vectorOf(facts, { rows, random })]),
  );
}

/** Share of the values that are missing where a column may be. */
const missing = 0.1;
/** Beyond what a rule says, and where there is none: most features are of that size. */
const usual = 100;

function vectorOf(
  { kind, nullable = false, rules = [] }: Columns[string]['facts'],
  { rows, random }: { readonly rows: number; readonly random: Random },
): Vector {
  const valid = Uint8Array.from({ length: rows }, () => (nullable && random.next() < missing ? 0 : 1));
  if (kind === 'boolean')
    return { of: 'booleans', values: Uint8Array.from({ length: rows }, () => (random.next() < 0.5 ? 0 : 1)), valid };
  if (kind === 'text') {
    const words = rules.flatMap((rule) => (rule.code === 'one_of' ? rule.allowed : []));
    const known = words.length > 0 ? words : ['a', 'b', 'c'];
    const codes = Int32Array.from(valid, (isThere) => (isThere ? Math.floor(random.next() * known.length) : -1));
    return { of: 'texts', codes, words: known };
  }
  const bound = (code: 'min' | 'max'): number | undefined =>
    rules.flatMap((rule) => (rule.code === code ? [Number(rule.allowed)] : []))[0];
  const [least, most] = [bound('min'), bound('max')];
  const from = least ?? Math.min(0, (most ?? 0) - usual);
  const to = most ?? from + usual;
  const isWhole = kind === 'integer' || kind === 'bigint';
  const values = Float64Array.from({ length: rows }, () => {
    const value = from + random.next() * (to - from);
    return isWhole ? Math.round(value) : value;
  });
  return { of: 'numbers', values, valid };
}
