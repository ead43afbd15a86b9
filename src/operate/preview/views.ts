import type { VersionAbout } from '../../registry/about.ts';
import type { Fire, Unfired } from './fires.ts';

/** When a job would have begun, and what it would have come to. */
export interface RetrainView {
  readonly job: string;
  readonly when: string;
  /** Dates, both included. */
  readonly from: string;
  readonly to: string;
  /** Of monitors whose alerts begin it: on how many days each was what, or why that cannot be known. */
  readonly monitors: readonly {
    readonly monitor: string;
    readonly held?: number;
    readonly broken?: number;
    readonly unknown?: number;
    /** Of the newest of the days that are not known; or of all of them, where none can be. */
    readonly why?: string;
  }[];
  readonly fires: readonly Fire[];
  readonly unfired: readonly Unfired[];
  readonly trials: readonly TrialView[];
}
/** What a training of a date would have come to. */
export interface TrialView {
  readonly model: string;
  /** The day on which the job would have begun, and the date that it would have been for. */
  readonly on: string;
  readonly date: string;
  /** Why there is nothing to judge, or why its gate would have refused it. */
  readonly why?: string;
  readonly rows?: number;
  /** Its gate lets it pass. */
  readonly passed?: boolean;
  /** The date of the model that it is compared with; absent where there was none. */
  readonly beside?: string;
  readonly limits?: VersionAbout['gate']['limits'];
}
