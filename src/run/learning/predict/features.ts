import { col } from '../../../columns/index.ts';
import type { Encoding } from '../../../learn/features.ts';
import type { Dialect } from '../../../ports/index.ts';

/** What each column of the encoded rows is in SQL; NULL where something is missing that nothing stands for. */
export function encodedIn(dialect: Dialect, { features }: Encoding): readonly string[] {
  return features.flatMap((feature) => {
    const name = dialect.identifier(feature.name);
    if (feature.as === 'words')
      return feature.words.map((word) => `case when ${name} = ${dialect.literal(word)} then ${one} else ${none} end`);
    const number =
      feature.as === 'number'
        ? `cast(${name} as ${double(dialect)})`
        : `case when ${name} then ${one} when not ${name} then ${none} end`;
    return [feature.missing === undefined ? number : `coalesce(${number}, ${real(feature.missing)})`];
  });
}

const double = (dialect: Dialect): string => dialect.type(col.real().facts);
/** With an exponent: without one an engine may take it for a decimal. In parentheses: two minus signs begin a comment. */
export function real(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`a model cannot have ${value} as a number`);
  const text = String(value);
  return `(${text.includes('e') ? text : `${text}e0`})`;
}
const one = real(1);
const none = real(0);
