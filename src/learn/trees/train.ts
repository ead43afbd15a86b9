import { setImmediate as soon } from 'node:timers/promises';
import { tableOf } from './bins/table.ts';
import { boost } from './boost.ts';
import { seedsOf } from './chance.ts';
import { type Columns, numbersOf, wordsOf } from './columns.ts';
import { readModel } from './format/read.ts';
import { measuresOf } from './measures.ts';
import { type FeatureTotals, importanceOf, type Tree, type TreeModel } from './model.ts';
import { lossOf } from './objectives/loss.ts';
import { type Settled, settled, type TreesOptions } from './options.ts';
import { parametersFor, parametersOf } from './parameters.ts';
import { Predictor } from './predictor.ts';
import { Judging } from './rounds.ts';
import { checked, namesOf, type Rows, type TreeRows } from './rows.ts';

export interface TreesTraining extends TreeRows {
  readonly options: TreesOptions;
  /** Default 0. */
  readonly seed?: number;
  /** Rows that judge each round, and decide when to stop early. */
  readonly validation?: TreeRows;
  /** A model to go on from: its trees stay, and new ones come behind them. */
  readonly from?: TreeModel;
  /** Grows the trees elsewhere, by LightGBM itself, and gives its model file: the same trees, to a hair (sums are added in another order by more threads). */
  readonly elsewhere?: Elsewhere;
  readonly signal?: AbortSignal;
  /** Called after each round; `judged` is of the validation rows, and not known while trees grow elsewhere. */
  readonly progress?: (done: number, of: number, judged?: number) => void;
}

/** Grows trees as numbers say, and gives LightGBM's model file: `grow` of the port for LightGBM's own library. */
export type Elsewhere = (
  job: {
    readonly columns: readonly Float64Array[];
    readonly categories: readonly number[];
    readonly target: Float32Array;
    readonly weights: Float32Array | undefined;
    readonly groups: Int32Array | undefined;
    readonly scores: Float64Array | undefined;
    readonly parameters: Readonly<Record<string, string | number>>;
    readonly rounds: number;
  },
  of: { readonly signal: AbortSignal | undefined; readonly progress: ((done: number, of: number) => void) | undefined },
) => Promise<string>;

export interface TrainedTrees {
  readonly model: TreeModel;
  /** Of the validation rows; none where there are none: how well a model fits what it was made of says little. */
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
  const { columns, from, validation, progress } = training;
  const options = settled(training.options, training.seed ?? 0);
  const rows = checked(training, options);
  const judges = validation && { columns: validation.columns, rows: checked(validation, options) };
  const features = namesOf(columns, from, options);
  const words = wordsOf(columns, from?.words);
  const categories = new Set(features.flatMap((name, index) => (Object.hasOwn(words, name) ? [index] : [])));
  const grown = await growing(training, { options, rows, numbers: numbersOf(columns, features, words), categories });
  const plain = {
    objective: { name: options.objective, classes: 1, sigmoid: 1, root: false },
    ...{ perRound: 1, features, infos: grown.infos, average: false, words },
    parameters: parametersOf(options, categories),
  };
  const judging =
    judges && new Judging({ ...plain, trees: from?.trees ?? [] }, judges.columns, { options, rows: judges.rows });
  const trees: Tree[] = [];
  for await (const tree of grown.trees) {
    trees.push(tree);
    const judged = judging?.add(tree);
    // Who grows elsewhere has told of each round already.
    if (!training.elsewhere) progress?.(trees.length, options.trees, judged);
    if (judging?.isOver()) break;
  }
  const kept = judging && options.stopAfter > 0 ? trees.slice(0, judging.best) : trees;
  const model: TreeModel = { ...plain, trees: [...(from?.trees ?? []), ...kept] };
  const left = trees.length < options.trees ? 'nothing left to gain' : 'all rounds';
  return {
    model,
    metrics: judges ? measuresOf(options, { ...judges.rows, predictions: predictTrees(model, judges.columns) }) : {},
    importance: importanceOf(model),
    rounds: judging?.seen ?? [],
    ended: judging?.isOver() ? 'no longer better' : left,
  };
}

interface Grown {
  readonly infos: readonly string[];
  readonly trees: AsyncIterable<Tree>;
}

async function growing(
  { from, seed = 0, elsewhere, signal, progress }: TreesTraining,
  {
    options,
    rows,
    numbers,
    categories,
  }: {
    readonly options: Settled;
    readonly rows: Rows;
    readonly numbers: Float64Array[];
    readonly categories: ReadonlySet<number>;
  },
): Promise<Grown> {
  signal?.throwIfAborted();
  const scores = from && new Predictor(from).predict(numbers, { raw: true });
  if (!elsewhere) {
    const { bins, rowsInLeaf } = options;
    const table = tableOf(numbers, { categories, bins, rowsInLeaf, seed: seedsOf(seed).data, signal });
    const rounds = boost(table, lossOf(options.objective, rows, options), { options, scores });
    return { infos: table.infos, trees: breathing(rounds, signal) };
  }
  const { values: target, weights, groups } = rows;
  const job = { columns: numbers, categories: [...categories], target, weights, groups, scores };
  const text = await elsewhere(
    { ...job, parameters: parametersFor(options), rounds: options.trees },
    { signal, progress },
  );
  const { infos, trees } = readModel(text);
  return { infos, trees: breathing(trees, signal) };
}

async function* breathing<T>(all: Iterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  let since = performance.now();
  for (const one of all) {
    yield one;
    if (performance.now() - since > breath) {
      await soon();
      since = performance.now();
    }
    signal?.throwIfAborted();
  }
}

/** Predicts rows by columns of the names that the model knows: values, probabilities of 1, or scores to rank by. */
export function treesPredictor(
  model: TreeModel,
): (columns: Columns, options?: { readonly raw?: boolean }) => Float64Array {
  const predictor = new Predictor(model);
  return (columns, options) => predictor.predict(numbersOf(columns, model.features, model.words), options);
}
/** The same, once. */
export const predictTrees = (
  model: TreeModel,
  columns: Columns,
  options: { readonly raw?: boolean } = {},
): Float64Array => treesPredictor(model)(columns, options);
