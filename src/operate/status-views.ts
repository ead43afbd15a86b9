import type { Drift, RunState } from '../ports/index.ts';
import type { FrozenModelView, RetrainView } from './models/views.ts';
import type { OwedView } from './publish/views.ts';
import type { TickView } from './schedule/views.ts';
import type { ChangesView, RunView } from './views.ts';

/** An endpoint as its processes have written of themselves, at most some minutes ago. */
export interface EndpointView {
  readonly endpoint: string;
  /** Those that live. */
  readonly processes: readonly {
    readonly process: string;
    readonly address?: string;
    readonly version?: string;
    /** When it began, where that was today. */
    readonly since?: string;
    /** What is published and not served by it, why, and what a person does about it. */
    readonly unserved?: { readonly is: string; readonly why: string; readonly next: string };
  }[];
  /** When one was heard of last. */
  readonly seen?: string;
  /** That one went without a word. */
  readonly isLost?: boolean;
  /** Of today, in UTC. */
  readonly requests: number;
  readonly fallbacks: number;
  readonly failed: number;
  /** By result. */
  readonly reloads: Readonly<Record<string, number>>;
  /** Why nothing is known. */
  readonly trouble?: string;
}

export interface StatusView {
  readonly environment: string;
  readonly endpoints: readonly EndpointView[];
  /** Absent where nobody has the project open but the one who asks. */
  readonly owner?: { readonly pid: number; readonly since: string; readonly command: string };
  readonly running: readonly RunView[];
  /** Their processes died or were stopped: the next run of the job, the next start or `resume` goes on with them. */
  readonly interrupted: readonly RunView[];
  readonly jobs: readonly {
    readonly job: string;
    readonly when: string;
    readonly last?: {
      readonly runId: string;
      readonly date: string;
      readonly state: RunState;
      readonly finishedAt?: string;
    };
    /** The newest run of a part of the job, where it is newer. */
    readonly lastPart?: {
      readonly job: string;
      readonly runId: string;
      readonly date: string;
      readonly state: RunState;
      readonly finishedAt?: string;
    };
    /** The next tick, ISO; absent for jobs by hand. */
    readonly next?: string;
  }[];
  /** Due, and not yet done; the oldest first. */
  readonly waiting: readonly TickView[];
  /** Times for which nothing was run, newest first. */
  readonly missed: readonly TickView[];
  /** How files differ from what their sources declare, by the newest publication of each table. */
  readonly drift: readonly Drift[];
  readonly alerts: {
    readonly open: readonly { readonly monitor: string; readonly since: string; readonly what: string }[];
    /** Notices that wait to be delivered, and that nobody took for so long that they were given up. */
    readonly waiting: number;
    readonly givenUp: number;
  };
  /** Models that should be trained again, and why; nothing trains them by itself. */
  readonly retrain: readonly RetrainView[];
  readonly frozen: readonly FrozenModelView[];
  /** Champions that a store of models does not have yet; they are tried again. */
  readonly owed: readonly OwedView[];
  /** Tables of which rows wait: for people, or, approved, for a run. As of the last time that somebody looked. */
  readonly approvals: readonly WaitView[];
  /** Jobs that follow changes. */
  readonly changes: readonly ChangesView[];
}

/** Rows of a table that people are to let through, and those that they have let through and no run has applied yet. */
export interface WaitView {
  readonly name: string;
  readonly group: string;
  readonly waiting: number;
  readonly approved: number;
  /** When the oldest of those that wait for people was proposed. */
  readonly since?: string;
}
