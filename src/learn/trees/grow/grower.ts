import type { Table } from '../bins/table.ts';
import type { Settled } from '../options.ts';
import { splitCategories } from './category-splits.ts';
import { GrowingTree } from './growing-tree.ts';
import { restore, sumBins } from './histogram.ts';
import { splitNumbers } from './number-splits.ts';
import { columnOf, divide, leftBins } from './partition.ts';
import { type LeafSums, type Looking, leafValue, Split, threshold } from './split.ts';

interface Leaf extends LeafSums {
  readonly start: number;
  readonly depth: number;
  readonly sums: Float64Array;
  /** Features that could divide it: its children need not ask others. */
  readonly worth: Uint8Array;
  best: Split | undefined;
}

/** A tree, and the rows of each of its leaves. */
export interface Grown {
  readonly tree: GrowingTree;
  readonly rowsOf: (leaf: number) => Int32Array;
}

/** Grows trees over one table, always dividing the leaf that gains most; what it needs of memory is kept from tree to tree. */
export class Grower {
  readonly #table: Table;
  readonly #options: Settled;
  readonly #spare: Int32Array;
  readonly #free: Float64Array[] = [];
  #asked: Uint8Array = new Uint8Array(0);

  constructor(table: Table, options: Settled) {
    this.#table = table;
    this.#options = options;
    this.#spare = new Int32Array(table.rows);
  }

  /** One tree of some rows, towards the slopes in the table's space; `asked` has 1 for each feature that it may ask. */
  grow(given: { readonly rows: Int32Array; readonly asked: Uint8Array }): Grown {
    const { leaves: most, l1, l2, gainToSplit } = this.#options;
    this.#asked = given.asked;
    this.#table.space.rows.set(given.rows);
    const root = this.#root(given.rows.length);
    const leaves = [root];
    const tree = new GrowingTree(this.#table, {
      value: leafValue(root.slope, root.curve, l1, l2),
      weight: root.curve,
      count: root.rows,
    });
    while (leaves.length < most) {
      const at = mostGaining(leaves);
      if (at < 0) break;
      const leaf = leaves[at] as Leaf;
      const split = leaf.best as Split;
      const column = columnOf(this.#table, split.feature);
      const own = this.#rowsOf(leaf);
      const goesLeft = leftBins(this.#table, split);
      const left = divide(own, column, { goesLeft, spare: this.#spare });
      tree.divide(at, split, { left, right: leaf.rows - left, gain: split.gain + gainToSplit, column, goesLeft });
      const [one, other] = this.#children(leaf, split, { left, isLast: leaves.length + 1 === most });
      leaves[at] = one;
      leaves.push(other);
    }
    for (const leaf of leaves) this.#release(leaf.sums);
    return { tree, rowsOf: (leaf) => this.#rowsOf(leaves[leaf] as Leaf) };
  }

  #rowsOf({ start, rows }: Leaf): Int32Array {
    return this.#table.space.rows.subarray(start, start + rows);
  }

  #root(rows: number): Leaf {
    const { rows: numbers, floats } = this.#table.space;
    let slope = 0;
    let curve = 0;
    for (let at = 0; at < rows; at += 1) {
      const row = numbers[at] as number;
      slope += floats[2 * row] as number;
      curve += floats[2 * row + 1] as number;
    }
    const leaf = this.#leaf({ start: 0, rows, slope, curve, depth: 0, sums: this.#take() });
    if (this.#maySplit(leaf, leaf)) {
      this.#sum(leaf, this.#asked);
      this.#look(leaf, undefined);
    }
    return leaf;
  }

  #leaf(given: Omit<Leaf, 'best' | 'worth'>): Leaf {
    return { ...given, best: undefined, worth: new Uint8Array(this.#table.features.length) };
  }

  /** Sums are made for the smaller side only; those of the larger are what it leaves of its parent's. */
  #children(
    parent: Leaf,
    split: Split,
    { left, isLast }: { readonly left: number; readonly isLast: boolean },
  ): [Leaf, Leaf] {
    const isLeftSmaller = left < parent.rows - left;
    const own = this.#take();
    const depth = parent.depth + 1;
    const one = this.#leaf({
      ...{ start: parent.start, rows: left, depth, slope: split.leftSlope, curve: split.leftCurve },
      sums: isLeftSmaller ? own : parent.sums,
    });
    const other = this.#leaf({
      ...{
        start: parent.start + left,
        rows: parent.rows - left,
        depth,
        slope: split.rightSlope,
        curve: split.rightCurve,
      },
      sums: isLeftSmaller ? parent.sums : own,
    });
    if (isLast || !this.#maySplit(one, other)) return [one, other];
    const [smaller, larger] = isLeftSmaller ? [one, other] : [other, one];
    this.#sum(smaller, parent.worth);
    subtract(larger.sums, smaller.sums);
    this.#look(smaller, parent);
    this.#look(larger, parent);
    return [one, other];
  }

  /** LightGBM gives up on both sides together. */
  #maySplit(one: Leaf, other: Leaf): boolean {
    const { depth, rowsInLeaf } = this.#options;
    return !(depth > 0 && one.depth >= depth) && !(one.rows < 2 * rowsInLeaf && other.rows < 2 * rowsInLeaf);
  }

  #sum(leaf: Leaf, asked: Uint8Array): void {
    leaf.sums.set(sumBins(this.#table, { start: leaf.start, rows: leaf.rows, asked }));
    restore(this.#table, leaf.sums, leaf);
  }

  #look(leaf: Leaf, parent: Leaf | undefined): void {
    const best = new Split();
    const looking: Looking = {
      sums: leaf.sums,
      leaf,
      rules: this.#options,
      least: threshold(leaf, this.#options),
      best,
    };
    const { features } = this.#table;
    for (let number = 0; number < features.length; number += 1) {
      const feature = features[number] as (typeof features)[number];
      if (!this.#asked[number] || parent?.worth[number] === 0) continue;
      const split = feature.kind === 'number' ? splitNumbers : splitCategories;
      if (split(feature, looking)) leaf.worth[number] = 1;
    }
    leaf.best = best.feature < 0 ? undefined : best;
  }

  #take(): Float64Array {
    return this.#free.pop() ?? new Float64Array(2 * this.#table.bins);
  }

  #release(sums: Float64Array): void {
    this.#free.push(sums);
  }
}

function subtract(from: Float64Array, other: Float64Array): void {
  for (let at = 0; at < from.length; at += 1) from[at] = (from[at] as number) - (other[at] as number);
}

/** The leaf whose division gains most, the first of equal ones; −1: none gains. */
function mostGaining(leaves: readonly Leaf[]): number {
  let found = -1;
  let gain = 0;
  for (const [at, leaf] of leaves.entries()) {
    if (!leaf.best || !(leaf.best.gain > gain)) continue;
    found = at;
    gain = leaf.best.gain;
  }
  return found;
}
