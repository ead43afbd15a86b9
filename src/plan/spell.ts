import type { AnyReadable, AnyRows, AsOf, Fragment, Mention, Predict, RunValue, Setting } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import type { Dialect } from '../ports/index.ts';
import { lookupOf } from './as-of.ts';

/** Where the parts of a query that are not its text come from. */
export interface Spelling {
  readonly dialect: Dialect;
  /** A relation in parentheses, or a name. `asOf`: what is looked up for its rows. */
  relation(of: AnyReadable, asOf?: readonly AsOf[]): string;
  run(value: RunValue): string;
  /** Rows, in parentheses or by a name, with what the champion of a model predicts of them. */
  predict(how: Predict, rows: string): string;
  setting(setting: Setting<unknown>): string;
  /** After a conversion that is a column of its own (`fn.toInteger(…) as n`): what else the query should give. */
  converted?(column: string, argument: string): string;
}

/** Fragments that read a text as another kind; where the text is none they give NULL. */
const conversion = /^to_/;
const asColumn = /^\s+as\s+"?(\w+)"?/i;

/**
 * A query or condition as the engine reads it. What is mentioned is spelled by `spelling`, so one definition gives the text that is described
 * (empty relations), that is run (real ones with bounds), that is shown and that is hashed. Throws DEFINITION_INVALID for a `from(…)` inside.
 */
export function spell(rows: AnyRows, spelling: Spelling, asOf: readonly AsOf[] = []): string {
  const { recipe } = rows;
  switch (recipe.by) {
    case 'name':
    case 'since':
    case 'unread':
    case 'part':
      return spelling.relation(rows as AnyReadable, asOf);
    case 'as of':
      return spelling.dialect.asOf({
        ...lookupOf(recipe),
        left: spell(recipe.left, spelling, [...asOf, recipe]),
        right: spell(recipe.right, spelling),
        columns: Object.keys(recipe.left.columns),
        take: recipe.take,
      });
    case 'predict':
      return spelling.predict(recipe, spell(recipe.of, spelling));
    case 'engine':
      return spell(recipe.queries[spelling.dialect.name] ?? (recipe.queries['otherwise'] as AnyRows), spelling);
    case 'map':
      throw new EsteiraError('DEFINITION_INVALID', {
        what: 'from(…) stands inside a query.',
        next: 'Make a table of it, `rows: from(…)`, and mention that table.',
      });
    case 'sql': {
      const { parts, mentions } = recipe;
      return parts.reduce((text, part, index) => {
        const mention = mentions[index - 1] as Mention;
        return `${text}${spellMention(mention, spelling)}${withConverted(part, mention, spelling)}`;
      });
    }
  }
}

/** A body: a query as it is, or all of a relation. */
export function spellBody(rows: AnyRows, spelling: Spelling): string {
  const text = spell(rows, spelling);
  return isRelation(rows) ? `select * from ${text}` : withoutEnd(text);
}
/** Habit ends a statement with a semicolon; a query stands inside of another. */
function withoutEnd(text: string): string {
  const tokens = tokensOf(text);
  const last = tokens.findLastIndex((token) => !blank.test(token));
  return tokens.map((token, index) => (index === last ? token.replace(/;$/, '') : token)).join('');
}

const isRelation = (rows: AnyRows): boolean => relations.has(rows.recipe.by);
const relations: ReadonlySet<string> = new Set(['name', 'since', 'unread', 'part', 'as of', 'predict']);

function spellMention(mention: Mention, spelling: Spelling): string {
  if (typeof mention !== 'object' || Array.isArray(mention)) return spelling.dialect.literal(mention);
  if ('recipe' in mention) return spell(mention, spelling);
  if ('fn' in mention) return spellFragment(mention, spelling);
  if ('run' in mention) return spelling.run(mention);
  if ('setting' in mention) return spelling.setting(mention);
  return spelling.dialect.literal(mention);
}

function spellFragment(fragment: Fragment, spelling: Spelling): string {
  return spelling.dialect.fragment(
    fragment.fn,
    fragment.args.map((argument) => spellArgument(argument, spelling)),
  );
}
/** Text is SQL, or a word such as a unit; everything else is a mention. */
const spellArgument = (argument: unknown, spelling: Spelling): string =>
  typeof argument === 'string' ? argument : spellMention(argument as Mention, spelling);

/** A conversion that has a column's name after it gives a second column beside it, when the spelling asks for one. */
function withConverted(part: string, mention: Mention, spelling: Spelling): string {
  const isConversion = typeof mention === 'object' && 'fn' in mention && conversion.test(mention.fn);
  const column = isConversion && spelling.converted ? asColumn.exec(part) : undefined;
  if (!column?.[1]) return part;
  const argument = spellArgument((mention as Fragment).args[0], spelling);
  return `${column[0]}${spelling.converted?.(column[1], argument)}${part.slice(column[0].length)}`;
}

/** Quoted texts, names and comments whole: a semicolon or a space in them means nothing. */
const tokensOf = (query: string): readonly string[] =>
  query.match(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\s+|[^'"\s/-]+|./g) ?? [];
/** A comment, or white space. */
const blank = /^(?:--|\/\*|\s)/;

/** The same text for queries that differ in comments and white space only. */
export function normalised(query: string): string {
  const kept = tokensOf(query).map((token) => (blank.test(token) ? ' ' : token));
  return kept.join('').replace(/ +/g, ' ').trim();
}
