import type { Held } from './state.ts';

/**
 * `edited`: somebody has changed it, and somebody else is to answer · `approved once`: a second person is to answer, too · `approved`: a run applies it ·
 * `replaced`: another row has come in the place of its row, or none.
 */
export type LineState =
  | 'proposed'
  | 'edited'
  | 'approved once'
  | 'approved'
  | 'rejected'
  | 'applied'
  | 'expired'
  | 'replaced';

/** Values of a row by column, as JSON says them: times, days, decimals and numbers beyond a double as text. */
export type LineValues = Readonly<Record<string, string | number | boolean | null>>;

/** A row of a table that people are to let through. */
export interface NewLine {
  /** Of this row alone: another row of the same key is another line. */
  readonly line: string;
  /** A hash of its key. */
  readonly subject: string;
  /** A hash of all that it says. */
  readonly content: string;
  readonly row: LineValues;
  readonly proposedAt: Temporal.Instant;
  /** Without an answer until then it is none any more. */
  readonly expiresAt?: Temporal.Instant;
  /** The rule by which it approves itself. */
  readonly rule?: string;
}

/** A line as it stands. */
export interface Line extends NewLine {
  readonly approval: string;
  /** In the order in which lines were proposed. */
  readonly number: number;
  readonly state: LineState;
  /** Counted with every change: whoever answers says which one they have seen. */
  readonly version: number;
  /** Columns that somebody has changed. */
  readonly edited: LineValues;
  /** Whoever has changed one of them. */
  readonly editors: readonly string[];
  /** Who has approved what stands now. */
  readonly approvers: readonly string[];
  readonly reason?: string;
  readonly decidedAt?: Temporal.Instant;
  /** The run that applies it: from then on nobody changes it. */
  readonly runId?: string;
}

/** One entry of the audit: what a line became, by whom. */
export interface LineEvent {
  readonly version: number;
  readonly at: Temporal.Instant;
  readonly by: string;
  readonly state: LineState;
  readonly edited: LineValues;
  readonly reason?: string;
}

/** What somebody wants a line to become, who has seen it as `seen`. */
export interface LineChange {
  readonly line: string;
  readonly seen: number;
  readonly state: 'edited' | 'approved once' | 'approved' | 'rejected';
  readonly edited: LineValues;
  readonly editors: readonly string[];
  readonly approvers: readonly string[];
  readonly by: string;
  readonly reason?: string;
}
/** `changed`: it is another than was seen · `over`: nothing is to be decided about it any more. With the line as it stands. */
export type LineChanged =
  | { readonly is: 'done'; readonly line: Line }
  | { readonly is: 'changed' | 'over'; readonly line: Line }
  | { readonly is: 'unknown' };

/** How far the rows of a table were proposed. */
export interface LinesRead {
  readonly upTo: bigint;
  readonly generation: string;
  /** The one that had that number then. Absent where the table had none yet, and where an older Esteira has read. */
  readonly publication?: { readonly runSeq: bigint; readonly token: bigint };
  /** How often it was found that the warehouse had lost what was read of it. */
  readonly restored: number;
}

/** What was proposed to people, what they answered, and what became of it. */
export interface ApprovalStore {
  /** Absent where nothing was proposed yet. */
  read(approval: string): Promise<LinesRead | undefined>;
  /**
   * One transaction. A line in the place of one that is open replaces it, unless it says the same; what says the same as one that was answered is not asked
   * again. `gone`: subjects of which no row is to be answered any more. False, and nothing done, where somebody else has read on from `since` already.
   */
  propose(
    approval: string,
    proposed: {
      readonly lines: readonly NewLine[];
      readonly gone: readonly string[];
      readonly since: LinesRead | undefined;
      readonly read: LinesRead;
      readonly now: Temporal.Instant;
    },
  ): Promise<boolean>;
  /** Each for itself, in one transaction: of two people who have seen the same the second is told what the first has done. In the order of `changes`. */
  change(approval: string, changes: readonly LineChange[], now: Temporal.Instant): Promise<readonly LineChanged[]>;
  /** Ends the lines whose time is over; how many. */
  expire(approval: string, now: Temporal.Instant): Promise<number>;
  /** All lines that are approved and not applied; from now on nobody changes them. Throws FENCED. */
  take(held: Held, approval: string): Promise<readonly Line[]>;
  /** These stand among the rows that were let through, whatever was known of them here. Throws FENCED. */
  applied(held: Held, approval: string, lines: readonly string[], now: Temporal.Instant): Promise<void>;
  /** Of those that were taken: they are none of the rows that are to be let through any more. Throws FENCED. */
  leftOut(held: Held, approval: string, lines: readonly string[], now: Temporal.Instant): Promise<void>;
  /** In the order in which they were proposed. */
  lines(filter: {
    readonly approval: string;
    readonly states?: readonly LineState[];
    readonly names?: readonly string[];
    /** Those whose name begins so. */
    readonly begins?: string;
    /** After the line of that number. */
    readonly after?: number;
    readonly limit: number;
  }): Promise<readonly Line[]>;
  /** Those of the lines after which another of the same key was proposed, whatever has become of that one. */
  followed(approval: string, lines: readonly string[]): Promise<ReadonlySet<string>>;
  /** The audit of a line, the oldest first. */
  events(approval: string, line: string): Promise<readonly LineEvent[]>;
  /** How many lines are in each state. */
  counts(approval: string): Promise<ReadonlyMap<LineState, number>>;
  /** The same of lines that came into it since then, without those that approved themselves and that nobody has answered. */
  answers(approval: string, since: Temporal.Instant): Promise<ReadonlyMap<LineState, number>>;
}
