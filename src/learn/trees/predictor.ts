import { Forest, packForest } from './forest.ts';
import type { TreeModel } from './model.ts';
import { turn } from './objectives/outcome.ts';

/** Rows that are walked through one tree after the other: few enough for them and the tree to stay in the nearest cache. */
const block = 64;

/** Predicts with one model; rows as columns, in the order of the model's features, NaN where a value is missing. */
export class Predictor {
  readonly model: TreeModel;
  readonly #forest: Forest;

  constructor(model: TreeModel) {
    this.model = model;
    this.#forest = new Forest(packForest(model), block);
  }

  /** One value for each row, or one for each class, those of a row beside each other. */
  predict(columns: readonly ArrayLike<number>[], options: { readonly raw?: boolean } = {}): Float64Array {
    const rows = columns[0]?.length ?? 0;
    const { used, values } = this.#forest;
    const width = used.length;
    const found = new Float64Array(rows * this.model.perRound);
    for (let start = 0; start < rows; start += block) {
      const count = Math.min(block, rows - start);
      for (let place = 0; place < width; place += 1) {
        const column = columns[used[place] as number] as ArrayLike<number>;
        for (let row = 0, at = place; row < count; row += 1, at += width) values[at] = column[start + row] as number;
      }
      found.set(this.#forest.sum(count), start * this.model.perRound);
    }
    return this.#finished(found, options.raw ?? false);
  }

  /** The same for one row, its values in the order of the model's features; what it gives is written anew by the next call. */
  one(row: ArrayLike<number>): Float64Array {
    const { used, values } = this.#forest;
    for (let place = 0; place < used.length; place += 1) values[place] = row[used[place] as number] as number;
    return this.#finished(this.#forest.sumOne(), false);
  }

  #finished(sums: Float64Array, raw: boolean): Float64Array {
    const { model } = this;
    const rounds = model.trees.length / model.perRound;
    if (model.average && rounds > 0)
      for (let at = 0; at < sums.length; at += 1) sums[at] = (sums[at] as number) / rounds;
    if (!raw) turn(sums, model.objective);
    return sums;
  }
}
