import type { Meaning } from '../plan/index.ts';
import type { StepView } from './views.ts';
import type { PlanReason } from './why.ts';

/** A changed definition. */
export interface DriftView {
  /** `catalog.schema.table`. */
  readonly step: string;
  readonly label: string;
  /** `rebuild`: the rows that are there would be computed or judged otherwise. `fill`: they lack columns that are new. `alter`: they are right as they are. `nothing`: no row is another one. `destroy`: stored values would be lost. */
  readonly means: Meaning | 'destroy';
  /** Of the definition: `column n`, `rows` (its query), `write`, `rule x`, `view x`, `file x` and others. */
  readonly aspects: readonly string[];
  /** The same in words; nothing where the definition of before is not known. */
  readonly what: readonly string[];
  /** The run itself gives it to all rows. */
  readonly byRun?: boolean;
  /** Why the rows that are there cannot be had once more. */
  readonly kept?: string;
  /** The command that does it. */
  readonly next?: string;
  /** How many would be lost. */
  readonly values?: number;
}
export interface LeftBehindView {
  readonly table: string;
  readonly kind: 'table' | 'view';
  /** With those of the tables beside it. */
  readonly rows?: number;
  /** Tables that stand beside it, such as that of its invalid rows. */
  readonly beside: readonly string[];
  /** The command that drops them. */
  readonly next: string;
}

export interface PlanView {
  readonly job: string;
  readonly date: string;
  readonly logicalTime: string;
  readonly zone: string;
  readonly environment: string;
  readonly standIns: readonly string[];
  readonly steps: readonly (StepView & {
    readonly mode: string;
    /** Why the run evaluates it, or does not; `why` says the same in words. */
    readonly reason: PlanReason;
    readonly why: string;
    readonly reads: readonly string[];
  })[];
  /** What each definition that has changed means for the rows that are there. */
  readonly changed: readonly DriftView[];
  /** Tables of the project that no definition names any more. */
  readonly leftBehind: readonly LeftBehindView[];
  /** Models whose champion it takes back, if an alert is open about it. */
  readonly rollback: readonly string[];
  /** Tables that a stream or another job writes, read as they are. */
  readonly readsOnly: readonly string[];
  /** What `esteira setup` would do first; a run stops while there is any. */
  readonly setup: readonly string[];
}
