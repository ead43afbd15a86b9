import type { FeatureKind } from './wanted.ts';

/** How a value of a row becomes a number; NaN: it is missing, or a word that nobody knows. */
export interface ReadFeature {
  readonly name: string;
  readonly kind: FeatureKind;
  /** Of words: their places. */
  readonly words?: ReadonlyMap<unknown, number>;
}
/** Writes features of rows `from` to `until` beside each other, `width` numbers a row, from the first place of `into` on. */
export type ReadRows = (rows: readonly object[], from: number, until: number, into: Float64Array) => void;

/** What is neither a number nor true or false: a bigint, a decimal as its text, or nothing. */
export const numberOf = (value: unknown): number =>
  value === null || value === undefined || value === '' ? Number.NaN : Number(value as string);

/** Code is made anew for a function of so many features: the engine of the language leaves larger ones slow. */
const together = 100;

/**
 * Functions of its own for these features: each place of the code sees one name and one kind of value, and is as fast as if it had been written for that
 * model. A loop over names takes three to ten times as long.
 */
export function rowReader(features: readonly ReadFeature[], width = features.length): ReadRows {
  const parts: ReadRows[] = [];
  for (let start = 0; start < features.length; start += together)
    parts.push(partReader(features.slice(start, start + together), { start, width }));
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  return (rows, from, until, into) => {
    for (const part of parts) part(rows, from, until, into);
  };
}

function partReader(
  features: readonly ReadFeature[],
  { start, width }: { readonly start: number; readonly width: number },
): ReadRows {
  const lines = features.map(({ name, kind }, index) => {
    const value = `row[${JSON.stringify(name)}]`;
    const place = `into[at + ${start + index}]`;
    if (kind === 'words') return `known = words[${index}].get(${value}); ${place} = known === undefined ? NaN : known;`;
    if (kind === 'boolean')
      return `value = ${value}; ${place} = value === true ? 1 : value === false ? 0 : numberOf(value);`;
    return `value = ${value}; ${place} = typeof value === 'number' ? value : numberOf(value);`;
  });
  const body = `return (rows, from, until, into) => {
    let value, known;
    for (let at = 0; from < until; from += 1, at += ${width}) {
      const row = rows[from];
      ${lines.join('\n')}
    }
  };`;
  const made = new Function('numberOf', 'words', body) as (
    number: typeof numberOf,
    words: readonly (ReadonlyMap<unknown, number> | undefined)[],
  ) => ReadRows;
  return made(
    numberOf,
    features.map(({ words }) => words),
  );
}

/** Makes a row of a value, or of two, by these names. */
export function rowMaker(names: readonly string[]): (one: number | null, other: number | null) => PredictedRow {
  const given = ['one', 'other'].slice(0, names.length);
  const fields = names.map((name, index) => `${JSON.stringify(name)}: ${given[index]}`);
  return new Function('one', 'other', `return { ${fields.join(', ')} };`) as ReturnType<typeof rowMaker>;
}
export type PredictedRow = Readonly<Record<string, number | null>>;
