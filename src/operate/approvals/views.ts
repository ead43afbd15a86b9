import type { LineState, LineValues } from '../../ports/index.ts';
import type { Where } from './filter.ts';

// What people are asked, and what they answer. Everything here is JSON.

/** A row that people are to let through. */
export interface LineView {
  /** `<name>@<version>`: what an answer is given to. Another version is another thing that was seen. */
  readonly line: string;
  readonly state: LineState;
  /** The row as it came. */
  readonly row: LineValues;
  /** Columns that somebody has changed, as they are now. */
  readonly edited: LineValues;
  readonly editors: readonly string[];
  readonly approvers: readonly string[];
  /** A second person is needed, of that group. */
  readonly second?: string;
  /** Bulk rules that hold for it. */
  readonly bulk: readonly string[];
  /** The rule by which it approved itself. */
  readonly rule?: string;
  /** What the definition shows beside it, as it was edited; of one that is over nothing. */
  readonly show: LineValues;
  /** What approving it would change, as it was edited. */
  readonly effect: Readonly<Record<string, number | null>>;
  readonly proposedAt: string;
  readonly expiresAt?: string;
  readonly reason?: string;
  readonly decidedAt?: string;
  /** The run that applies it, or has. */
  readonly runId?: string;
}

/** One table of which people let rows through. */
export interface ApprovalView {
  /** The table of the rows that were let through, as people write it. */
  readonly name: string;
  /** The table that they are of. */
  readonly of: string;
  readonly group: string;
  readonly people: readonly string[];
  readonly counts: Readonly<Partial<Record<LineState, number>>>;
}
export interface ApprovalsView {
  readonly approvals: readonly ApprovalView[];
  /** Of the one that was asked for: its key, its columns that may be edited, and lines in the order in which they were proposed. */
  readonly lines?: readonly LineView[];
  readonly key?: readonly string[];
  readonly edit?: readonly string[];
  /** Names of what is shown beside lines. */
  readonly show?: readonly string[];
  readonly more?: boolean;
  /** Of lines that wait and are all here: what says that these were seen, to be answered together. */
  readonly seen?: string;
  /** What approving all of these lines would change. */
  readonly effect?: Readonly<Record<string, number>>;
}
export interface LineShowView {
  readonly approval: ApprovalView;
  readonly line: LineView;
  readonly key: readonly string[];
  /** Who did what, the oldest first. */
  readonly events: readonly {
    readonly version: number;
    readonly at: string;
    readonly by: string;
    readonly state: LineState;
    readonly edited: LineValues;
    readonly reason?: string;
  }[];
}

/** What became of each line that somebody has answered. */
export interface AnsweredView {
  readonly approval: ApprovalView;
  readonly key: readonly string[];
  readonly lines: readonly {
    readonly line: string;
    /** Its key, for people. */
    readonly of: string;
    readonly state: LineState;
    /** Why it is not as was asked for: somebody has changed it since, or this person may not say so. */
    readonly why?: string;
  }[];
}
export interface ExportedView {
  readonly approval: ApprovalView;
  readonly lines: number;
  /** What the file is to hold. */
  readonly csv: string;
}

interface Said {
  readonly by: string;
  readonly reason?: string;
}
/** Lines as they were seen; or all that a bulk rule holds for, and nobody has changed, of those that `where` means; or those that `where` means, as `seen` says. */
interface Answering extends Said {
  readonly name: string;
  readonly lines?: readonly string[];
  readonly rule?: string;
  readonly where?: Where;
  readonly seen?: string;
}
export interface ApprovalOperations {
  'approvals list': [
    input: {
      readonly name?: string;
      readonly states?: readonly string[];
      readonly rule?: string;
      readonly where?: Where;
      readonly limit?: number;
    },
    output: ApprovalsView,
  ];
  'approvals show': [input: { readonly name: string; readonly line: string }, output: LineShowView];
  'approvals approve': [input: Answering, output: AnsweredView];
  'approvals reject': [input: Answering, output: AnsweredView];
  /** `set`: texts, by column. */
  'approvals edit': [
    input: Said & { readonly name: string; readonly line: string; readonly set: Readonly<Record<string, string>> },
    output: AnsweredView,
  ];
  /** `decimalMark`: a comma for spreadsheets that write 9,90; then semicolons stand between cells. By default a dot. */
  'approvals export': [
    input: {
      readonly name: string;
      readonly states?: readonly string[];
      readonly rule?: string;
      readonly where?: Where;
      readonly decimalMark?: '.' | ',';
    },
    output: ExportedView,
  ];
  /** `csv`: what `approvals export` gave, with edits, decisions and reasons. */
  'approvals import': [input: Said & { readonly name: string; readonly csv: string }, output: AnsweredView];
}
