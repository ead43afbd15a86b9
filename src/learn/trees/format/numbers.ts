import { broken } from './refusal.ts';

const shapes = { whole: /^-?\d+$/, real: /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i } as const;
const infinite: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};

/** C++ writes an endless threshold as `inf`; `nan` is no number that a tree can have. */
export function numberOf(text: string, key: string, as: keyof typeof shapes = 'real'): number {
  const endless = as === 'real' ? infinite[text] : undefined;
  if (endless !== undefined) return endless;
  if (!shapes[as].test(text)) throw broken(`has something else than a number in ${key}`, text);
  return Number(text);
}

/** So many numbers, no more and no less. */
export function numbersOf(
  text: string | undefined,
  wanted: { readonly key: string; readonly count: number; readonly as?: keyof typeof shapes },
): number[] {
  if (text === undefined) throw broken(`has no ${wanted.key}`);
  const words = text === '' ? [] : text.split(' ');
  if (words.length !== wanted.count)
    throw broken(`has ${words.length} numbers in ${wanted.key}, and ${wanted.count} belong there`);
  return words.map((word) => numberOf(word, wanted.key, wanted.as));
}

/** As C++ reads it: the shortest text that gives the number back. */
export const textOf = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? 'inf' : value === Number.NEGATIVE_INFINITY ? '-inf' : String(value);
