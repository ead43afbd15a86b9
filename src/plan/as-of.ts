import { keyOf, parseDuration } from '../columns/index.ts';
import { type AnyTable, type AsOf, uniqueIn } from '../define/index.ts';
import type { Graph, Node } from '../graph/index.ts';
import type { AsOfJoin } from '../ports/index.ts';

/** Rows that are looked up for others, as of their time. */
export interface Match extends Pick<AsOfJoin, 'on' | 'at' | 'ties' | 'within'> {
  readonly right: Node<AnyTable>;
  /** Rows of it come and are corrected, and none gets another key or time, or leaves, unless it breaks a rule. */
  readonly stays: boolean;
}

/** How they are looked up; what else is part of the key decides between rows of one time. */
export function lookupOf({ right, on, at, within }: AsOf): Pick<AsOfJoin, 'on' | 'at' | 'ties' | 'within'> {
  const unique = right.recipe.by === 'name' ? (uniqueIn(right.recipe.of) ?? []) : [];
  const ties = unique.filter((name) => name !== at[1] && !on.includes(name));
  const length = within === undefined ? undefined : parseDuration(within);
  return { on, at, ties, ...(length ? { within: length } : {}) };
}

export function matchOf(recipe: AsOf, graph: Graph): Match {
  const { right, on, at } = recipe;
  const definition = (right.recipe as Extract<typeof right.recipe, { by: 'name' }>).of as AnyTable;
  const keys = keyOf(definition.columns);
  const stays = definition.spec.write === 'merge' && [...on, at[1]].every((name) => keys.includes(name));
  return { ...lookupOf(recipe), right: graph.nodeOf(definition) as Node<AnyTable>, stays };
}
