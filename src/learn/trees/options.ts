export type TreesObjective = 'regression' | 'binary' | 'lambdarank';

/** Every default is LightGBM's. */
export interface TreesOptions {
  readonly objective: TreesObjective;
  /** Rounds, one tree each; LightGBM's `num_iterations`. Default 100. */
  readonly trees?: number;
  /** At most, of one tree; `num_leaves`. Default 31. */
  readonly leaves?: number;
  /** How much of each tree's answer is taken; `learning_rate`. Default 0.1. */
  readonly rate?: number;
  /** `max_depth`; default: no limit. */
  readonly depth?: number;
  /** `max_bin`; default 255. */
  readonly bins?: number;
  /** `min_data_in_leaf`; default 20. */
  readonly rowsInLeaf?: number;
  /** `min_sum_hessian_in_leaf`; default 0.001. */
  readonly weightInLeaf?: number;
  /** `min_gain_to_split`; default 0. */
  readonly gainToSplit?: number;
  /** `lambda_l1` and `lambda_l2`; default 0. */
  readonly l1?: number;
  readonly l2?: number;
  /** Share of the rows that a tree is made of, drawn anew every `baggingEvery` rounds; `bagging_fraction`, `bagging_freq`. Default 1, all. */
  readonly bagging?: number;
  /** Default 1. */
  readonly baggingEvery?: number;
  /** Share of the features that a tree may ask; `feature_fraction`. Default 1. */
  readonly features?: number;
  /** Cut-offs that a ranking is judged at; the last decides when to stop early. Default [1, 3, 5]. */
  readonly at?: readonly number[];
  /** Pairs count when one of them is among so many first ones; `lambdarank_truncation_level`. Default 30. */
  readonly truncation?: number;
  /** Stop after so many rounds without anything better on the validation rows, and keep the best; default: never. */
  readonly stopAfter?: number;
}

/** The options as training uses them. */
export interface Settled extends Required<Omit<TreesOptions, 'depth' | 'stopAfter'>> {
  readonly depth: number;
  readonly stopAfter: number;
  readonly seed: number;
}

const defaults = {
  ...{ trees: 100, leaves: 31, rate: 0.1, depth: -1, bins: 255, rowsInLeaf: 20, weightInLeaf: 1e-3, gainToSplit: 0 },
  ...{ l1: 0, l2: 0, bagging: 1, baggingEvery: 1, features: 1, at: [1, 3, 5], truncation: 30, stopAfter: 0 },
} as const;

/** What each option must be, as `least` and `most`; whole numbers where `whole`. */
const limits: Readonly<Record<string, { readonly least: number; readonly most: number; readonly whole?: boolean }>> = {
  trees: { least: 1, most: 100_000, whole: true },
  leaves: { least: 2, most: 131_072, whole: true },
  rate: { least: Number.MIN_VALUE, most: 10 },
  depth: { least: -1, most: 10_000, whole: true },
  bins: { least: 2, most: 255, whole: true },
  rowsInLeaf: { least: 0, most: 2 ** 31, whole: true },
  weightInLeaf: { least: 0, most: Number.MAX_VALUE },
  gainToSplit: { least: 0, most: Number.MAX_VALUE },
  l1: { least: 0, most: Number.MAX_VALUE },
  l2: { least: 0, most: Number.MAX_VALUE },
  bagging: { least: Number.MIN_VALUE, most: 1 },
  baggingEvery: { least: 1, most: 100_000, whole: true },
  features: { least: Number.MIN_VALUE, most: 1 },
  truncation: { least: 1, most: 10_000, whole: true },
  stopAfter: { least: 0, most: 100_000, whole: true },
  seed: { least: -(2 ** 31), most: 2 ** 31 - 1, whole: true },
};

/** Throws RangeError for an option that cannot be. */
export function settled(options: TreesOptions, seed: number): Settled {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const all: Settled = { ...defaults, objective: options.objective, ...given, seed };
  for (const [name, { least, most, whole }] of Object.entries(limits)) {
    const value = all[name as keyof Settled] as number;
    if (!(value >= least && value <= most) || (whole && !Number.isInteger(value)))
      throw new RangeError(
        `${name} is ${value}, and must be ${whole ? 'a whole number ' : ''}from ${least} to ${most}`,
      );
  }
  if (all.at.length === 0 || all.at.some((k) => !(Number.isInteger(k) && k > 0)))
    throw new RangeError(`at is ${all.at.join(', ') || 'empty'}, and must be whole numbers above 0`);
  return all;
}
