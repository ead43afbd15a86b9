import { setImmediate as others } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Swept } from '../../../ports/index.ts';
import type { Engine, State } from '../engine.ts';

/** Runs by their numbers, lines, due times: so many in one transaction. */
export const portion = 500;
export const lines = 5_000;

export interface Sweeping {
  readonly engine: Engine;
  readonly before: string;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal | undefined;
}
/** Of one portion. */
export interface Found {
  readonly count: number;
  readonly bytes: number;
  readonly oldest: string | null;
}

export class Sum {
  count = 0;
  bytes = 0;
  oldest: string | undefined;

  add({ count, bytes, oldest }: Found): void {
    this.count += count;
    this.bytes += bytes;
    if (oldest !== null && (this.oldest === undefined || oldest < this.oldest)) this.oldest = oldest;
  }
  view(kind: Swept['kind']): Swept {
    const { count, bytes, oldest } = this;
    return { kind, count, bytes, ...(oldest !== undefined && { oldestKept: Temporal.Instant.from(oldest) }) };
  }
}

export const bytesOf = (...columns: readonly string[]) =>
  sql<number>`coalesce(sum(${sql.join(
    columns.map((name) => sql`coalesce(length(${sql.ref(name)}), 0)`),
    sql` + `,
  )}), 0)`;
export const count = sql<number>`count(*)`;

/** A portion in a transaction for which nobody waits long, and between two of them everybody's turn. */
export async function inTurn<Result>({ engine, dryRun, signal }: Sweeping, work: (state: State) => Promise<Result>) {
  await others();
  signal?.throwIfAborted();
  return dryRun ? engine.read(work) : engine.transaction('receipt', work);
}
