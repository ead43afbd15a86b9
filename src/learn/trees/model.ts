/** What a model's sums are turned into. */
export interface Objective {
  readonly name: string;
  /** Above 1 only with several classes. */
  readonly classes: number;
  /** Steepness of the curve that makes a probability of a sum. */
  readonly sigmoid: number;
  /** The target was the root of what is predicted. */
  readonly root: boolean;
}

/** Bits of `Tree.decision`. */
export const decisions = { categorical: 1, missingLeft: 2, zeroIsMissing: 4, nanIsMissing: 8 } as const;

/**
 * One tree. Inner nodes are numbered from 0, and so are leaves; a child below 0 is the leaf `~child`. A value goes left when it is at most the
 * threshold, or when its bit is set among those of the category set that the threshold numbers.
 */
export interface Tree {
  readonly leaves: number;
  readonly feature: Int32Array;
  readonly gain: Float64Array;
  readonly threshold: Float64Array;
  readonly decision: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly innerValue: Float64Array;
  readonly innerWeight: Float64Array;
  readonly innerCount: Float64Array;
  readonly leafValue: Float64Array;
  readonly leafWeight: Float64Array;
  readonly leafCount: Float64Array;
  /** Set n has the words `categoryBits[categoryEnds[n] .. categoryEnds[n + 1]]`. */
  readonly categoryEnds: Int32Array;
  readonly categoryBits: Uint32Array;
  readonly shrinkage: number;
}

/** All that LightGBM's model.txt says, of what predicting and going on need. */
export interface TreeModel {
  readonly objective: Objective;
  /** Tree `n` belongs to class `n % perRound`. */
  readonly perRound: number;
  readonly features: readonly string[];
  /** For each feature its range, its categories, or `none` when it was never looked at. */
  readonly infos: readonly string[];
  readonly trees: readonly Tree[];
  /** Sums are divided by the number of rounds. */
  readonly average: boolean;
  /** For each feature that was text: its words; what the trees know is the word's place. */
  readonly words: Readonly<Record<string, readonly string[]>>;
  /** Lines of its `parameters`, as `[name: value]`. */
  readonly parameters: readonly string[];
}

/** Number of the features, by name; each feature is there. */
export type FeatureTotals = Readonly<Record<string, number>>;

/** How often each feature divides, and how much better that made the fit: LightGBM's two importances. */
export function importanceOf({ trees, features }: Pick<TreeModel, 'trees' | 'features'>): {
  readonly gain: FeatureTotals;
  readonly split: FeatureTotals;
} {
  const gain = new Float64Array(features.length);
  const split = new Float64Array(features.length);
  for (const tree of trees) {
    for (const [node, feature] of tree.feature.entries()) {
      // As LightGBM: a division that gains nothing is none.
      if ((tree.gain[node] as number) <= 0) continue;
      gain[feature] = (gain[feature] as number) + (tree.gain[node] as number);
      split[feature] = (split[feature] as number) + 1;
    }
  }
  const named = (totals: Float64Array): FeatureTotals =>
    Object.fromEntries(features.map((name, index) => [name, totals[index] as number]));
  return { gain: named(gain), split: named(split) };
}
