import { decisions, type Tree } from '../model.ts';
import { numberOf, numbersOf } from './numbers.ts';
import { broken, unknown } from './refusal.ts';

type Fields = ReadonlyMap<string, string>;

/** One block `Tree=…` of the file, checked so that no walk through it can leave it or go in a circle. */
export function readTree(fields: Fields, features: number): Tree {
  const leaves = numberOf(fields.get('num_leaves') ?? '', 'num_leaves', 'whole');
  if (leaves < 1) throw broken('has a tree without leaves');
  if (fields.get('is_linear') === '1') throw unknown('has linear trees, which are not read');
  const sets = numberOf(fields.get('num_cat') ?? '', 'num_cat', 'whole');
  const inner = leaves - 1;
  const whole = (key: string, count = inner): number[] => numbersOf(fields.get(key), { key, count, as: 'whole' });
  const real = (key: string, count = inner): number[] => numbersOf(fields.get(key), { key, count });
  // What only describes a tree may be missing: LightGBM, too, leaves it out of a tree of one leaf.
  const told = (key: string, count = inner): Float64Array =>
    fields.get(key) === undefined || leaves === 1 ? new Float64Array(count) : Float64Array.from(real(key, count));
  const ends = sets > 0 ? whole('cat_boundaries', sets + 1) : [0];
  const tree: Tree = {
    leaves,
    feature: Int32Array.from(leaves > 1 ? whole('split_feature') : []),
    gain: told('split_gain'),
    threshold: Float64Array.from(leaves > 1 ? real('threshold') : []),
    decision: Uint8Array.from(leaves > 1 ? whole('decision_type') : []),
    left: Int32Array.from(leaves > 1 ? whole('left_child') : []),
    right: Int32Array.from(leaves > 1 ? whole('right_child') : []),
    innerValue: told('internal_value'),
    innerWeight: told('internal_weight'),
    innerCount: told('internal_count'),
    leafValue: Float64Array.from(real('leaf_value', leaves)),
    leafWeight: told('leaf_weight', leaves),
    leafCount: told('leaf_count', leaves),
    categoryEnds: Int32Array.from(ends),
    categoryBits: Uint32Array.from(sets > 0 ? whole('cat_threshold', ends.at(-1) ?? 0) : []),
    shrinkage: numberOf(fields.get('shrinkage') ?? '1', 'shrinkage'),
  };
  check(tree, features);
  return tree;
}

function check(tree: Tree, features: number): void {
  const { leaves, feature, threshold, decision, left, right, categoryEnds } = tree;
  const seen = new Set<number>();
  for (let node = 0; node < leaves - 1; node += 1) {
    if (!((feature[node] as number) < features && (feature[node] as number) >= 0))
      throw broken('divides by a feature that it does not have', `${feature[node]} of ${features}`);
    for (const child of [left[node] as number, right[node] as number]) {
      // A node comes after the one that leads to it, so that no path goes in a circle.
      const fits = child >= 0 ? child > node && child < leaves - 1 : ~child < leaves;
      if (!fits || seen.has(child)) throw broken('has a tree that does not hang together', `child ${child}`);
      seen.add(child);
    }
    const at = threshold[node] as number;
    if (
      (decision[node] as number) & decisions.categorical &&
      !(Number.isInteger(at) && at >= 0 && at < categoryEnds.length - 1)
    )
      throw broken('names a set of categories that it does not have', String(at));
  }
  for (let set = 1; set < categoryEnds.length; set += 1)
    if ((categoryEnds[set] as number) < (categoryEnds[set - 1] as number) || categoryEnds[0] !== 0)
      throw broken('has sets of categories that overlap', categoryEnds.join(' '));
  if (tree.leafValue.some((value) => !Number.isFinite(value))) throw broken('has a leaf without a finite value');
}
