import type { ElasticityModel } from '../elasticity/predict.ts';
import type { Encoding, FeatureColumn, Missing, Sums } from '../features.ts';
import type { Bound } from '../onnx/bound.ts';
import type { Runtime } from '../onnx/session.ts';
import type { Elsewhere } from '../trees/train.ts';
import type { Brought } from './brought.ts';
import type { Refining } from './refining.ts';

/** What a model has learned, as it is kept: plain numbers and texts. */
export type Parameters =
  | {
      readonly learner: 'kmeans';
      readonly encoding: Encoding;
      readonly means: readonly number[];
      readonly deviations: readonly number[];
      /** Standardised, one centre after the other. */
      readonly centres: readonly number[];
      /** What each centre is called, across retrainings. */
      readonly numbers: readonly number[];
    }
  | {
      readonly learner: 'logistic regression' | 'linear regression';
      readonly encoding: Encoding;
      /** The intercept first. NaN is not kept: what others determine has 0. */
      readonly coefficients: readonly number[];
    }
  | {
      readonly learner: 'price elasticity';
      readonly model: ElasticityModel;
    }
  | {
      readonly learner: 'boosted trees' | 'regression trees' | 'lambdamart' | 'imported' | 'external';
      /** LightGBM's model.txt. */
      readonly text: string;
    }
  | {
      readonly learner: 'imported' | 'external';
      /** A model of the ONNX format, as base64. */
      readonly onnx: string;
      readonly bound: Bound;
    };
/** What the engine of a warehouse can compute; anything else is predicted here. */
export type Spelled = Exclude<
  Parameters,
  { readonly text: string } | { readonly onnx: string } | { readonly model: ElasticityModel }
>;

export interface Summed {
  readonly sums: Sums;
  /** 1: what is summed there is of rows that are kept to judge with. */
  readonly held: Uint8Array;
}

/** One member's training rows, and how it is to learn from them. */
export interface Lesson<Options = Readonly<Record<string, unknown>>> {
  readonly options: Options;
  readonly features: readonly { readonly name: string; readonly missing?: Missing }[];
  readonly columns: Readonly<Record<string, FeatureColumn>>;
  /** Columns that training rows have and rows which are predicted do not. */
  readonly beside?: Readonly<Record<string, FeatureColumn>>;
  readonly target?: FeatureColumn;
  /** All rows as a warehouse has summed them; `columns` have only those that judge, or that say what sums do not. */
  readonly summed?: Summed;
  /** Rows of one request have the same. */
  readonly group?: FeatureColumn;
  /** Columns across which it is judged, features or not. */
  readonly across?: Readonly<Record<string, FeatureColumn>>;
  /** 1: a row is kept to judge with. */
  readonly held?: Uint8Array;
  /** 1, of those that are held: the champion was not made of it. Absent: it was made of none of them, or nobody knows. */
  readonly fresh?: Uint8Array;
  /** 1, of those that are not held: judges each round where training may stop early. */
  readonly watching?: Uint8Array;
  /** The champion's, of the same member. */
  readonly former?: Parameters;
  /** The date of the run that trained the champion. */
  readonly formerDate?: string;
  /** Goes on from that; or says why not. */
  readonly refine?: Refining;
  readonly progress?: (done: number, of: number) => void;
  /** Grows trees where the options ask for another engine. */
  readonly elsewhere?: Elsewhere;
  /** What was learned elsewhere, and is taken in. */
  readonly brought?: Brought;
  /** Carries out models of the ONNX format. */
  readonly onnx?: Runtime;
  /** What is predicted, by name. */
  readonly outputs?: readonly string[];
}

/** What a model comes to for each value of a column, by what was kept to judge with. */
export interface Segments {
  readonly column: string;
  /** Of a ranking: how much a candidate is seen on average. */
  readonly exposure?: number;
  readonly values: readonly {
    readonly value: string;
    readonly samples: number;
    readonly measures: Readonly<Record<string, number>>;
    /** Of a ranking: requests that show such a candidate, and how much these are seen on average. */
    readonly shown?: { readonly requests: number; readonly exposure: number };
  }[];
}

export interface Learned {
  readonly parameters: Parameters;
  /** Rows of the table inside the model. */
  readonly inside: readonly Readonly<Record<string, number | string | null>>[];
  readonly rows: number;
  readonly held: number;
  /** What it was judged on, where that is not rows: requests. */
  readonly samples?: number;
  /** Rows that were left out, by the feature that was missing. */
  readonly left: Readonly<Record<string, number>>;
  readonly measures: Readonly<Record<string, number>>;
  /** The same for each value of columns. */
  readonly segments?: readonly Segments[];
  /** Why some measures are not known. */
  readonly unknown?: Readonly<Record<string, string>>;
  /** Why nothing is measured: no row is there to judge with. */
  readonly unjudged?: string;
  /** Why a champion that there is cannot be judged on these rows. */
  readonly incomparable?: string;
  /** Of the champion, on the same rows, without those that it was made of. */
  readonly champion?: Readonly<Record<string, number>>;
  /** The same of what was learned, where there are such rows. */
  readonly beside?: Readonly<Record<string, number>>;
  /** How many samples the two were compared on. */
  readonly compared?: number;
  readonly moved?: {
    readonly rows: readonly { readonly from: number; readonly to: number; readonly rows: number }[];
    readonly fresh: readonly number[];
    readonly gone: readonly number[];
  };
  /** Trees that it went on from, and that it has added to them; or why it did not. */
  readonly refined?: { readonly trees: number; readonly added: number } | { readonly anew: string };
}
