import { EsteiraError } from '../../errors.ts';
import { type AnyRows, type Mention, type Setting, sql } from '../rows.ts';

/** A number of the definition, or one that a setting says. */
export type Amount = number | Setting<number>;

/** A piece of SQL as it stands. */
export const raw = (text: string): AnyRows => sql(Object.assign([text], { raw: [text] }));

/** The name of a column in quotes, as all engines have them: whatever it is called. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const column = (name: string): AnyRows => raw(quoted(name));

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

/** Throws DEFINITION_INVALID for columns that the rows have and that are added to them. */
export function refuseTaken(word: string, names: readonly string[], added: object): void {
  const taken = Object.keys(added).filter((name) => names.includes(name));
  if (taken.length === 0) return;
  throw new EsteiraError('DEFINITION_INVALID', {
    what: `${word}(…) adds columns that its rows have already: ${taken.join(', ')}.`,
    next: 'Give them other names where they are made.',
  });
}
