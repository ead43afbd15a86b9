import type { ColumnFacts } from '../../columns/index.ts';

/** Numbers in [0, 1) that depend only on the seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
type Random = () => number;
export const pick = <Item>(random: Random, items: readonly Item[]): Item =>
  items[Math.floor(random() * items.length)] as Item;
const times = <Item>(count: number, make: () => Item): Item[] => Array.from({ length: count }, make);

const pieces = [
  ...['', ' ', '  ', '\t', '\n', '\r\n', '\u00a0', '\u2028', '\u2029', '\u3000', '\ufeff', '\u0085', '\v', '\f', '\0'],
  ...[
    'a',
    'A',
    'b',
    'z',
    'Z',
    '0',
    '9',
    '_',
    '-',
    '.',
    '@',
    '\\',
    "'",
    '"',
    '%',
    '*',
    '?',
    '[',
    ']',
    '(',
    '{',
    '$',
    '^',
  ],
  ...['é', 'e\u0301', 'ç', 'ß', 'SS', 'İ', 'ı', 'ﬁ', 'Ω', 'ω', '\u200b', '\u200d', '\u0301', '٣', '१', '𝟗', '𐐀', '𐐨'],
  ...['😀', '👩‍💻', '🇧🇷', '\u{10ffff}', '\ue000', '\ufffd', '\uffff', 'ana', 'SP', 'ana@exemplo.com.br', '2026-01-31'],
];
/** Text of code points in and outside the first plane, white space, cases, combining marks. */
export const hostileText = (random: Random): string =>
  times(Math.floor(random() * 6), () => pick(random, pieces)).join('');

const doubles = [
  ...[0, -0, 1, -1, 0.1, 0.2, 0.3, 0.1 + 0.2, 1.005, 0.5, 1.5, 2.5, 1e21, 1e22, 1e300, 5e-324, 1e-7, 123456.789],
  ...[2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, 2 ** 63, 2 ** 64, Number.MAX_VALUE, Number.MIN_VALUE, Number.EPSILON],
];
const signed = (random: Random, value: number): number => (random() < 0.5 ? -value : value);
export function hostileReal(random: Random): number {
  if (random() < 0.15) return pick(random, [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  if (random() < 0.5) return signed(random, pick(random, doubles));
  return signed(
    random,
    random() < 0.5 ? Math.round(random() * 200) / 10 : random() * 10 ** Math.floor(random() * 40 - 10),
  );
}
/** What a person may write as a bound. */
export function hostileBound(random: Random): number {
  const value = hostileReal(random);
  return Number.isNaN(value) ? 0.1 : value;
}

/** A whole number of so many bits, often beside a power of two. */
export function hostileWhole(random: Random, bits: number): bigint {
  const edge =
    2n **
    BigInt(
      pick(
        random,
        [0, 8, 31, 52, 53, 62, 63].filter((power) => power < bits),
      ),
    );
  const near = edge + BigInt(Math.floor(random() * 5) - 2);
  const value = random() < 0.5 ? near : BigInt(Math.floor(random() * 2000));
  return BigInt.asIntN(bits, random() < 0.5 ? -value : value);
}

/** A decimal number of so many digits, as text. */
export function hostileDecimal(random: Random, digits: number, places: number): string {
  const count = 1 + Math.floor(random() * digits);
  const all = times(count, () => pick(random, ['0', '1', '5', '9', '9']))
    .join('')
    .padStart(places + 1, '0');
  const text = places ? `${all.slice(0, -places)}.${all.slice(-places)}` : all;
  return random() < 0.5 ? `-${text}` : text;
}

const days = [
  '0001-01-01',
  '0000-12-31',
  '9999-12-31',
  '+010000-01-01',
  '1970-01-01',
  '2024-02-29',
  '2026-11-20',
  '1582-10-10',
  '-000044-03-15',
];
export const hostileDay = (random: Random): Temporal.PlainDate =>
  Temporal.PlainDate.from(pick(random, days)).add({ days: Math.floor(random() * 3) - 1 });
export const hostileInstant = (random: Random): Temporal.Instant =>
  hostileDay(random)
    .toZonedDateTime('UTC')
    .toInstant()
    .add({ microseconds: pick(random, [0, 0, 1, -1, 86_399_999_999, Math.floor(random() * 1e9)]) });

/** A value of a column's kind, or nearly. */
export function hostileValue(random: Random, { kind, of }: ColumnFacts): unknown {
  if (random() < 0.05) return null;
  const [digits, places] = (of ?? [0, 0]) as readonly [number, number];
  switch (kind) {
    case 'integer':
      return Number(hostileWhole(random, 60));
    case 'bigint':
      return hostileWhole(random, 64);
    case 'real':
      return hostileReal(random);
    case 'decimal':
      return hostileDecimal(random, digits, places);
    case 'boolean':
      return random() < 0.5;
    case 'date':
      return hostileDay(random);
    case 'timestamp':
      return hostileInstant(random);
    default:
      return hostileText(random);
  }
}
