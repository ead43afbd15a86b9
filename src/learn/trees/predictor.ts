import { type Forest, forestOf, leafOf, plainLeafOf } from './forest.ts';
import type { TreeModel } from './model.ts';
import { turn } from './objectives/outcome.ts';

/** Rows that are walked through one tree after the other: few enough to stay in the nearest cache. */
const block = 64;

/** Predicts with one model; rows as columns, in the order of the model's features, NaN where a value is missing. */
export class Predictor {
  readonly model: TreeModel;
  readonly #forest: Forest;
  readonly #row: Float64Array;
  readonly #one: Float64Array;

  constructor(model: TreeModel) {
    this.model = model;
    this.#forest = forestOf(model);
    this.#row = new Float64Array(this.#forest.used.length);
    this.#one = new Float64Array(model.perRound);
  }

  /** One value for each row, or one for each class, those of a row beside each other. */
  predict(columns: readonly ArrayLike<number>[], options: { readonly raw?: boolean } = {}): Float64Array {
    const rows = columns[0]?.length ?? 0;
    const { model } = this;
    const { used, value, roots, isPlain } = this.#forest;
    const walk = isPlain ? plainLeafOf : leafOf;
    const width = used.length;
    const classes = model.perRound;
    const sums = new Float64Array(rows * classes);
    const values = new Float64Array(block * width);
    for (let start = 0; start < rows; start += block) {
      const count = Math.min(block, rows - start);
      for (let place = 0; place < width; place += 1) {
        const column = columns[used[place] as number] as ArrayLike<number>;
        for (let row = 0; row < count; row += 1) values[row * width + place] = column[start + row] as number;
      }
      for (let tree = 0; tree < roots.length; tree += 1) {
        const root = roots[tree] as number;
        let into = start * classes + (tree % classes);
        for (let row = 0, at = 0; row < count; row += 1, at += width, into += classes)
          sums[into] = (sums[into] as number) + (value[walk(this.#forest, root, values, at)] as number);
      }
    }
    return this.#finished(sums, options.raw ?? false);
  }

  /** The same for one row, its values in the order of the model's features; what it gives is written anew by the next call. */
  one(row: ArrayLike<number>): Float64Array {
    const { used, value, roots, isPlain } = this.#forest;
    const walk = isPlain ? plainLeafOf : leafOf;
    const values = this.#row;
    for (let place = 0; place < used.length; place += 1) values[place] = row[used[place] as number] as number;
    const sums = this.#one.fill(0);
    for (let tree = 0; tree < roots.length; tree += 1) {
      const into = tree % sums.length;
      sums[into] = (sums[into] as number) + (value[walk(this.#forest, roots[tree] as number, values, 0)] as number);
    }
    return this.#finished(sums, false);
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
