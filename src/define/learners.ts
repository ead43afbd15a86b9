import { type Columns, col } from '../columns/index.ts';

/** The table inside every version of a trained model; `features`: it has a column for each feature too. */
export interface Inside {
  readonly columns: Columns;
  readonly features: boolean;
}
/** What is learned with, as data: what it predicts, the measures by which it is judged, and the one table inside a trained model. */
export interface Learner<
  Out extends Columns = Columns,
  Named extends string = string,
  Part extends string = string,
  In extends Inside = Inside,
> {
  readonly learner: 'kmeans' | 'logistic regression' | 'linear regression';
  readonly options: Readonly<Record<string, unknown>>;
  readonly output: Out;
  readonly measures: readonly Named[];
  readonly part: Part;
  readonly inside: In;
  /** Kinds of the column that it learns to predict; none: it needs no target. */
  readonly target: readonly string[];
}

const learner = <
  Out extends Columns,
  const Named extends string,
  const Part extends string,
  const Features extends boolean,
  C extends Columns,
>(
  of: Learner<Out, Named, Part, { readonly columns: C; readonly features: Features }>,
): Learner<Out, Named, Part, { readonly columns: C; readonly features: Features }> =>
  Object.freeze({ ...of, options: Object.freeze({ ...of.options }) });

/** One row for each cluster; `was` is the number that it had under the champion, NULL for one that is new. */
const centroids = { centroid_id: col.integer().key(), was: col.integer().optional(), row_count: col.integer() };
/** One row for each term of the sum; a term that others determine has no coefficient. */
const coefficients = {
  term: col.text().key(),
  coefficient: col.real().optional(),
  std_error: col.real().optional(),
};

/**
 * Clusters by k-means, from several starts (k-means++). Columns are standardised unless `standardise` is false. `clusters`: their number, or from which to
 * which the one of the best silhouette is sought. After a retraining each cluster keeps the number of the champion's that it goes on.
 */
export const kmeans = (options: {
  readonly clusters: number | { readonly from: number; readonly to: number };
  /** Default 10. */
  readonly restarts?: number;
  /** Default 0. */
  readonly seed?: number;
  readonly standardise?: boolean;
}) =>
  learner({
    learner: 'kmeans',
    options,
    output: { centroid_id: col.integer(), distance: col.real() },
    measures: ['silhouette', 'inertia', 'inertia_per_row', 'moved_share', 'clusters'],
    part: 'centroids',
    inside: { columns: centroids, features: true },
    target: [],
  });

/** The probability that the target is true (or 1), by logistic regression; `ridge` takes half of it times the sum of the squared coefficients off the log-likelihood. */
export const logisticRegression = (options: { readonly ridge?: number; readonly seed?: number } = {}) =>
  learner({
    learner: 'logistic regression',
    options,
    output: { probability: col.real().min(0).max(1) },
    measures: ['auc', 'log_loss', 'brier'],
    part: 'coefficients',
    inside: { columns: coefficients, features: false },
    target: ['boolean', 'integer'],
  });

/** The target as a sum, by least squares. */
export const linearRegression = (options: { readonly seed?: number } = {}) =>
  learner({
    learner: 'linear regression',
    options,
    output: { prediction: col.real() },
    measures: ['r2', 'rmse', 'mae'],
    part: 'coefficients',
    inside: { columns: coefficients, features: false },
    target: ['integer', 'bigint', 'real', 'decimal'],
  });
