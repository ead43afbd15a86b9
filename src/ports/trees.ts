/** Rows to grow trees on, as numbers; NaN where a value is missing. */
export interface TreesJob {
  readonly columns: readonly Float64Array[];
  /** Numbers of the columns that are categories. */
  readonly categories: readonly number[];
  readonly target: Float32Array;
  readonly weights?: Float32Array | undefined;
  /** Of a ranking: rows of each request, which stand together. */
  readonly groups?: Int32Array | undefined;
  /** What each row begins with, when training goes on from another model. */
  readonly scores?: Float64Array | undefined;
  /** By LightGBM's names. */
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly rounds: number;
}

/** Why an engine cannot be used here, and what to do. */
export interface Missing {
  readonly reason: 'no koffi' | 'no library' | 'wrong library';
  readonly what: string;
  readonly next: string;
}

/** Grows trees elsewhere than in this process; gives a model.txt of LightGBM. Throws TreesEngineFailed. */
export interface TreesEngine {
  /** Nothing when it can be used. */
  missing(): Promise<Missing | undefined>;
  grow(
    job: TreesJob,
    of: {
      readonly signal?: AbortSignal | undefined;
      readonly progress?: ((done: number, of: number) => void) | undefined;
    },
  ): Promise<string>;
}

/** It cannot be used, or has failed: `message` says what happened. */
export class TreesEngineFailed extends Error {
  override readonly name = 'TreesEngineFailed';
  readonly reason: Missing['reason'] | 'failed';
  readonly next: string;

  constructor({ reason, what, next }: Omit<Missing, 'reason'> & Pick<TreesEngineFailed, 'reason'>) {
    super(what);
    this.reason = reason;
    this.next = next;
  }
}
