import { memoryOf } from '../kernels/assembler.ts';
import { decisions, type Tree, type TreeModel } from './model.ts';
import { beside, kinds, record, walkOf } from './walk.ts';

/** What LightGBM counts as zero. */
const zero = Math.fround(1e-35);

/** All trees of a model as the walk sees them: bytes that can be given to another thread. */
export interface PackedForest {
  /** Records, the sets of categories behind them, and behind those where the roots are; addresses count from its first byte. */
  readonly bytes: ArrayBuffer;
  /** Where in it the roots begin. */
  readonly roots: number;
  readonly trees: number;
  readonly perRound: number;
  /** Numbers of the features that some tree asks, rising. */
  readonly used: Int32Array;
}

const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;
// Trees are walked by fours, too: behind the last ones stands a leaf of no value.
const padded = (trees: number): number => Math.ceil(trees / beside) * beside;

export function packForest({ trees, perRound }: Pick<TreeModel, 'trees' | 'perRound'>): PackedForest {
  const used = Int32Array.from(new Set(trees.flatMap((tree) => [...tree.feature]))).sort();
  const records = trees.reduce((sum, tree) => sum + 2 * tree.leaves - 1, 0);
  const bits = trees.reduce((sum, tree) => sum + tree.categoryBits.length, 0);
  const sets = aligned((records + 1) * record.bytes);
  const roots = sets + aligned(4 * bits);
  const bytes = new ArrayBuffer(roots + aligned(4 * padded(trees.length)));
  const view = new DataView(bytes);
  const rooted = new Int32Array(bytes, roots, padded(trees.length)).fill(records * record.bytes);
  rooted.set(written(view, trees, { sets, used }));
  writeLeaf(view, records * record.bytes, 0);
  return { bytes, roots, trees: trees.length, perRound, used };
}

/** Writes the records, and gives where the roots are. */
function written(
  memory: DataView,
  trees: readonly Tree[],
  of: { readonly sets: number; readonly used: Int32Array },
): Int32Array {
  const place = new Map(Array.from(of.used, (feature, index) => [feature, 8 * index]));
  let at = 0;
  let set = of.sets;
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
  constructor({ bytes, roots, trees, perRound, used }: PackedForest, room: number) {
    this.used = used;
    const leaves = bytes.byteLength;
    const values = leaves + aligned(8 * padded(trees));
    const sums = values + aligned(8 * room * used.length);
    const { buffer, ...memory } = spacious(sums + 8 * room * perRound);
    new Uint8Array(buffer).set(new Uint8Array(bytes));
    this.#roots = new Int32Array(buffer, roots, padded(trees));
    this.#leaves = new Float64Array(buffer, leaves, padded(trees));
    this.values = new Float64Array(buffer, values, room * used.length);
    this.sums = new Float64Array(buffer, sums, room * perRound);
    this.#classes = perRound;
    this.#trees = trees;
    this.#walk = memory.walk;
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
