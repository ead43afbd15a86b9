import { EsteiraError } from '../../errors.ts';
import { type AnyRows, type Mention, type Setting, sql } from '../rows.ts';

/** A number of the definition, or one that a setting says. */
export type Amount = number | Setting<number>;

/** A piece of SQL as it stands, such as the name of a column. */
export const raw = (text: string): AnyRows => sql(Object.assign([text], { raw: [text] }));

/** Pieces one behind the other. */
export function joined(pieces: readonly Mention[], between = ', '): AnyRows {
  const [first = raw(''), ...others] = pieces;
  return others.reduce<AnyRows>((all, one) => sql`${all}${raw(between)}${one}`, sql`${first}`);
}

/** Throws DEFINITION_INVALID for columns that the rows do not have. */
export function refuseMissing(word: string, asked: readonly string[], columns: object, next: string): void {
  const missing = asked.filter((name) => !Object.hasOwn(columns, name));
  if (missing.length === 0) return;
  throw new EsteiraError('DEFINITION_INVALID', {
    what: `${word}(…) needs columns that its rows do not have: ${missing.join(', ')}.`,
    allowed: Object.keys(columns).join(', '),
    next,
  });
}
