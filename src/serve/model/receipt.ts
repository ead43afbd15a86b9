import { type KeptFiles, namesIn } from '../../ports/index.ts';
import { type PublishedMove, sealed } from '../../registry/index.ts';
import { servingFolder } from '../store.ts';
import type { Comparison } from './comparison.ts';
import type { Refusal } from './pack.ts';
import type { Timing } from './timing.ts';

/**
 * `swapped`: another version answers · `unchanged`: the store says what it said · `none`: nothing is published · `away`: the store does not answer · others: the
 * version that is published is not served.
 */
export type Result = 'swapped' | 'unchanged' | 'none' | 'away' | Refusal;

/** One version, as a receipt names it. */
export interface NamedVersion {
  readonly version: string;
  readonly move: number;
  readonly contentHash: string;
}

/** What came of one look at the store; of a swap, how it went. Times are ISO text in UTC, durations milliseconds. */
export interface Receipt {
  readonly endpoint: string;
  readonly model: string;
  readonly process: string;
  readonly result: Result;
  /** Who asked: `poll`, `start`, a person. */
  readonly by: string;
  readonly at: string;
  /** Why not, where it is not served. */
  readonly why?: string;
  /** What a person does about it. */
  readonly next?: string;
  /** Who answered before. */
  readonly from?: NamedVersion;
  /** What the store wants to be served, as far as that can be read. */
  readonly to?: NamedVersion;
  /** Who moved the champion there, and why. */
  readonly move?: PublishedMove;
  /** The moves of the store are not those of the version that answered before. */
  readonly otherHistory?: true;
  readonly stages: Readonly<Partial<Record<'read' | 'load' | 'parse' | 'judge' | 'warm' | 'swap' | 'drain', number>>>;
  readonly timing?: Timing;
  readonly comparison?: Comparison;
  readonly requests?: {
    /** With the version before, at the swap. */
    readonly inFlight: number;
    /** Of those, and of those that were counted afterwards. */
    readonly failed: number;
    /** Answered by the new version when this was completed. */
    readonly after: number;
  };
  /** Of answers: the last ones of the version before, the first ones of the new one. */
  readonly p95?: { readonly before?: number; readonly after?: number };
  /** It says what came after the swap. */
  readonly complete: boolean;
}

/** Keeps a receipt in the store, sealed: `endpoints/<name>/reloads/<time>-<process>-<n>.json`. */
export async function keepReceipt(files: KeptFiles, receipt: Receipt, number: number): Promise<void> {
  const time = receipt.at.replaceAll(/[-:]|\.\d+/g, '');
  const path = `${servingFolder(receipt.endpoint)}/reloads/${time}-${receipt.process}-${number}.json`;
  namesIn(path);
  await files.keep(path, { bytes: sealed(receipt) });
}
