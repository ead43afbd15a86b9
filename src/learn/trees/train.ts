import { setImmediate as soon } from 'node:timers/promises';
import { tableOf } from './bins/table.ts';
import { boost } from './boost.ts';
import { seedsOf } from './chance.ts';
import { type Columns, numbersOf, wordsOf } from './columns.ts';
import { deciding, measuresOf } from './measures.ts';
import { type FeatureTotals, importanceOf, type Tree, type TreeModel } from './model.ts';
import { lossOf } from './objectives/loss.ts';
import { type Settled, settled, type TreesOptions } from './options.ts';
import { parametersOf } from './parameters.ts';
import { Predictor } from './predictor.ts';

/** Rows with what they turned out to be. */
export interface TreeRows {
  /** Numbers, booleans, and texts, which are categories. All may miss values. */
  readonly columns: Columns;
  /** A number, 0 or 1, or a grade from 0. */
  readonly target: ArrayLike<number>;
  /** Of a ranking: rows of each request, which stand together. */
  readonly groups?: ArrayLike<number>;
  readonly weights?: ArrayLike<number>;
}

export interface TreesTraining extends TreeRows {
  readonly options: TreesOptions;
  /** Default 0. */
  readonly seed?: number;
  /** Rows that judge each round, and decide when to stop early. */
  readonly validation?: TreeRows;
  /** A model to go on from: its trees stay, and new ones come behind them. */
  readonly from?: TreeModel;
  readonly signal?: AbortSignal;
  /** Called after each round; `judged` is of the validation rows. */
  readonly progress?: (done: number, of: number, judged?: number) => void;
}

export interface TrainedTrees {
  readonly model: TreeModel;
  /** Of the validation rows, and of the training rows where there are none. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly importance: { readonly gain: FeatureTotals; readonly split: FeatureTotals };
  /** Of the validation rows after each round, by the measure that decides. */
  readonly rounds: readonly number[];
  readonly ended: 'all rounds' | 'nothing left to gain' | 'no longer better';
}

/** Between rounds others get their turn so often, in milliseconds: leases are kept, and a cancel is heard. */
const breath = 20;

/**
 * Gradient boosted trees, histogram by histogram and leaf by leaf, the same as LightGBM's for the same rows, options and seed. Throws RangeError
 * for rows or options that cannot be, and the signal's reason when it is aborted.
 */
export async function trainTrees(training: TreesTraining): Promise<TrainedTrees> {
  const { columns, from, validation, signal, progress } = training;
  const options = settled(training.options, training.seed ?? 0);
  const rows = checked(training, options);
  const judges = validation && checked(validation, options);
  const features = namesOf(columns, from, options);
  const words = wordsOf(columns, from?.words);
  const numbers = numbersOf(columns, features, words);
  const categories = new Set(features.flatMap((name, index) => (Object.hasOwn(words, name) ? [index] : [])));
  const { bins, rowsInLeaf } = options;
  const table = tableOf(numbers, { categories, bins, rowsInLeaf, seed: seedsOf(options.seed).data, signal });
  const plain = {
    objective: { name: options.objective, classes: 1, sigmoid: 1, root: false },
    ...{ perRound: 1, features, infos: table.infos, average: false, words },
    parameters: parametersOf(options, categories),
  };
  const judging =
    judges &&
    validation &&
    new Judging({ ...plain, trees: from?.trees ?? [] }, validation.columns, { options, rows: judges });
  const scores = from && new Predictor(from).predict(numbers, { raw: true });
  const trees: Tree[] = [];
  let ended: TrainedTrees['ended'] = 'all rounds';
  let since = performance.now();
  for (const { tree } of boost(table, lossOf(options.objective, rows, options), { options, scores })) {
    trees.push(tree);
    const judged = judging?.add(tree);
    progress?.(trees.length, options.trees, judged);
    if (judging?.isOver()) {
      ended = 'no longer better';
      break;
    }
    if (performance.now() - since > breath) {
      await soon();
      since = performance.now();
    }
    signal?.throwIfAborted();
  }
  if (ended === 'all rounds' && trees.length < options.trees) ended = 'nothing left to gain';
  const kept = judging && options.stopAfter > 0 ? trees.slice(0, judging.best) : trees;
  const model: TreeModel = { ...plain, trees: [...(from?.trees ?? []), ...kept] };
  const [seen, outcomes] = judges && validation ? [validation.columns, judges] : [columns, rows];
  const predictions = predictTrees(model, seen);
  return {
    model,
    metrics: measuresOf(options, { ...outcomes, predictions }),
    importance: importanceOf(model),
    rounds: judging?.seen ?? [],
    ended,
  };
}

/** Predicts rows by columns of the names that the model knows: values, probabilities of 1, or scores to rank by. */
export const predictTrees = (
  model: TreeModel,
  columns: Columns,
  options: { readonly raw?: boolean } = {},
): Float64Array => new Predictor(model).predict(numbersOf(columns, model.features, model.words), options);

interface Rows {
  readonly values: Float32Array;
  readonly weights: Float32Array | undefined;
  readonly groups: Int32Array | undefined;
}

function checked({ columns, target, weights, groups }: TreeRows, { objective }: Settled): Rows {
  const rows = target.length;
  if (rows === 0) throw new RangeError('there are no rows to train with');
  for (const [name, column] of Object.entries(columns)) {
    const length = column.of === 'texts' ? column.codes.length : column.values.length;
    if (length !== rows) throw new RangeError(`${name} has ${length} rows, the target has ${rows}`);
  }
  const values = Float32Array.from(target);
  const wrong = values.findIndex(
    (value) => !(objective === 'binary' ? value === 0 || value === 1 : Number.isFinite(value)),
  );
  if (wrong >= 0)
    throw new RangeError(
      `the target is ${target[wrong]} in row ${wrong}, and must be ${objective === 'binary' ? '0 or 1' : 'a number'}`,
    );
  if (
    weights &&
    (weights.length !== rows || Array.from(weights).some((weight) => !(weight > 0 && Number.isFinite(weight))))
  )
    throw new RangeError('weights are one number above 0 for each row');
  if (groups && Array.from(groups).reduce((sum, count) => sum + count, 0) !== rows)
    throw new RangeError(`the requests do not have ${rows} rows together`);
  return { values, weights: weights && Float32Array.from(weights), groups: groups && Int32Array.from(groups) };
}

function namesOf(columns: Columns, from: TreeModel | undefined, { objective }: Settled): readonly string[] {
  const names = Object.keys(columns);
  const odd = names.find((name) => /\s/.test(name) || name === '');
  if (odd !== undefined) throw new RangeError(`a feature cannot be called ${JSON.stringify(odd)}: names have no space`);
  if (names.length === 0) throw new RangeError('there are no features to train with');
  if (!from) return names;
  if (from.objective.name !== objective)
    throw new RangeError(`a model of ${from.objective.name} cannot go on with ${objective}`);
  const missing = [...names, ...from.features].find((name) => !(names.includes(name) && from.features.includes(name)));
  if (missing !== undefined) throw new RangeError(`the model to go on from has other features: ${missing}`);
  return from.features;
}

/** Follows the rounds on the validation rows. */
class Judging {
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
