import type { Table } from '../bins/table.ts';
import { decisions, type Tree } from '../model.ts';
import type { BinColumn } from './partition.ts';
import type { Split } from './split.ts';

/** Below this LightGBM calls a value 0. */
const zero = Math.fround(1e-35);
const rounded = (value: number): number => (Math.abs(value) <= zero ? 0 : value);

interface Told {
  value: number;
  readonly weight: number;
  readonly count: number;
}
interface Node {
  readonly feature: number;
  readonly gain: number;
  readonly threshold: number;
  readonly decision: number;
  left: number;
  right: number;
  /** Where the bins of its feature are, and which of them go left. */
  readonly column: BinColumn;
  readonly goesLeft: Uint8Array;
}

/** A tree while it grows, as model.txt will have it. */
export class GrowingTree {
  readonly #table: Table;
  readonly #nodes: Node[] = [];
  readonly #inner: Told[] = [];
  readonly #leaves: (Told & { readonly parent: number })[];
  readonly #ends = [0];
  readonly #bits: number[] = [];

  constructor(table: Table, root: { readonly value: number; readonly weight: number; readonly count: number }) {
    this.#table = table;
    this.#leaves = [{ ...root, parent: -1 }];
  }

  get leaves(): number {
    return this.#leaves.length;
  }

  /** The leaf stays as the left one; the right one is new, and the last. */
  divide(
    leaf: number,
    split: Split,
    counts: Pick<Node, 'gain' | 'column' | 'goesLeft'> & { readonly left: number; readonly right: number },
  ): void {
    const node = this.#nodes.length;
    const right = this.#leaves.length;
    const before = this.#leaves[leaf] as Told & { readonly parent: number };
    const above = this.#nodes[before.parent];
    if (above?.left === ~leaf) above.left = node;
    else if (above) above.right = node;
    const feature = this.#table.features[split.feature] as Table['features'][number];
    const missing = feature.hasMissing ? decisions.nanIsMissing : 0;
    this.#nodes.push({
      feature: feature.index,
      gain: Math.fround(counts.gain),
      threshold: split.bins ? this.#set(feature.categories, split.bins) : (feature.bounds[split.bin] as number),
      decision: missing | (split.bins ? decisions.categorical : split.missingLeft ? decisions.missingLeft : 0),
      left: ~leaf,
      right: ~right,
      column: counts.column,
      goesLeft: counts.goesLeft,
    });
    this.#inner.push({
      value: before.value,
      weight: split.leftCurve + split.rightCurve,
      count: counts.left + counts.right,
    });
    this.#leaves[leaf] = { value: split.leftValue, weight: split.leftCurve, count: counts.left, parent: node };
    this.#leaves.push({ value: split.rightValue, weight: split.rightCurve, count: counts.right, parent: node });
  }

  /** Keeps a set of categories as bits; gives its number. */
  #set(categories: Int32Array, bins: Int32Array): number {
    const chosen = Array.from(bins, (bin) => categories[bin] as number);
    const words = new Uint32Array((Math.max(...chosen) >>> 5) + 1);
    for (const category of chosen) words[category >>> 5] = (words[category >>> 5] as number) | (1 << (category & 31));
    this.#bits.push(...words);
    this.#ends.push(this.#bits.length);
    return this.#ends.length - 2;
  }

  /** Adds to the scores of rows that the tree was not made of. */
  addTo(scores: Float64Array, rows: Int32Array): void {
    for (const row of rows) {
      let node = this.#nodes.length > 0 ? 0 : ~0;
      while (node >= 0) {
        const { column, goesLeft, left, right } = this.#nodes[node] as Node;
        node = goesLeft[column.from[column.at + column.step * row] as number] ? left : right;
      }
      scores[row] = (scores[row] as number) + this.leafValue(~node);
    }
  }

  leafValue(leaf: number): number {
    return this.#leaves[leaf]?.value ?? 0;
  }

  /** Only so much of each value is taken. */
  shrink(rate: number): void {
    for (const one of [...this.#leaves, ...this.#inner]) one.value = rounded(one.value * rate);
  }

  /** The finished tree; `bias` is what the training began from, and stands in its first tree. */
  tree({ rate, bias }: { readonly rate: number; readonly bias: number }): Tree {
    const nodes = this.#nodes;
    const value = (of: { readonly value: number }): number => (bias === 0 ? of.value : rounded(of.value + bias));
    return {
      leaves: this.leaves,
      feature: Int32Array.from(nodes, ({ feature }) => feature),
      gain: Float64Array.from(nodes, ({ gain }) => gain),
      threshold: Float64Array.from(nodes, ({ threshold }) => threshold),
      decision: Uint8Array.from(nodes, ({ decision }) => decision),
      left: Int32Array.from(nodes, ({ left }) => left),
      right: Int32Array.from(nodes, ({ right }) => right),
      innerValue: Float64Array.from(this.#inner, value),
      innerWeight: Float64Array.from(this.#inner, ({ weight }) => weight),
      innerCount: Float64Array.from(this.#inner, ({ count }) => count),
      leafValue: Float64Array.from(this.#leaves, value),
      leafWeight: Float64Array.from(this.#leaves, ({ weight }) => weight),
      leafCount: Float64Array.from(this.#leaves, ({ count }) => count),
      categoryEnds: Int32Array.from(this.#ends),
      categoryBits: Uint32Array.from(this.#bits),
      shrinkage: bias === 0 ? rate : 1,
    };
  }
}
