// What monitors found, the alerts that came of it, and what is still to be told. Figures and what is told are JSON: they are kept, cross processes,
// and go to webhooks as they are. Times are ISO text in UTC, dates `YYYY-MM-DD`.

/** `unknown`: there is no number yet. `failed`: it could not be measured, which counts as broken. */
export type Verdict = 'held' | 'broken' | 'unknown' | 'failed';

/** One of the things that a monitor measures one by one: a table, a step, a job. */
export interface FigurePart {
  readonly of: string;
  readonly value?: number;
  readonly isBroken: boolean;
}
/** What a monitor found at one time. */
export interface Figure {
  readonly monitor: string;
  readonly at: string;
  readonly verdict: Verdict;
  readonly measure: string;
  /** The worst of its parts, or of all together; times in milliseconds. */
  readonly value?: number;
  readonly sign: '>=' | '<=';
  readonly bound?: number;
  readonly parts: readonly FigurePart[];
  /** In one sentence. */
  readonly what: string;
  /** What a person wants to know beside it, line by line. */
  readonly facts: readonly string[];
  /** Commands that show more. */
  readonly look: readonly string[];
  /** The day that was processed; of a monitor with a time of its own that of its clock. */
  readonly date: string;
  readonly run?: { readonly runId: string; readonly job: string };
  /** By model, of those that it is about, or whose champion it may have taken back: the champion of then. */
  readonly champions?: Readonly<Record<string, string>>;
  /** Of each of them since when it has answered, with those that it goes on from: what was found of one life says nothing of the next. */
  readonly lives?: Readonly<Record<string, string>>;
  /** Rows, or requests, of which it was made, where a good day is counted by them. */
  readonly samples?: number;
}

/** Who is to be told: a channel of the configuration, and one of those whom it has. */
export interface Recipient {
  readonly channel: string;
  readonly member: string;
}
/** A figure on its way into the state, with what is to be done should it change anything. */
export interface Judged {
  /** Of the notices that it may give rise to, and of the alert. */
  readonly noticeId: string;
  readonly alertId: string;
  readonly figure: Figure;
  readonly tell: readonly Recipient[];
  readonly next?: string;
  readonly project: string;
  readonly environment: string;
  /** Jobs that begin when it is raised, with that zone. */
  readonly starts: readonly string[];
  /** Those of them that begin again while it stands, once the time before is done: they cool down. */
  readonly again?: readonly string[];
  readonly zone: string;
}
/**
 * `raised`: the limit is broken, and was not before. `more`: something else is broken too. `still`: it is broken, and nobody was told for long.
 * `over`: it holds again.
 */
export type NoticeKind = 'raised' | 'more' | 'still' | 'over' | 'test';
/** What people are told of a monitor. */
export interface AlertNotice {
  /** The same however often it is sent. */
  readonly id: string;
  readonly kind: NoticeKind;
  readonly alertId: string;
  readonly monitor: string;
  readonly project: string;
  readonly environment: string;
  /** Since when it is, or was, broken. */
  readonly since: string;
  readonly at: string;
  readonly figure: Figure;
  /** What to look at next, as the definition says it. */
  readonly next?: string;
}
/** `not begun`: what keeps it from that may pass. `missed`: nothing is run for the times at which it was due. */
export type RunNoticeKind = 'succeeded' | 'failed' | 'cancelled' | 'not begun' | 'missed';
/** A version that a run has trained, or has made the champion. */
export interface ToldVersion {
  /** As people write it. */
  readonly model: string;
  readonly version: string;
  readonly became: 'champion' | 'refused' | 'waiting';
  /** The champion before, or the one that stays. */
  readonly champion?: string;
  /** Why it is not the champion. */
  readonly why?: string;
  /** Every limit of its gate. */
  readonly limits: readonly {
    readonly measure: string;
    /** Of a family. */
    readonly member?: string;
    readonly sign: '>=' | '<=' | 'no worse';
    readonly bound: number;
    readonly setting?: string;
    /** Absent where it is not known. */
    readonly value?: number;
    /** Why it is not known, where there is more to say. */
    readonly why?: string;
    /** The champion's, on the same rows. */
    readonly champion?: number;
    readonly passed: boolean;
  }[];
}
/** What people are told of a run of a job. */
export interface RunNotice {
  /** The same however often it is sent. */
  readonly id: string;
  readonly kind: RunNoticeKind;
  /** What belongs together: the run, or the time that was due. */
  readonly thread: string;
  readonly job: string;
  readonly project: string;
  readonly environment: string;
  readonly at: string;
  readonly date: string;
  readonly runId?: string;
  readonly seconds?: number;
  /** In one sentence. */
  readonly what: string;
  readonly versions: readonly ToldVersion[];
  /** Those that were built, or failed. */
  readonly steps: readonly {
    readonly step: string;
    readonly state: string;
    readonly seconds?: number;
    readonly in?: number;
    readonly valid?: number;
    readonly invalid?: number;
    readonly duplicates?: number;
    /** Of a model, in the place of these: what it learned from. */
    readonly trainingRows?: number;
  }[];
  /** What a person wants to know beside it, line by line. */
  readonly facts: readonly string[];
  /** Commands that show more. */
  readonly look: readonly string[];
}
/** A notice on its way into the outbox. Who was told of a run what it says already is not told again. */
export interface Telling {
  readonly notice: RunNotice;
  readonly tell: readonly Recipient[];
}
export type Notice = AlertNotice | RunNotice;

export interface NoticeRecord extends Recipient {
  readonly notice: Notice;
  /** `given up`: nobody took it for so long that nothing more is tried. */
  readonly state: 'waiting' | 'delivered' | 'given up';
  readonly createdAt: Temporal.Instant;
  readonly tries: number;
  readonly nextTryAt: Temporal.Instant;
  readonly endedAt?: Temporal.Instant;
  /** Why the last attempt failed. */
  readonly error?: string;
}

export interface AlertRecord {
  readonly alertId: string;
  readonly monitor: string;
  readonly raisedAt: Temporal.Instant;
  readonly overAt?: Temporal.Instant;
  /** Whoever was told last, it was then. */
  readonly toldAt: Temporal.Instant;
  /** By which it was raised, and the newest. */
  readonly raised: Figure;
  readonly latest: Figure;
}
/** What became of a figure, where that is something to tell. */
export interface AlertChange {
  readonly kind: Exclude<NoticeKind, 'test'>;
  readonly alertId: string;
  readonly figure: Figure;
  readonly told: readonly Recipient[];
}

/** Figures, alerts and notices. A figure, the alert that it raises or ends and the notices of that are written in one transaction. */
export interface AlertStore {
  /** Those of no run, or of one that goes on; those of a run that ends are written by `finish`. Throws OWNED_ELSEWHERE for one who does not own the state. */
  judge(holder: string, judged: readonly Judged[], now: Temporal.Instant): Promise<readonly AlertChange[]>;
  /** The newest of each monitor. */
  newest(): Promise<ReadonlyMap<string, Figure>>;
  /** Ends alerts of monitors that are defined no more; nobody is told. */
  retire(holder: string, defined: readonly string[], now: Temporal.Instant): Promise<void>;
  /** Newest first. */
  figures(filter: { readonly monitor: string; readonly limit: number }): Promise<readonly Figure[]>;
  /** Newest first. */
  alerts(filter: { readonly open?: boolean; readonly limit: number }): Promise<readonly AlertRecord[]>;
  /** Of these alerts, or runs, in the order in which they were written. */
  notices(alertIds: readonly string[]): Promise<readonly NoticeRecord[]>;
  /** Of a run that could not be begun. Throws OWNED_ELSEWHERE for one who does not own the state. */
  tell(holder: string, telling: Telling, now: Temporal.Instant): Promise<void>;
  /** So many of runs, each with all who are told; newest first. */
  ofRuns(filter: { readonly limit: number }): Promise<readonly NoticeRecord[]>;
  /** Not yet delivered, or given up; the oldest first. */
  undelivered(filter: {
    readonly state: 'waiting' | 'given up';
    readonly limit: number;
  }): Promise<readonly NoticeRecord[]>;
  /**
   * Those whose time has come, each counted as tried; an owner takes the next when it has settled these. What a former owner took and did not settle is
   * among them at once. Throws OWNED_ELSEWHERE for one who does not own the state.
   */
  take(holder: string, now: Temporal.Instant, limit: number): Promise<readonly NoticeRecord[]>;
  /** What became of one that was taken. */
  settle(
    taken: Recipient & { readonly id: string },
    how:
      | { readonly state: 'delivered' | 'given up'; readonly error?: string }
      | { readonly state: 'waiting'; readonly error: string; readonly nextTryAt: Temporal.Instant },
    now: Temporal.Instant,
  ): Promise<void>;
}
