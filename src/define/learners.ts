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
  readonly learner:
    | 'kmeans'
    | 'logistic regression'
    | 'linear regression'
    | 'boosted trees'
    | 'regression trees'
    | 'lambdamart'
    | 'price elasticity'
    | 'imported'
    | 'external';
  readonly options: Readonly<Record<string, unknown>>;
  readonly output: Out;
  readonly measures: readonly Named[];
  readonly part: Part;
  readonly inside: In;
  /** Kinds of the column that it learns to predict; none: it needs no target. */
  readonly target: readonly string[];
  /** Its rows belong to requests. */
  readonly grouped?: true;
  /** It learns from what is missing, too. */
  readonly missing?: true;
  /** What it has learned can be gone on from. */
  readonly refines?: true;
  /** It is not learned here but brought, as a file or by a program. */
  readonly brought?: 'file' | 'program';
  /** Columns that its options name: its features, each once, and others. */
  readonly named?: readonly NamedColumn[];
  /** It predicts tables only, and stands behind no endpoint. */
  readonly tablesOnly?: true;
  /** It may be used without a target: it is not judged by one then. */
  readonly freely?: true;
  /** It predicts in this process, not in the engine: how long that takes can be measured. */
  readonly inProcess?: true;
}

/** What an option says of a column. */
interface NamedColumn {
  readonly option: string;
  readonly column: string;
  readonly kinds: readonly string[];
  /** No feature: it is learned from, and rows that are predicted need not have it. */
  readonly beside?: true;
}
/** Columns that are learned from and are no features. */
export const besideOf = ({ named = [] }: Learner): readonly string[] =>
  named.filter(({ beside }) => beside).map(({ column }) => column);

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

/** How probabilities are judged: `calibration_error` over ten bins, `lift_top_decile` by the ones among the highest tenth. */
const ofChances = ['auc', 'log_loss', 'brier', 'calibration_error', 'lift_top_decile'] as const;

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
    measures: ofChances,
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

/** Every default is LightGBM's; the names of its parameters are those in `quotes`. */
interface Trees {
  /** Rounds, a tree each (`num_iterations`). Default 100. */
  readonly trees?: number;
  /** Of a tree, at most (`num_leaves`). Default 31. */
  readonly leaves?: number;
  /** `learning_rate`; default 0.1. */
  readonly rate?: number;
  /** `max_depth`; default: no limit. */
  readonly depth?: number;
  /** `min_data_in_leaf`; default 20. */
  readonly rowsInLeaf?: number;
  /** `min_sum_hessian_in_leaf`, default 0.001; `min_gain_to_split`, default 0; `max_bin`, default 255. */
  readonly weightInLeaf?: number;
  readonly gainToSplit?: number;
  readonly bins?: number;
  /** `lambda_l1`, `lambda_l2`; default 0. */
  readonly l1?: number;
  readonly l2?: number;
  /** Share of the rows (`bagging_fraction`) and of the features (`feature_fraction`) that a tree is made of; default 1. */
  readonly bagging?: number;
  readonly features?: number;
  /** Rounds after which other rows are drawn (`bagging_freq`); default 1. */
  readonly baggingEvery?: number;
  /** Stops after so many rounds without anything better on a tenth of the training rows; default: never. */
  readonly stopAfter?: number;
  /** Of jobs that refine it: trees that each run adds to the champion's (default: a tenth of `trees`), and how many there may be (default: four times `trees`). */
  readonly refine?: { readonly trees?: number; readonly most?: number };
  /** LightGBM's own library grows the trees, where it is installed; default: Esteira does. */
  readonly engine?: 'native';
  readonly seed?: number;
}
/** Of trees: how many a training makes at most, how many a refinement adds to those, and how many there may be then. */
export function refiningOf(options: Learner['options']): {
  readonly trees: number;
  readonly added: number;
  readonly most: number;
} {
  const { trees = 100, refine = {} } = options as Pick<Trees, 'trees' | 'refine'>;
  return { trees, added: refine.trees ?? Math.ceil(trees / 10), most: refine.most ?? 4 * trees };
}

/** One row for each feature: how much better its divisions made the fit, and how many there are. */
const importance = { feature: col.text().key(), gain: col.real(), splits: col.integer() };
const inTrees = {
  part: 'importance',
  inside: { columns: importance, features: false },
  missing: true,
  refines: true,
  inProcess: true,
} as const;

/** The probability that the target is true (or 1), by gradient boosted trees in LightGBM's format. */
export const boostedTrees = (options: Trees = {}) =>
  learner({
    ...inTrees,
    learner: 'boosted trees',
    options: { ...options },
    output: { probability: col.real().min(0).max(1) },
    measures: ofChances,
    target: ['boolean', 'integer'],
  });
/** The target as a number, by gradient boosted trees. */
export const regressionTrees = (options: Trees = {}) =>
  learner({
    ...inTrees,
    learner: 'regression trees',
    options: { ...options },
    output: { prediction: col.real() },
    measures: ['rmse', 'mae'],
    target: ['integer', 'bigint', 'real', 'decimal'],
  });
/** LightGBM's LambdaMART: the candidates of a request in their order. `at`: the cut-offs that it is judged at; the last decides when to stop early. */
export const lambdaMart = <const At extends number>(
  options: Trees & {
    readonly at: readonly At[];
    /** Pairs count when one of them is among so many first ones (`lambdarank_truncation_level`); default 30. */
    readonly truncation?: number;
  },
) =>
  learner({
    ...inTrees,
    learner: 'lambdamart',
    options: { ...options },
    output: { score: col.real() },
    measures: options.at.flatMap((cut) => [`ndcg_at_${cut}`, `hit_at_${cut}`] as const),
    target: ['integer', 'boolean'],
    grouped: true,
  });

const [words, numbers, truths] = [['text', 'integer', 'bigint'], ['integer', 'bigint', 'real', 'decimal'], ['boolean']];
const beside = (column: NamedColumn): NamedColumn => ({ ...column, beside: true });
/** A number that may not be known. */
const unsure = () => col.real().optional();
/** One row for each product; `own_…` is of its own days alone, `naive` of the logarithms of units and price with nothing else held. */
const elasticities = {
  elasticity: unsure(),
  elasticity_low: unsure(),
  elasticity_high: unsure(),
  std_error: unsure(),
  elasticity_then: unsure(),
  elasticity_then_low: unsure(),
  elasticity_then_high: unsure(),
  own_elasticity: unsure(),
  own_std_error: unsure(),
  elasticity_naive: unsure(),
  naive_low: unsure(),
  naive_high: unsure(),
  rival_elasticity: unsure(),
  rival_std_error: unsure(),
  rival_reaction: unsure(),
  reaction_std_error: unsure(),
  days_used: col.integer(),
  days_sold_out: col.integer(),
  days_without_stock: col.integer(),
  days_without_sale: col.integer(),
  trustworthy: col.boolean(),
};

/**
 * By how many percent a product's demand moves with one percent of its price: log-log demand for each product, with events, seasons, the rival's price and stock
 * held, drawn towards the mean of all products. The naive elasticity, of units and price alone, stands beside it. The target is the units sold.
 */
export const priceElasticity = <const By extends string>(options: {
  /** A product is what has the same values in these columns: texts, or whole numbers. */
  readonly by: By | readonly By[];
  readonly price: string;
  /** The price of whoever it competes with; where it is missing, the day counts without it. */
  readonly rival?: string;
  /** True on days on which people buy for another reason than the price. */
  readonly events?: readonly string[];
  /** Each value of these has a level of its own: the month, the day of the week. */
  readonly season?: readonly string[];
  /** True where stock ran out on that day: demand was at least what was sold. No feature: it is asked of training rows only. */
  readonly outOfStock?: string;
  /** True where there was nothing to sell from the start of the day, which then says nothing. No feature either. */
  readonly withoutStock?: string;
  /** Of a day in stock without a sale: demand was below so many units (default 0.5), or the day is left out. */
  readonly noSale?: number | 'leave out';
  /** Of all intervals; default 0.95. */
  readonly level?: number;
  /** Days that count without which an elasticity is not trustworthy; default 60. */
  readonly least?: number;
  /** The standard error of a product's own estimate above which its elasticity is not trustworthy, whatever those of others say; default 1. */
  readonly mostError?: number;
  /** The day of a row, a date: with it standard errors allow for days that resemble their neighbours. It is asked of training rows only. */
  readonly day?: string;
  /** The last of so many days have a level of their own, which later ones are expected to have: people may have changed. Where it is seen that they have, it is that of all days since. It needs `day`. */
  readonly recent?: number;
  /** Within so many days a rival's price follows the own; default 7 where `day` is known, and 0, on the same day, where it is not. It needs `day`. */
  readonly answerDays?: number;
}) => {
  const { by, price, rival, events = [], season = [], outOfStock, withoutStock, day } = options;
  const names = (typeof by === 'string' ? [by] : by) as readonly By[];
  const text = () => col.text().key();
  const product = Object.fromEntries(names.map((name) => [name, text()])) as {
    readonly [N in By]: ReturnType<typeof text>;
  };
  const named = (option: string, kinds: readonly string[], columns: readonly (string | undefined)[]): NamedColumn[] =>
    columns.filter((column) => column !== undefined).map((column) => ({ option, column, kinds }));
  return learner({
    learner: 'price elasticity',
    options: { ...options },
    output: {
      expected_units: col.real().min(0).optional(),
      expected_units_low: col.real().min(0).optional(),
      expected_units_high: col.real().min(0).optional(),
      elasticity: unsure(),
      elasticity_low: unsure(),
      elasticity_high: unsure(),
      elasticity_then: unsure(),
      elasticity_then_low: unsure(),
      elasticity_then_high: unsure(),
      elasticity_naive: unsure(),
      rival_elasticity: unsure(),
      rival_reaction: unsure(),
      days_used: col.integer(),
      trustworthy: col.boolean(),
    },
    measures: ['mape', 'wape', 'bias', 'interval_coverage', 'trustworthy_share'],
    part: 'elasticities',
    inside: { columns: { ...product, ...elasticities }, features: false },
    target: ['integer', 'bigint', 'real', 'decimal'],
    missing: true,
    named: [
      ...named('by', words, names),
      ...named('price', numbers, [price]),
      ...named('rival', numbers, [rival]),
      ...named('events', truths, events),
      ...named('season', words, season),
      ...named('outOfStock', truths, [outOfStock]).map(beside),
      ...named('withoutStock', truths, [withoutStock]).map(beside),
      ...named('day', ['date'], [day]).map(beside),
    ],
    tablesOnly: true,
  });
};

/** How a model from elsewhere agreed with itself before it was converted. */
const agreement = { measure: col.text().key(), value: col.real() };
const elsewhere = {
  part: 'agreement',
  inside: { columns: agreement, features: false },
  missing: true,
  inProcess: true,
} as const;

/**
 * A model that was trained elsewhere: a pipeline of scikit-learn (`.joblib`, `.pkl`), `.onnx`, or LightGBM's `model.txt`, below the project's folder or
 * given to `esteira models import`. Training takes it in: what is pickled is scanned, converted once, and compared with the original row by row. `output`:
 * of a classifier the probability of its second class, or of `positive`; several columns are its classes in their order; of a regression its value.
 */
export const imported = <Out extends Columns>(
  file: string,
  options: { readonly output: Out; readonly positive?: string | number | boolean },
) => {
  const { output, ...rest } = options;
  return learner({
    ...elsewhere,
    learner: 'imported',
    brought: 'file',
    freely: true,
    options: { file, ...rest },
    output,
    measures: ['max_difference', 'mean_difference', 'rows_compared', ...ofChances, 'rmse', 'mae'],
    target: ['boolean', 'integer', 'bigint', 'real', 'decimal'],
  });
};

/**
 * Training by a program of yours: `external(['python3', 'train.py'], …)`. In the folder that it is given as ESTEIRA_TRAINING stand `rows.parquet` (the rows
 * to learn from, without those that are kept to judge with) and `training.json` (features, target, options); it leaves `model.onnx` or `model.txt` there. What
 * it prints is the run's log; with another exit code than 0 the training has failed.
 */
export const external = <Out extends Columns>(
  command: readonly [string, ...string[]],
  options: {
    readonly output: Out;
    readonly positive?: string | number | boolean;
    /** Names of variables that the program is given; it has no others but PATH, HOME and TMPDIR. */
    readonly variables?: readonly string[];
    /** Of the program's choosing: handed on in `training.json`. */
    readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  },
) => {
  const { output, ...rest } = options;
  return learner({
    ...elsewhere,
    learner: 'external',
    brought: 'program',
    options: { command, ...rest },
    output,
    measures: [...ofChances, 'rmse', 'mae'],
    target: ['boolean', 'integer', 'bigint', 'real', 'decimal'],
  });
};
