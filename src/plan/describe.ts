import type { Columns } from '../columns/index.ts';
import {
  type AnyRows,
  type AnyTable,
  type ApprovalFacts,
  type Check,
  conditionsOf,
  type Definition,
  isReference,
  type Monitor,
} from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { type Node, whereOf } from '../graph/index.ts';
import type { DescribedColumn, QueryFacts, Warehouse } from '../ports/index.ts';
import { emptySpelling } from './empty.ts';
import { spell } from './spell.ts';

/** What is written in a definition may not be spelled: that says where, too. */
export function spelledFor(of: Definition, spelled: () => string): string {
  try {
    return spelled();
  } catch (error) {
    if (!(error instanceof EsteiraError) || error.details.where !== undefined) throw error;
    throw new EsteiraError(error.code, { ...error.details, where: whereOf(of) }, { cause: error });
  }
}

type Describer = Pick<Warehouse, 'describe' | 'examine' | 'dialect'>;
interface Question {
  readonly query: string;
  readonly of: Definition;
  /** `the query of silver.orders`. */
  readonly what: string;
  /** It may use the clock or chance. */
  readonly unrepeatable?: boolean;
}
interface Described {
  readonly given: readonly DescribedColumn[];
  readonly facts: QueryFacts;
}

/** Asks the engine what a text gives, and refuses what the text alone shows to be wrong; each refusal says which definition it stands in. */
async function ask({ query, of, what, unrepeatable = false }: Question, describer: Describer): Promise<Described> {
  try {
    // A text without a parse tree is refused below, by a sentence that points at the mistake.
    const facts = await describer.examine(query).catch(ifInvalid);
    if (facts && facts.tables.length > 0) throw namesTables(facts.tables, of, what);
    if (facts && facts.unrepeatable.length > 0 && !unrepeatable) throw unrepeatableText(facts.unrepeatable, of, what);
    const given = await describer.describe(query);
    return { given, facts: facts ?? (await describer.examine(query)) };
  } catch (error) {
    if (!isInvalid(error)) throw error;
    throw new EsteiraError('QUERY_INVALID', {
      what: `The engine does not understand ${what}.`,
      where: whereOf(of),
      got: error.details.got ?? error.details.what,
      next: 'Mend the SQL, and look at it again with `esteira check`.',
    });
  }
}
const isInvalid = (error: unknown): error is EsteiraError =>
  error instanceof EsteiraError && error.code === 'QUERY_INVALID';
const ifInvalid = (error: unknown): undefined => {
  if (!isInvalid(error)) throw error;
};

/** A table is read by mentioning it: the text alone makes no edge of the graph. */
const namesTables = (tables: readonly string[], of: Definition, what: string): EsteiraError =>
  new EsteiraError('MENTION_UNKNOWN', {
    what: `${capital(what)} names ${tables.join(', ')} in its text.`,
    where: whereOf(of),
    next: 'Import the definition and mention it, `${orders}`, which makes it run first; files are read through a source.',
  });

const unrepeatableText = (got: readonly string[], of: Definition, what: string): EsteiraError =>
  new EsteiraError('QUERY_UNREPEATABLE', {
    what: `${capital(what)} gives something else each time it runs.`,
    where: whereOf(of),
    got: got.join(', '),
    next: 'Use run.date or run.at for time; where a table means chance, say `unrepeatable: true`.',
  });
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Throws QUERY_COLUMNS unless the query gives every declared column, of a type that fits; columns that it gives beside them are left out. */
export async function describeBody(node: Node<AnyTable>, query: string, describer: Describer): Promise<QueryFacts> {
  const { definition } = node;
  const { unrepeatable } = definition.spec;
  const question = { query, of: definition, what: `the query of ${definition.name}`, unrepeatable };
  const { given, facts } = await ask(question, describer);
  // What a function gives is known only when it is called: each row is judged then.
  if (definition.spec.rows.recipe.by === 'map') return facts;
  const wrong = Object.entries<Columns[string]>(definition.spec.given).flatMap(([name, column]) => {
    const found = given.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (!found) return [`no column ${name} (${column.facts.kind})`];
    return describer.dialect.accepts(found.type, column.facts)
      ? []
      : [`${name} is ${found.type}, declared ${column.facts.kind}`];
  });
  if (wrong.length === 0) return facts;
  throw new EsteiraError('QUERY_COLUMNS', {
    what: `The query of ${definition.name} does not give what its columns declare.`,
    where: whereOf(definition),
    got: `${wrong.join('; ')}\nthe query gives ${given.map((one) => `${one.name} ${one.type}`).join(', ')}`,
    allowed: Object.entries<Columns[string]>(definition.spec.given)
      .map(([name, { facts }]) => `${name} ${facts.kind}`)
      .join(', '),
    next: 'Change the query or the columns so that they agree.',
  });
}

/** Each rule is a condition over the table's columns; a reference compares columns of one kind. */
export const describeRules = ({ definition }: Node<AnyTable>, describer: Describer): Promise<void> =>
  describeConditions(definition, definition.spec.rules, describer);

/** Each condition is one over the rows that people let through, what is shown beside them is a value, and each effect a number. */
export async function describeApproval(definition: AnyTable, describer: Describer): Promise<void> {
  const facts = definition.spec.approval as ApprovalFacts;
  await describeConditions(definition, conditionsOf(facts), describer);
  const { dialect } = describer;
  const relation = dialect.emptyRelation(definition.spec.given);
  const typeOf = async (rows: AnyRows, what: string): Promise<string> => {
    const value = spelledFor(definition, () => spell(rows, emptySpelling(dialect)));
    const query = `select (${value}\n) as value from ${relation} as candidate`;
    const { given } = await ask({ query, of: definition, what: `${what} of ${definition.name}` }, describer);
    return given[0]?.type ?? 'nothing';
  };
  for (const [name, shown] of Object.entries(facts.show)) await typeOf(shown, `what is shown as ${name}`);
  for (const [name, effect] of Object.entries(facts.effect)) {
    const type = await typeOf(effect, `the effect ${name}`);
    if (!dialect.accepts(type, { kind: 'real' })) throw ruleWrong(definition, name, `it is ${type}, not a number`);
  }
}

async function describeConditions(
  definition: AnyTable,
  rules: AnyTable['spec']['rules'],
  describer: Describer,
): Promise<void> {
  const spelling = emptySpelling(describer.dialect);
  const relation = describer.dialect.emptyRelation(definition.spec.given);
  for (const [flag, rule] of Object.entries(rules)) {
    if (isReference(rule)) {
      const kind = definition.spec.given[rule.column]?.facts.kind;
      const other = (rule.of as AnyTable).columns[rule.other].facts.kind;
      if (kind !== other)
        throw ruleWrong(definition, flag, `${rule.column} is ${kind}, ${rule.of.name}.${rule.other} ${other}`);
      continue;
    }
    const condition = spelledFor(definition, () => spell(rule, spelling));
    // As a row is judged: the columns stand for themselves, and nothing of the table's own query is there.
    const query = `select (${condition}\n) as holds from ${relation} as candidate`;
    const what = `the rule ${flag} of ${definition.name}`;
    const { given, facts } = await ask({ query, of: definition, what }, describer);
    const type = given[0]?.type;
    // Another table may be counted, but not the rows beside this one: in `where` the engine refuses that.
    if (facts.groups) await ask({ query: `${query} where (${condition}\n)`, of: definition, what }, describer);
    if (type !== 'BOOLEAN') throw ruleWrong(definition, flag, `it is ${type}, not true or false`);
  }
}

/** Each query of a check or monitor is understood, and gives one number where one is compared. What counts rows needs no query. */
export async function describeLimits(
  all: readonly (Check | Monitor)[],
  { warehouse }: { readonly warehouse: Describer },
): Promise<void> {
  const spelling = emptySpelling(warehouse.dialect);
  for (const one of all) {
    const { measure } = one.kind === 'check' ? one.limit : one.expect;
    if (!('query' in measure)) continue;
    const query = spelledFor(one, () => spell(measure.query, spelling));
    const { given } = await ask({ query, of: one, what: `the ${one.kind} "${one.name}"` }, warehouse);
    if (measure.measure !== 'scalar') continue;
    const types = given.map((each) => each.type);
    const isNumber = types.length === 1 && warehouse.dialect.accepts(types[0] as string, { kind: 'real' });
    if (!isNumber) throw notOneNumber(one, types);
  }
}

const notOneNumber = (of: Check | Monitor, types: readonly string[]): EsteiraError =>
  new EsteiraError('DEFINITION_INVALID', {
    what: `The ${of.kind} "${of.name}" cannot be judged.`,
    where: whereOf(of),
    got: types.join(', '),
    allowed: 'a query of one number',
    next: 'Have scalar(…) select one number.',
  });

const ruleWrong = (definition: AnyTable, flag: string, got: string): EsteiraError =>
  new EsteiraError('DEFINITION_INVALID', {
    what: `The rule ${flag} of ${definition.name} cannot be judged.`,
    where: whereOf(definition),
    got,
    allowed: 'a condition over the columns of the table, or existsIn(…) of a column of the same kind',
    next: 'Change the rule.',
  });
