import type { FeatureColumn } from '../features.ts';
import type { TreeModel } from '../trees/model.ts';

/** How many trees going on adds, and how many there may be then. */
export interface Refining {
  readonly added: number;
  readonly most: number;
}

/** What is gone on from, and by how many trees; or why not, of a model that is then trained anew. */
export function going(
  champion: TreeModel | undefined,
  columns: Readonly<Record<string, FeatureColumn>>,
  { added, most }: Refining,
): { readonly from: TreeModel; readonly added: number } | { readonly anew: string } {
  if (!champion) return { anew: 'the champion has nothing of it to go on from' };
  const { features, words } = champion;
  const strange = [...features, ...Object.keys(columns)].find(
    (name) =>
      !(features.includes(name) && columns[name]) || (columns[name]?.of === 'texts') !== Object.hasOwn(words, name),
  );
  if (strange !== undefined) return { anew: `the champion knows ${strange} otherwise, or not at all` };
  const count = champion.trees.length;
  if (count + added > most)
    return { anew: `the champion has ${count} trees, and ${added} more would be above ${most}` };
  return { from: champion, added };
}
