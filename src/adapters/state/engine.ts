import type { Kysely } from 'kysely';
import type { ProcessLock } from '../../ports/index.ts';
import type { Tables } from './tables.ts';

export type State = Kysely<Tables>;
export type Work<Result> = (state: State) => Promise<Result>;

/**
 * What a transaction does, and so what it must exclude and wait for. `take`: draws tokens and writes leases, alone. `write`: holds for as long as its
 * token does, so nothing is taken meanwhile. `receipt`: the same, for what the warehouse proves or nobody acts on: the disk is not waited for.
 */
export type Purpose = 'take' | 'write' | 'receipt';

/** One database that keeps a state: what its dialect and its client do in their own way. */
export interface Engine {
  readonly describe: string;
  /** Committed when `work` has ended, rolled back when it throws; `work` may be done again, and then finds nothing of the first time. */
  transaction<Result>(purpose: Purpose, work: Work<Result>): Promise<Result>;
  read<Result>(work: Work<Result>): Promise<Result>;
  /** All that is read there is as it was when this resolved, whatever is written meanwhile, by whomever; nobody waits for it. */
  snapshot(): Promise<{ readonly state: State; end(): Promise<void> }>;
  /** The one clock by which leases run out. */
  now(state: State): Promise<Temporal.Instant>;
  /**
   * Where a lock of the kernel says whether an owner lives: nothing when another process has it. Without such a lock an owner lives until its
   * lease runs out.
   */
  readonly lock?: () => Promise<ProcessLock | undefined>;
  close(): Promise<void>;
}
