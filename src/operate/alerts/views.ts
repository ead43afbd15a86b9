import type { Figure, NoticeKind, NoticeRecord, RunNoticeKind, Verdict } from '../../ports/index.ts';

// What is told of alerts and monitors; JSON, as everything in `operate/views.ts`.

export interface NoticeView {
  readonly id: string;
  readonly kind: NoticeKind | RunNoticeKind;
  /** `channel/member`. */
  readonly to: string;
  readonly state: NoticeRecord['state'];
  readonly tries: number;
  /** When it was written, and delivered or given up. */
  readonly at: string;
  readonly endedAt?: string;
  /** When it is tried again. */
  readonly nextTryAt?: string;
  /** Why it was not taken. */
  readonly error?: string;
}
export interface AlertView {
  readonly alertId: string;
  readonly monitor: string;
  readonly since: string;
  /** Absent while it is open. */
  readonly overAt?: string;
  /** How it was when it was raised, and is now. */
  readonly raised: Figure;
  readonly latest: Figure;
  /** What to look at next, as the monitor says it. */
  readonly next?: string;
  readonly notices: readonly NoticeView[];
}
export interface AlertsView {
  readonly open: readonly AlertView[];
  /** Over, the newest first. */
  readonly recent: readonly AlertView[];
  /** What jobs have told of their runs, the newest first. */
  readonly runs: readonly {
    readonly kind: RunNoticeKind;
    readonly job: string;
    readonly date: string;
    readonly at: string;
    readonly runId?: string;
    readonly what: string;
    readonly notices: readonly NoticeView[];
  }[];
}
/** What became of a test of channels. */
export interface AlertsTestView {
  readonly results: readonly {
    readonly channel: string;
    readonly member: string;
    /** Where it goes, without what is secret. */
    readonly describe: string;
    /** It stands in for what the project says, in this environment. */
    readonly standsIn: boolean;
    readonly ok: boolean;
    readonly error?: string;
  }[];
}
export interface FigureView {
  readonly at: string;
  readonly date: string;
  readonly verdict: Verdict;
  readonly value?: number;
  readonly bound?: number;
  /** The value and the limit as people read them. */
  readonly text?: string;
  readonly limit?: string;
  readonly what: string;
  readonly facts: readonly string[];
  readonly run?: string;
}
export interface MonitorView {
  readonly monitor: string;
  readonly measure: string;
  /** Of what: tables, or a job. */
  readonly of: readonly string[];
  /** `at most 5 %`, or with the name of a setting. */
  readonly limit: string;
  /** `after each run`, or the times of its own. */
  readonly when: string;
  readonly tell?: string;
  readonly next?: string;
  readonly writtenAt: string;
  /** Of the alert that is open. */
  readonly since?: string;
  readonly last?: FigureView;
}
export interface MonitorsView {
  readonly monitors: readonly MonitorView[];
  /** Of the one that was named, the newest first. */
  readonly history?: readonly FigureView[];
}
