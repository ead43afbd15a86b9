import type { Columns } from '../columns/index.ts';
import { type AnyTable, type Check, type Definition, isReference } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { type Node, whereOf } from '../graph/index.ts';
import type { DescribedColumn, Warehouse } from '../ports/index.ts';
import { emptySpelling } from './empty.ts';
import { spell } from './spell.ts';

type Describer = Pick<Warehouse, 'describe' | 'dialect'>;

/** Asks the engine what a text gives; its refusal says which definition it stands in. */
async function ask(
  query: string,
  of: Definition,
  what: string,
  describer: Describer,
): Promise<readonly DescribedColumn[]> {
  try {
    return await describer.describe(query);
  } catch (error) {
    if (!(error instanceof EsteiraError) || error.code !== 'QUERY_INVALID') throw error;
    const got = error.details.got ?? error.details.what;
    throw new EsteiraError('QUERY_INVALID', {
      what: `The engine does not understand ${what}.`,
      where: whereOf(of),
      got,
      next: 'Mend the SQL; `esteira compile` prints it as the engine gets it.',
    });
  }
}

/** The query gives every declared column, of a type that fits. */
export async function describeBody(node: Node<AnyTable>, query: string, describer: Describer): Promise<void> {
  const { definition } = node;
  const given = await ask(query, definition, `the query of ${definition.name}`, describer);
  if (definition.spec.rows.recipe.by === 'map') return;
  const wrong = Object.entries<Columns[string]>(definition.columns).flatMap(([name, column]) => {
    const found = given.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (!found) return [`no column ${name} (${column.facts.kind})`];
    return describer.dialect.accepts(found.type, column.facts)
      ? []
      : [`${name} is ${found.type}, declared ${column.facts.kind}`];
  });
  if (wrong.length === 0) return;
  throw new EsteiraError('QUERY_COLUMNS', {
    what: `The query of ${definition.name} does not give what its columns declare.`,
    where: whereOf(definition),
    got: wrong.join('; '),
    allowed: `${given.map((one) => `${one.name} ${one.type}`).join(', ')} is what it gives`,
    next: 'Change the query or the columns so that they agree.',
  });
}

/** Each rule is a condition over the table's columns; a reference compares columns of one kind. */
export async function describeRules(node: Node<AnyTable>, describer: Describer): Promise<void> {
  const { definition } = node;
  const spelling = emptySpelling(describer.dialect);
  const relation = describer.dialect.emptyRelation(definition.columns);
  for (const [flag, rule] of Object.entries(definition.spec.rules)) {
    if (isReference(rule)) {
      const kind = definition.columns[rule.column].facts.kind;
      const other = (rule.of as AnyTable).columns[rule.other].facts.kind;
      if (kind !== other)
        throw ruleWrong(definition, flag, `${rule.column} is ${kind}, ${rule.of.name}.${rule.other} ${other}`);
      continue;
    }
    const query = `select (${spell(rule, spelling)}) as holds from ${relation} as candidate`;
    const [given] = await ask(query, definition, `the rule ${flag} of ${definition.name}`, describer);
    if (given?.type !== 'BOOLEAN') throw ruleWrong(definition, flag, `it is ${given?.type}, not true or false`);
  }
}

export async function describeChecks(
  checks: readonly Check[],
  { warehouse }: { readonly warehouse: Describer },
): Promise<void> {
  const spelling = emptySpelling(warehouse.dialect);
  for (const check of checks) {
    const { measure } = check.limit;
    if ('query' in measure) await ask(spell(measure.query, spelling), check, `the check "${check.name}"`, warehouse);
  }
}

const ruleWrong = (definition: AnyTable, flag: string, got: string): EsteiraError =>
  new EsteiraError('DEFINITION_INVALID', {
    what: `The rule ${flag} of ${definition.name} cannot be judged.`,
    where: whereOf(definition),
    got,
    allowed: 'a condition over the columns of the table, or existsIn(…) of a column of the same kind',
    next: 'Change the rule.',
  });
