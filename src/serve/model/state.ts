import type { NamedVersion, Receipt, Result } from './receipt.ts';

/** For `/<name>/health`, and what the reload path shows. */
export interface ModelsState {
  readonly model: string;
  readonly served?: NamedVersion & {
    readonly since: string;
    /** Since it answers. */
    readonly servedSeconds: number;
    readonly inFlight: number;
    /** The date of the run that trained it. */
    readonly trainedFor: string;
  };
  /** What is published, where that is not served; and why. */
  readonly wanted?: Partial<NamedVersion> & {
    readonly is: Result;
    readonly why: string;
    readonly next: string;
    readonly at: string;
  };
  readonly isWanted: boolean;
  readonly isReloading: boolean;
  readonly looked?: string;
  readonly next?: string;
  readonly away?: { readonly since: string; readonly tries: number; readonly error: string };
  /** The last swap, or the last version that was refused. */
  readonly last?: Receipt;
  readonly results: Readonly<Partial<Record<Result, number>>>;
}
