import { decisions, type TreeModel } from './model.ts';

/**
 * All trees of a model in a few arrays, so that walking them reads little memory. A child below 0 is the leaf `~child`, counted over all trees.
 */
export interface Forest {
  /** Per node: which of `used` it asks. */
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  readonly decision: Uint8Array;
  /** Left and right of node n at 2n and 2n + 1. */
  readonly child: Int32Array;
  readonly value: Float64Array;
  readonly roots: Int32Array;
  readonly categoryEnds: Int32Array;
  readonly categoryBits: Uint32Array;
  /** Numbers of the features that some tree asks, rising. */
  readonly used: Int32Array;
  /** No categories, and nothing missing is treated apart: not a number counts as 0. */
  readonly isPlain: boolean;
}

export function forestOf({ trees }: Pick<TreeModel, 'trees'>): Forest {
  const sum = (of: (tree: (typeof trees)[number]) => number): number =>
    trees.reduce((total, tree) => total + of(tree), 0);
  const used = Int32Array.from(new Set(trees.flatMap((tree) => [...tree.feature]))).sort();
  const place = new Map(Array.from(used, (feature, index) => [feature, index]));
  const nodes = sum((tree) => tree.leaves - 1);
  const forest = {
    feature: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    decision: new Uint8Array(nodes),
    child: new Int32Array(2 * nodes),
    value: new Float64Array(sum((tree) => tree.leaves)),
    roots: new Int32Array(trees.length),
    categoryEnds: new Int32Array(sum((tree) => tree.categoryEnds.length)),
    categoryBits: new Uint32Array(sum((tree) => tree.categoryBits.length)),
  };
  let node = 0;
  let leaf = 0;
  let set = 0;
  let bits = 0;
  for (const [index, tree] of trees.entries()) {
    forest.roots[index] = tree.leaves > 1 ? node : ~leaf;
    const moved = (child: number): number => (child >= 0 ? child + node : ~(~child + leaf));
    for (let at = 0; at < tree.leaves - 1; at += 1) {
      const isSet = (tree.decision[at] as number) & decisions.categorical;
      forest.feature[node + at] = place.get(tree.feature[at] as number) as number;
      forest.threshold[node + at] = (tree.threshold[at] as number) + (isSet ? set : 0);
      forest.decision[node + at] = tree.decision[at] as number;
      forest.child[2 * (node + at)] = moved(tree.left[at] as number);
      forest.child[2 * (node + at) + 1] = moved(tree.right[at] as number);
    }
    forest.value.set(tree.leafValue, leaf);
    forest.categoryEnds.set(
      tree.categoryEnds.map((end) => end + bits),
      set,
    );
    forest.categoryBits.set(tree.categoryBits, bits);
    node += tree.leaves - 1;
    leaf += tree.leaves;
    set += tree.categoryEnds.length;
    bits += tree.categoryBits.length;
  }
  const special = decisions.categorical | decisions.zeroIsMissing | decisions.nanIsMissing;
  return { ...forest, used, isPlain: forest.decision.every((decision) => (decision & special) === 0) };
}

/** What LightGBM counts as zero. */
const zero = Math.fround(1e-35);

/** The leaf that a row comes to; `values` has the used features of the row from `at` on. */
export function leafOf(forest: Forest, root: number, values: Float64Array, at: number): number {
  const { feature, threshold, decision, child, categoryEnds, categoryBits } = forest;
  let node = root;
  while (node >= 0) {
    let value = values[at + (feature[node] as number)] as number;
    const how = decision[node] as number;
    let isRight = 1;
    if (how & 1) {
      // Towards zero, as C++ does: −0.5 is the category 0.
      if (value > -1 && value < 2147483648) {
        const category = value | 0;
        const set = threshold[node] as number;
        const word = (categoryEnds[set] as number) + (category >>> 5);
        if (word < (categoryEnds[set + 1] as number))
          isRight = (((categoryBits[word] as number) >>> (category & 31)) & 1) ^ 1;
      }
    } else {
      // biome-ignore lint/suspicious/noSelfCompare: the quickest test for NaN
      if (value !== value && !(how & 8)) value = 0;
      // biome-ignore lint/suspicious/noSelfCompare: the quickest test for NaN
      const isMissing = how & 8 ? value !== value : (how & 4) !== 0 && value >= -zero && value <= zero;
      isRight = isMissing ? ((how >> 1) & 1) ^ 1 : value <= (threshold[node] as number) ? 0 : 1;
    }
    node = child[2 * node + isRight] as number;
  }
  return ~node;
}

/** The same where nothing is special. */
export function plainLeafOf(forest: Forest, root: number, values: Float64Array, at: number): number {
  const { feature, threshold, child } = forest;
  let node = root;
  while (node >= 0) {
    const value = values[at + (feature[node] as number)] as number;
    // biome-ignore lint/suspicious/noSelfCompare: the quickest test for NaN
    node = child[2 * node + ((value !== value ? 0 : value) <= (threshold[node] as number) ? 0 : 1)] as number;
  }
  return ~node;
}
