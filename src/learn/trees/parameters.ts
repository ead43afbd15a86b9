import type { Settled } from './options.ts';

/** The options by LightGBM's names, as its model file and its library take them. */
export const parametersFor = (options: Settled): Readonly<Record<string, string | number>> => ({
  objective: options.objective,
  num_iterations: options.trees,
  learning_rate: options.rate,
  num_leaves: options.leaves,
  max_depth: options.depth,
  max_bin: options.bins,
  min_data_in_leaf: options.rowsInLeaf,
  min_sum_hessian_in_leaf: options.weightInLeaf,
  min_gain_to_split: options.gainToSplit,
  lambda_l1: options.l1,
  lambda_l2: options.l2,
  bagging_fraction: options.bagging,
  bagging_freq: options.bagging < 1 ? options.baggingEvery : 0,
  feature_fraction: options.features,
  lambdarank_truncation_level: options.truncation,
  seed: options.seed,
});

/** Lines of a model file. */
export const parametersOf = (options: Settled, categories: ReadonlySet<number>): readonly string[] => [
  '[boosting: gbdt]',
  ...Object.entries(parametersFor(options)).map(([name, value]) => `[${name}: ${value}]`),
  ...(categories.size > 0 ? [`[categorical_feature: ${[...categories].join(',')}]`] : []),
];
