import type { QueryView } from '../views.ts';

/** Kinds of trouble, in the order in which one is believed before another. */
export const causes = [
  'definitions',
  'state',
  'set-up',
  'disk',
  'interrupted',
  'held',
  'nobody ran',
  'failed',
  'cancelled',
  'source',
  'no rows',
  'invalid rows',
  'lost rows',
  'more rows',
  'same rows again',
  'few rows',
  'changed files',
  'slow',
] as const;
export type Cause = (typeof causes)[number];

/** One thing that is wrong. */
export interface FindingView {
  readonly cause: Cause;
  /** One sentence. */
  readonly what: string;
  /** Where: `catalog.schema.table`. */
  readonly step?: string;
  /** What it was seen by: figures, and what else changed at that time. */
  readonly evidence: readonly string[];
  readonly rows?: QueryView;
  /** What it explains, and what therefore is no cause of its own. */
  readonly explains: readonly string[];
  /** What to do: commands, where there are some. */
  readonly next: readonly string[];
}

/** What was looked at, and what is wrong, the most probable cause first; nothing when nothing is. */
export interface DiagnosisView {
  readonly environment: string;
  /** When it was looked. */
  readonly at: string;
  readonly runs: readonly {
    readonly job: string;
    readonly runId: string;
    readonly date: string;
    readonly state: string;
  }[];
  readonly findings: readonly FindingView[];
  /** What was found to be as it should. */
  readonly well: readonly string[];
  /** What is not done because people are to answer first, where nothing was asked of one run. */
  readonly waits: readonly string[];
}
