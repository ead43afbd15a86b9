import type { FeatureColumn } from '../features.ts';
import type { TreeModel } from '../trees/model.ts';

/** How many trees going on adds, and how many there may be then. */
export interface Refining {
  readonly trees?: number;
  readonly most?: number;
}
const usual = { trees: 100, share: 10, times: 4 };

/** What is gone on from, and by how many trees; or why not, of a model that is then trained anew. */
export function going(
  champion: TreeModel | undefined,
  columns: Readonly<Record<string, FeatureColumn>>,
  { trees = usual.trees, refine = {} }: { readonly trees?: number | undefined; readonly refine?: Refining | undefined },
): { readonly from: TreeModel; readonly added: number } | { readonly anew: string } {
  if (!champion) return { anew: 'the champion has nothing of it to go on from' };
  const { trees: added = Math.ceil(trees / usual.share), most = usual.times * trees } = refine;
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
