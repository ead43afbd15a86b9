import { type Columns, numbersOf } from './columns.ts';
import { deciding, measuresOf } from './measures.ts';
import type { Tree, TreeModel } from './model.ts';
import type { Settled } from './options.ts';
import { Predictor } from './predictor.ts';
import type { Rows } from './rows.ts';

/** Follows the rounds on the validation rows. */
export class Judging {
  readonly seen: number[] = [];
  best = 0;
  readonly #model: TreeModel;
  readonly #numbers: readonly Float64Array[];
  readonly #scores: Float64Array;
  readonly #rows: Rows;
  readonly #options: Settled;

  constructor(
    model: TreeModel,
    columns: Columns,
    { options, rows }: { readonly options: Settled; readonly rows: Rows },
  ) {
    this.#model = model;
    this.#numbers = numbersOf(columns, model.features, model.words);
    this.#scores = new Predictor(model).predict(this.#numbers, { raw: true });
    this.#rows = rows;
    this.#options = options;
  }

  /** What the measure is with one tree more. */
  add(tree: Tree): number {
    const more = new Predictor({ ...this.#model, trees: [tree] }).predict(this.#numbers, { raw: true });
    for (let row = 0; row < more.length; row += 1)
      this.#scores[row] = (this.#scores[row] as number) + (more[row] as number);
    const predictions =
      this.#options.objective === 'binary' ? this.#scores.map((sum) => 1 / (1 + Math.exp(-sum))) : this.#scores;
    const { name, sign } = deciding(this.#options);
    const judged = measuresOf(this.#options, { ...this.#rows, predictions })[name] as number;
    this.seen.push(judged);
    const best = this.seen[this.best - 1];
    if (best === undefined || sign * judged > sign * best) this.best = this.seen.length;
    return judged;
  }

  isOver(): boolean {
    const { stopAfter } = this.#options;
    return stopAfter > 0 && this.seen.length - this.best >= stopAfter;
  }
}
