import type { Selectable } from 'kysely';
import type { Bound, LogLine, RunRecord, StepRecord } from '../../ports/index.ts';
import type { LogRow, RunRow, StepRow } from './tables.ts';

/** JSON has no bigint: they are written as strings, and read back where a column is known to hold them. */
export function encode(value: unknown): string {
  const plain = (_: string, one: unknown): unknown => {
    if (typeof one === 'bigint') return one.toString();
    return one instanceof Error && !('toJSON' in one) ? { what: one.message } : one;
  };
  return JSON.stringify(value, plain) ?? 'null';
}
export const encodeOptional = (value: unknown): string | null => (value === undefined ? null : encode(value));

export function decodeBounds(text: string): Bound[] {
  const bounds = JSON.parse(text) as (Pick<Bound, 'source' | 'generation'> & { lower?: string; upper: string })[];
  return bounds.map(({ source, lower, upper, generation }) => ({
    source,
    ...(lower !== undefined && { lower: BigInt(lower) }),
    upper: BigInt(upper),
    ...(generation !== undefined && { generation }),
  }));
}

const instant = (text: string): Temporal.Instant => Temporal.Instant.from(text);

export function toRun(row: Selectable<RunRow>): RunRecord {
  return {
    runId: row.run_id,
    runSeq: row.run_seq,
    job: row.job,
    date: Temporal.PlainDate.from(row.date),
    logicalTime: instant(row.logical_time),
    zone: row.zone,
    reason: row.reason,
    state: row.state,
    plan: JSON.parse(row.plan),
    params: JSON.parse(row.params),
    settings: JSON.parse(row.settings),
    createdAt: instant(row.created_at),
    ...(row.finished_at !== null && { finishedAt: instant(row.finished_at) }),
    ...(row.error !== null && { error: JSON.parse(row.error) as unknown }),
  };
}

export function toStep(row: Selectable<StepRow>): StepRecord {
  return {
    runId: row.run_id,
    step: row.step,
    order: Number(row.ord),
    state: row.state,
    definition: row.definition,
    attempt: Number(row.attempt),
    ...(row.bounds !== null && { bounds: decodeBounds(row.bounds) }),
    ...(row.files !== null && { files: JSON.parse(row.files) }),
    ...(row.account !== null && { account: JSON.parse(row.account) }),
    ...(row.details !== null && { details: JSON.parse(row.details) }),
    ...(row.error !== null && { error: JSON.parse(row.error) as unknown }),
    ...(row.started_at !== null && { startedAt: instant(row.started_at) }),
    ...(row.ended_at !== null && { endedAt: instant(row.ended_at) }),
  };
}

export const toLogLine = (row: Omit<Selectable<LogRow>, 'id' | 'run_id'>): LogLine => ({
  at: instant(row.at),
  ...(row.step !== null && { step: row.step }),
  level: row.level,
  text: row.text,
});
