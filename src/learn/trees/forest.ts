import { memoryOf } from '../kernels/assembler.ts';
import { decisions, type Tree, type TreeModel } from './model.ts';
import { beside, kinds, record, walkOf } from './walk.ts';

/** What LightGBM counts as zero. */
const zero = Math.fround(1e-35);

/** All trees of a model, and room for some rows, in the one memory that the walk sees. */
export class Forest {
  /** Numbers of the features that some tree asks, rising. */
  readonly used: Int32Array;
  /** For the values of the rows, those of a row beside each other, in the order of `used`. */
  readonly values: Float64Array;
  /** Of each row one for each class. */
  readonly sums: Float64Array;
  readonly #roots: Int32Array;
  readonly #leaves: Float64Array;
  readonly #trees: number;
  readonly #walk: ReturnType<typeof walkOf>['walk'];
  readonly #classes: number;

  /** `room` rows at a time, a multiple of four. */
  constructor({ trees, perRound }: Pick<TreeModel, 'trees' | 'perRound'>, room: number) {
    this.used = Int32Array.from(new Set(trees.flatMap((tree) => [...tree.feature]))).sort();
    const records = trees.reduce((sum, tree) => sum + 2 * tree.leaves - 1, 0);
    const bits = trees.reduce((sum, tree) => sum + tree.categoryBits.length, 0);
    // Trees are walked by fours, too: behind the last ones stands a leaf of no value.
    const padded = Math.ceil(trees.length / beside) * beside;
    const sizes = [
      (records + 1) * record.bytes,
      4 * bits,
      4 * padded,
      8 * padded,
      8 * room * this.used.length,
      8 * room * perRound,
    ];
    const starts = sizes.map((_, index) =>
      sizes.slice(0, index).reduce((sum, size) => sum + Math.ceil(size / 16) * 16, 0),
    );
    const [, sets = 0, roots = 0, leaves = 0, values = 0, sums = 0] = starts;
    const { buffer, ...memory } = spacious(sums + 8 * room * perRound);
    this.#roots = new Int32Array(buffer, roots, padded).fill(records * record.bytes);
    this.#leaves = new Float64Array(buffer, leaves, padded);
    this.values = new Float64Array(buffer, values, room * this.used.length);
    this.sums = new Float64Array(buffer, sums, room * perRound);
    this.#classes = perRound;
    this.#trees = trees.length;
    this.#walk = memory.walk;
    const view = new DataView(buffer);
    this.#roots.set(this.#write(view, trees, sets));
    writeLeaf(view, records * record.bytes, 0);
  }

  /** Writes the records, and gives where the roots are. */
  #write(memory: DataView, trees: readonly Tree[], firstSet: number): Int32Array {
    const place = new Map(Array.from(this.used, (feature, index) => [feature, 8 * index]));
    let at = 0;
    let set = firstSet;
    return Int32Array.from(trees, (tree) => {
      const inner = tree.leaves - 1;
      const [nodes, leaves] = [at, at + inner * record.bytes];
      const addressOf = (child: number): number =>
        child >= 0 ? nodes + child * record.bytes : leaves + ~child * record.bytes;
      for (let node = 0; node < inner; node += 1, at += record.bytes) {
        memory.setInt32(at + record.value, place.get(tree.feature[node] as number) as number, true);
        memory.setInt32(at + record.kind, kindOf(tree, node), true);
        memory.setFloat64(at + record.threshold, tree.threshold[node] as number, true);
        memory.setInt32(at + record.left, addressOf(tree.left[node] as number), true);
        memory.setInt32(at + record.right, addressOf(tree.right[node] as number), true);
        if (!((tree.decision[node] as number) & decisions.categorical)) continue;
        const number = tree.threshold[node] as number;
        const start = tree.categoryEnds[number] as number;
        memory.setInt32(at + record.set, set + 4 * start, true);
        memory.setInt32(at + record.words, (tree.categoryEnds[number + 1] as number) - start, true);
      }
      for (let leaf = 0; leaf < tree.leaves; leaf += 1, at += record.bytes)
        writeLeaf(memory, at, tree.leafValue[leaf] as number);
      for (const word of tree.categoryBits) {
        memory.setUint32(set, word, true);
        set += 4;
      }
      return nodes;
    });
  }

  /** Sums over all trees of the first so many rows that `values` holds. */
  sum(rows: number): Float64Array {
    const [roots, row, sums] = [this.#roots, this.values, this.sums].map(({ byteOffset }) => byteOffset) as [
      number,
      number,
      number,
    ];
    const bytes = 8 * this.#classes;
    // Rows are walked by fours: those behind the last one are walked for nothing.
    const turns = Math.ceil(rows / beside);
    this.sums.fill(0);
    for (let tree = 0; tree < this.#trees && turns > 0; tree += 1)
      this.#walk(roots + 4 * tree, 0, row, 8 * this.used.length, sums + 8 * (tree % this.#classes), bytes, turns, zero);
    return this.sums.subarray(0, rows * this.#classes);
  }

  /** The same of the first row alone: four trees side by side. */
  sumOne(): Float64Array {
    const leaves = this.#leaves.fill(0);
    if (this.#trees > 0)
      this.#walk(
        this.#roots.byteOffset,
        4,
        this.values.byteOffset,
        0,
        leaves.byteOffset,
        8,
        this.#roots.length / beside,
        zero,
      );
    const sums = this.sums.subarray(0, this.#classes).fill(0);
    for (let tree = 0; tree < this.#trees; tree += 1) {
      const into = tree % this.#classes;
      sums[into] = (sums[into] as number) + (leaves[tree] as number);
    }
    return sums;
  }
}

function spacious(bytes: number): { readonly buffer: ArrayBuffer; readonly walk: ReturnType<typeof walkOf>['walk'] } {
  const memory = memoryOf(Math.ceil(bytes / 2 ** 16));
  return { buffer: memory.buffer, walk: walkOf(memory).walk };
}

function writeLeaf(memory: DataView, at: number, value: number): void {
  memory.setInt32(at + record.kind, kinds.leaf, true);
  memory.setFloat64(at + record.threshold, value, true);
  memory.setInt32(at + record.left, at, true);
  memory.setInt32(at + record.right, at, true);
}

function kindOf({ decision, threshold }: Tree, node: number): number {
  const how = decision[node] as number;
  if (how & decisions.categorical) return kinds.category;
  const left = how & decisions.missingLeft ? kinds.nanLeft : 0;
  if (how & decisions.zeroIsMissing) return kinds.zeroIsMissing | left;
  if (how & decisions.nanIsMissing) return left;
  // Without a word about what is missing it counts as 0.
  return (threshold[node] as number) >= 0 ? kinds.nanLeft : 0;
}
