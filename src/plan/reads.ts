import type { AnyTable } from '../define/index.ts';
import {
  type AnyReadable,
  type AnyRows,
  type AnySource,
  type AsOf,
  type Definition,
  type Fragment,
  isReference,
  type Mention,
  type Predict,
  type RunValue,
  recipesIn,
  type Setting,
} from '../define/index.ts';
import type { Graph, Node } from '../graph/index.ts';
import { type Match, matchOf } from './as-of.ts';

/** One relation that a body reads. */
export interface Read {
  readonly node: Node;
  /** `whole`: all of it. `new`: what has arrived since this reader's last publication. `files`: a source that is read in place. */
  readonly how: 'whole' | 'new' | 'files' | 'new files';
  readonly since?: { readonly column: string; readonly lookback?: string };
  /** Of what is new: rows that are looked up for it. Those for which another one counts now are read again. */
  readonly matches?: readonly Match[];
}

/** A source that gives the rows of the run's date. */
export const readsDay = ({ node, how }: Read): boolean =>
  (how === 'files' || how === 'whole') && (node.definition as AnySource).day !== undefined;

/** Everything that a body mentions, however deep. */
export interface Mentions {
  readonly readables: readonly AnyReadable[];
  /** The same, each with what is looked up for its rows. */
  readonly mentioned: readonly { readonly of: AnyReadable; readonly asOf: readonly AsOf[] }[];
  readonly settings: readonly Setting<unknown>[];
  readonly runValues: boolean;
  /** Models whose champion it predicts with, or names. */
  readonly champions: readonly Definition[];
  /** It has rows with predictions. */
  readonly predicts: boolean;
}

export function mentionsOf(rows: AnyRows): Mentions {
  const mentioned: Mentions['mentioned'][number][] = [];
  const settings: Setting<unknown>[] = [];
  const champions: Definition[] = [];
  let runValues = false;
  let predicts = false;
  const visit = (mention: Mention | unknown): void => {
    if (typeof mention !== 'object' || mention === null) return;
    if ('recipe' in mention) visitRows(mention as AnyRows);
    else if ('fn' in mention) (mention as Fragment).args.forEach(visit);
    else if ('run' in mention) visitValue(mention as RunValue);
    else if ('setting' in mention) settings.push(mention as Setting<unknown>);
  };
  const visitValue = (value: RunValue): void => {
    if (value.run === 'champion') champions.push(value.of);
    else runValues = true;
  };
  const visitRows = (of: AnyRows, asOf: readonly AsOf[] = []): void => {
    const { recipe } = of;
    if (recipe.by === 'sql') recipe.mentions.forEach(visit);
    else if (recipe.by === 'engine') for (const query of Object.values(recipe.queries)) visitRows(query);
    else if (recipe.by === 'map') visitRows(recipe.input);
    else if (recipe.by === 'as of') {
      visitRows(recipe.left, [...asOf, recipe]);
      visitRows(recipe.right);
    } else if (recipe.by === 'predict') {
      predicts = true;
      champions.push(recipe.model);
      visitRows(recipe.of);
    } else mentioned.push({ of: of as AnyReadable, asOf });
  };
  visitRows(rows);
  return { readables: mentioned.map(({ of }) => of), mentioned, settings, runValues, champions, predicts };
}

/** Every prediction that a body has, however deep. */
export const predictionsIn = (rows: AnyRows): readonly Predict[] =>
  recipesIn(rows).filter((recipe): recipe is Predict => recipe.by === 'predict');

/** The definition that a readable reads. */
export function definitionOf(readable: AnyReadable): Definition {
  const { recipe } = readable;
  if (recipe.by === 'name' || recipe.by === 'part') return recipe.of;
  if (recipe.by === 'since' || recipe.by === 'unread') return definitionOf(recipe.of);
  throw new TypeError('not a readable relation');
}

export function readOf(readable: AnyReadable, graph: Graph, asOf: readonly AsOf[] = []): Read {
  const { recipe } = readable;
  const node = graph.nodeOf(definitionOf(readable));
  const matches = asOf.length > 0 ? { matches: asOf.map((one) => matchOf(one, graph)) } : {};
  const inPlace = node.definition.kind === 'source' && !(node.definition as AnySource).reader.streams;
  if (recipe.by === 'since') {
    const { column, lookback } = recipe;
    const since = { column, ...(lookback ? { lookback } : {}) };
    return { node, how: inPlace ? 'new files' : 'new', since, ...matches };
  }
  if (recipe.by === 'unread') return { node, how: inPlace ? 'new files' : 'new', ...matches };
  return { node, how: inPlace ? 'files' : 'whole' };
}

/** Tables that row rules and references ask. */
export function askedByRules(table: AnyTable, graph: Graph): readonly Node[] {
  const asked = Object.values(table.spec.rules).flatMap((rule) => (isReference(rule) ? [rule.of] : rule.reads));
  return asked.map((definition) => graph.nodeOf(definition));
}
