import { createHash } from 'node:crypto';
import type { Columns } from '../columns/index.ts';
import {
  type AnyReadable,
  type AnyRows,
  type AnySource,
  type AnyTable,
  type Check,
  isReference,
  type Setting,
} from '../define/index.ts';
import type { Node } from '../graph/index.ts';
import type { Analyser } from './analyse.ts';
import { definitionOf } from './reads.ts';
import { normalised, type Spelling, spell, spellBody } from './spell.ts';

/**
 * Hash of what a step is: its query with what it mentions by name, columns, rules, checks and write mode; of a function also its module. A
 * comment or a setting's value changes nothing.
 */
export function definitionHash(
  node: Node,
  options: { readonly analyser: Analyser; readonly checks: readonly Check[] },
): string {
  const { analyser, checks } = options;
  const { definition } = node;
  const spelling = symbolic(analyser);
  const facts =
    definition.kind === 'table'
      ? tableFacts(definition, spelling, analyser)
      : definition.kind === 'source'
        ? { reader: definition.reader.by, options: definition.reader.options, day: (definition as AnySource).day }
        : {};
  const limits = checks.map((check) => ({
    name: check.name,
    otherwise: check.otherwise,
    ...limitFacts(check, spelling),
  }));
  const all = { kind: definition.kind, columns: columnFacts(definition.columns), ...facts, limits };
  return createHash('sha256').update(JSON.stringify(all, withBigints)).digest('hex').slice(0, 16);
}

/** What makes other rows of the same input. `about` and `unrepeatable` do not. */
function tableFacts(table: AnyTable, spelling: Spelling, analyser: Analyser): object {
  const { rows, rules, write, duplicates, invalid } = table.spec;
  const isFunction = rows.recipe.by === 'map';
  const input = rows.recipe.by === 'map' ? rows.recipe.input : rows;
  return {
    rows: normalised(spellBody(input as AnyRows, spelling)),
    ...(isFunction ? { module: analyser.moduleHash(table) } : {}),
    write,
    duplicates: duplicates?.by,
    invalid,
    rules: Object.entries(rules).map(([flag, rule]) =>
      isReference(rule) ? [flag, rule.column, rule.of.name, rule.other] : [flag, normalised(spell(rule, spelling))],
    ),
  };
}

function limitFacts({ limit }: Check, spelling: Spelling): object {
  const { measure, sign, bound } = limit;
  const query = 'query' in measure ? normalised(spell(measure.query, spelling)) : undefined;
  const named = typeof bound === 'object' ? `${bound.of.name}.${bound.setting}` : bound;
  return { measure: measure.measure, of: measure.of.map((definition) => definition.name), query, sign, bound: named };
}

/** What a column promises; neither what is said about it, nor the standard of a setting. */
const columnFacts = (columns: Columns): object =>
  Object.entries(columns).map(([name, { facts }]) => {
    const { about: _, standard: __, of, ...rest } = facts;
    return [name, rest, Array.isArray(of) ? of : typeof of];
  });

/** A view and files are what they are when they are read: no publication of theirs says that they have changed. */
function unkept(node: Node, analyser: Analyser): string {
  const { definition } = node;
  if (definition.kind === 'source' && !(definition as AnySource).reader.streams)
    return ` ${JSON.stringify(columnFacts(definition.columns), withBigints)}`;
  if (definition.kind !== 'table' || definition.spec.write !== 'view') return '';
  const known = views.get(analyser) ?? new Map<Node, string>();
  views.set(analyser, known);
  const hash = known.get(node) ?? definitionHash(node, { analyser, checks: [] });
  known.set(node, hash);
  return ` ${hash}`;
}
/** A view that many tables read is hashed once while a project is analysed. */
const views = new WeakMap<Analyser, Map<Node, string>>();

/** What a query mentions, by name. */
const symbolic = (analyser: Analyser): Spelling => ({
  dialect: analyser.warehouse.dialect,
  relation: (of: AnyReadable) => {
    const { recipe } = of;
    const node = analyser.graph.nodeOf(definitionOf(of));
    const what = `${node.id}${unkept(node, analyser)}`;
    return recipe.by === 'since'
      ? `{since ${what} ${recipe.column} ${recipe.lookback ?? ''}}`
      : `{${recipe.by} ${what}}`;
  },
  run: (value) => `{run.${value}}`,
  setting: (setting: Setting<unknown>) => `{${setting.of.name}.${setting.setting}}`,
});

const withBigints = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);
