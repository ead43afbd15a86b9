import type { Columns, Vector } from '../columns/index.ts';

/** A pickled pipeline, and the rows that the original is asked about before it is converted. */
export interface ConversionAsked {
  /** On this machine. */
  readonly file: string;
  /** Its features, in the order of the model. */
  readonly features: Columns;
  /** Rows, by feature: those that the model learns from, or made of the columns' rules where there are none. */
  readonly rows: number;
  readonly columns: Readonly<Record<string, Vector>>;
  /** What is pickled is loaded although its scan found what is not on the list. */
  readonly isUnscanned?: boolean;
  readonly signal?: AbortSignal;
  readonly progress?: (text: string) => void;
}

/** What was found in a pickled file without loading it. */
export interface Scan {
  readonly opcodes: number;
  /** `sklearn.linear_model._logistic.LogisticRegression`. */
  readonly globals: readonly string[];
  /** Those that are not on the list: it is not loaded then. */
  readonly refused: readonly string[];
  /** Why it is no pickle that could be loaded, whatever it names: it is cut, computes names, says lengths that it does not have. */
  readonly broken?: string;
  /** As the file says: `1.5.2`. */
  readonly sklearn?: string;
}

export interface Converted {
  readonly onnx: Uint8Array;
  /** What the original says of each row: as many columns as the output has. */
  readonly original: readonly Float64Array[];
  /** Classes of a classifier, in the order of its probabilities. */
  readonly classes?: readonly (string | number | boolean)[];
  readonly scan: Scan;
  /** `{ python: '3.11.7', 'scikit-learn': '1.5.2', skl2onnx: '…' }`. */
  readonly versions: Readonly<Record<string, string>>;
  /** How it was kept apart from this machine while it was loaded: `own network, files and users`. */
  readonly isolation: string;
}

/** Converts pipelines of scikit-learn, in a process that can do nothing else. */
export interface Converter {
  /** Without loading anything. */
  scan(file: string): Promise<Scan>;
  /** Throws a coded error: IMPORT_REFUSED, IMPORT_FAILED, ENGINE_MISSING. */
  convert(asked: ConversionAsked): Promise<Converted>;
  /** Why nothing can be converted here, and what to do; nothing when it can. */
  missing(): Promise<{ readonly what: string; readonly next: string } | undefined>;
}
