import { createHash } from 'node:crypto';
import type { Columns } from '../columns/index.ts';
import {
  type AnyModel,
  type AnyReadable,
  type AnyRows,
  type AnySource,
  type AnyTable,
  type Check,
  type Definition,
  isReference,
  type Matching,
  type Setting,
} from '../define/index.ts';
import { type Node, refusing } from '../graph/index.ts';
import type { DefinitionFacts } from '../ports/index.ts';
import type { Analyser } from './analyse.ts';
import { definitionOf, mentionsOf } from './reads.ts';
import { normalised, type Spelling, spell, spellBody } from './spell.ts';

/**
 * What a step is, aspect by aspect, so that two definitions can be compared: its query with what it mentions by name, each column, rule and check,
 * the write mode; of a function also the files that it may depend on. A comment or a setting's value changes nothing, nor does the order of columns.
 */
export function definitionFacts(
  node: Node,
  options: { readonly analyser: Analyser; readonly checks: readonly Check[] },
): DefinitionFacts {
  const { analyser, checks } = options;
  const { definition } = node;
  const spelling = symbolic(analyser);
  const facts: Record<string, string> = {
    kind: definition.kind,
    ...columnFacts(definition.columns, definition.kind === 'source'),
  };
  if (definition.kind === 'table') Object.assign(facts, tableFacts(definition, spelling, analyser));
  else if (definition.kind === 'model') Object.assign(facts, modelFacts(definition, spelling));
  else if (definition.kind === 'source') {
    const { reader, day, hourly } = definition as AnySource;
    Object.assign(facts, {
      reader: text([reader.by, reader.options, ...(reader.choices ?? []).map(({ by, options }) => [by, options])]),
      ...(reader.matching === undefined ? {} : { matching: matchingText(reader.matching) }),
      ...(day === undefined ? {} : { [hourly ? 'hour' : 'day']: day }),
    });
  }
  for (const check of checks) facts[`check ${check.name}`] = text([check.otherwise, limitFacts(check, spelling)]);
  Object.assign(facts, readFacts([...queriesOf(definition), ...checks.flatMap(queryOf)], analyser));
  return Object.fromEntries(Object.entries(facts).sort(([one], [other]) => (one < other ? -1 : 1)));
}

export const definitionHash = (facts: DefinitionFacts): string =>
  createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);

/**
 * Of everything above the rows that a model learns from, up to the sources, each as it is defined: where that is another, so may be the rows, what their
 * columns mean, and which of them are held out.
 */
export function hashAbove(model: Node<AnyModel>, analyser: Analyser): string {
  const found = new Map<string, DefinitionFacts>();
  const open: Definition[] = [...model.definition.facts.from.reads];
  for (let next = open.pop(); next; next = open.pop()) {
    const definition = refusing(next);
    const node = analyser.graph.nodeOf(definition);
    // Of settings values count, which a version has kept.
    if (node === model || found.has(node.id) || definition.kind === 'settings') continue;
    found.set(node.id, definitionFacts(node, { analyser, checks: [] }));
    open.push(...definition.dependsOn);
  }
  const facts = [...found].map(([id, one]) => [id, definitionHash(one)] as const);
  return definitionHash(Object.fromEntries(facts.sort(([one], [other]) => (one < other ? -1 : 1))));
}

/** How many are asked for at once makes no other rows. */
const matchingText = ({ column, values }: Matching): string => text([column, values.valuesOf.name, values.column]);

/** What makes other rows of the same input. `about` and `unrepeatable` do not. */
function tableFacts(table: AnyTable, spelling: Spelling, analyser: Analyser): DefinitionFacts {
  const { rows, rules, write, duplicates, invalid, receiptsOf } = table.spec;
  const { recipe } = rows;
  const modules = recipe.by === 'map' ? Object.entries(analyser.modulesOf(table)) : [];
  return {
    rows: normalised(spellBody((recipe.by === 'map' ? recipe.input : rows) as AnyRows, spelling)),
    ...Object.fromEntries(modules.map(([file, hash]) => [`file ${file}`, hash])),
    write: text(write),
    ...(duplicates === undefined ? {} : { duplicates: text(duplicates.by) }),
    invalid,
    ...deliveryFacts(receiptsOf as AnyTable | undefined),
    ...Object.fromEntries(
      Object.entries(rules).map(([flag, rule]) => [
        `rule ${flag}`,
        isReference(rule) ? text([rule.column, rule.of.name, rule.other]) : normalised(spell(rule, spelling)),
      ]),
    ),
  };
}

/** Of receipts and copies: what is written where, and how; not how many rows at once. */
function deliveryFacts(of: AnyTable | undefined): DefinitionFacts {
  const { keptIn, copiedTo } = of?.spec ?? {};
  if (!of || !(keptIn ?? copiedTo)) return {};
  const columns = Object.entries(columnFacts(of.columns, false)).map(([name, facts]) => [`written ${name}`, facts]);
  const written = Object.fromEntries(columns);
  if (copiedTo) return { 'kept in': text([copiedTo.copied, copiedTo.options]), ...written };
  const { by, options, way, changedOnly } = keptIn as NonNullable<typeof keptIn>;
  return { 'kept in': text([by, options]), way, 'changed only': text(changedOnly), ...written };
}

/** What makes another model of the same rows; a gate does not. */
function modelFacts({ facts }: AnyModel, spelling: Spelling): DefinitionFacts {
  const { from, learner, features, target, group, each, missing, holdOut } = facts;
  return {
    rows: normalised(spellBody(from, spelling)),
    learner: text([learner.learner, learner.options]),
    features: text(features),
    ...(target === undefined ? {} : { target }),
    ...(group === undefined ? {} : { group }),
    ...(each.length > 0 ? { each: text(each) } : {}),
    ...(Object.keys(missing).length > 0 ? { missing: text(missing) } : {}),
    ...(holdOut ? { 'hold out': text(holdOut) } : {}),
  };
}

function limitFacts({ limit }: Check, spelling: Spelling): object {
  const { measure, sign, bound } = limit;
  const query = 'query' in measure ? normalised(spell(measure.query, spelling)) : undefined;
  const named = typeof bound === 'object' ? `${bound.of.name}.${bound.setting}` : bound;
  return { measure: measure.measure, of: measure.of.map((definition) => definition.name), query, sign, bound: named };
}

/** What a column promises, and under which names files bring it; neither what is said about it, nor the standard of a setting. */
const columnFacts = (columns: Columns, ofFiles: boolean): DefinitionFacts =>
  Object.fromEntries(
    Object.entries(columns).map(([name, { facts }]) => {
      const { about: _, standard: __, aliases, of, ...rest } = facts;
      const names = ofFiles && aliases ? { aliases } : {};
      const item = of === undefined ? {} : { of: Array.isArray(of) ? of : typeof of };
      return [`column ${name}`, text({ ...rest, ...names, ...item })];
    }),
  );

/** A view and files are what they are when they are read: no publication of theirs says that they have changed. */
function readFacts(queries: readonly AnyRows[], analyser: Analyser): DefinitionFacts {
  const { graph } = analyser;
  const nodes = queries
    .flatMap((rows) => mentionsOf(rows).readables)
    .map((readable) => graph.nodeOf(definitionOf(readable)));
  const found: Record<string, string> = {};
  for (const node of nodes) {
    const { definition } = node;
    if (definition.kind === 'source' && !(definition as AnySource).reader.streams)
      found[`files ${node.id}`] = text(columnFacts(definition.columns, true));
    else if (definition.kind === 'table' && definition.spec.write === 'view')
      found[`view ${node.id}`] = viewHash(node, analyser);
  }
  return found;
}

const queriesOf = (definition: Definition): readonly AnyRows[] => {
  if (definition.kind !== 'table') return [];
  const { rows, rules } = (definition as AnyTable).spec;
  return [rows, ...Object.values(rules).filter((rule): rule is AnyRows => !isReference(rule))];
};
const queryOf = ({ limit: { measure } }: Check): readonly AnyRows[] => ('query' in measure ? [measure.query] : []);

/** A view that many tables read is hashed once while a project is analysed. */
function viewHash(node: Node, analyser: Analyser): string {
  const known = views.get(analyser) ?? new Map<Node, string>();
  views.set(analyser, known);
  const hash = known.get(node) ?? definitionHash(definitionFacts(node, { analyser, checks: [] }));
  known.set(node, hash);
  return hash;
}
const views = new WeakMap<Analyser, Map<Node, string>>();

/** What a query mentions, by name. */
const symbolic = (analyser: Analyser): Spelling => ({
  dialect: analyser.warehouse.dialect,
  relation: (of: AnyReadable) => {
    const { recipe } = of;
    const { id } = analyser.graph.nodeOf(definitionOf(of));
    return recipe.by === 'since' ? `{since ${id} ${recipe.column} ${recipe.lookback ?? ''}}` : `{${recipe.by} ${id}}`;
  },
  run: (value) => (value.run === 'champion' ? `{champion ${value.of.name}}` : `{run.${value.run}}`),
  predict: ({ model }, rows) => `{predict ${analyser.graph.nodeOf(model).id} of ${rows}}`,
  setting: (setting: Setting<unknown>) => `{${setting.of.name}.${setting.setting}}`,
});

const text = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));
