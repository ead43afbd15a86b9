import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TreesJob } from '../../ports/index.ts';

/** A job as two files: its arrays one after the other, and what they are. */
const names = { arrays: 'arrays.bin', about: 'job.json', model: 'model.txt' } as const;
export const modelFile = (folder: string): string => path.join(folder, names.model);

/** What the child is told beside the arrays. */
export interface Brief {
  readonly binary: string;
  readonly rows: number;
  readonly columns: number;
  readonly categories: readonly number[];
  readonly groups: number;
  readonly has: { readonly weights: boolean; readonly scores: boolean };
  readonly parameters: TreesJob['parameters'];
  readonly rounds: number;
}

export function writeJob(folder: string, job: TreesJob, binary: string): void {
  const { columns, categories, target, weights, groups, scores, parameters, rounds } = job;
  const about: Brief = {
    ...{ binary, rows: target.length, columns: columns.length, categories, groups: groups?.length ?? 0 },
    ...{ has: { weights: weights !== undefined, scores: scores !== undefined }, parameters, rounds },
  };
  // Doubles first, so that each array begins where its numbers may.
  const arrays = [
    ...columns,
    ...(scores ? [scores] : []),
    target,
    ...(weights ? [weights] : []),
    ...(groups ? [groups] : []),
  ];
  const bytes = arrays.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
  writeFileSync(path.join(folder, names.arrays), bytes[0] ?? '');
  for (const one of bytes.slice(1)) writeFileSync(path.join(folder, names.arrays), one, { flag: 'a' });
  writeFileSync(path.join(folder, names.about), JSON.stringify(about));
}

export interface ReadJob {
  readonly brief: Brief;
  /** All columns, one after the other. */
  readonly values: Float64Array;
  readonly scores: Float64Array | undefined;
  readonly target: Float32Array;
  readonly weights: Float32Array | undefined;
  readonly groups: Int32Array | undefined;
}

export function readJob(folder: string): ReadJob {
  const brief = JSON.parse(readFileSync(path.join(folder, names.about), 'utf8')) as Brief;
  const { buffer, byteOffset } = readFileSync(path.join(folder, names.arrays));
  const { rows, columns, groups, has } = brief;
  let at = byteOffset;
  const next = (bytes: number): number => {
    at += bytes;
    return at - bytes;
  };
  return {
    brief,
    values: new Float64Array(buffer, next(8 * rows * columns), rows * columns),
    scores: has.scores ? new Float64Array(buffer, next(8 * rows), rows) : undefined,
    target: new Float32Array(buffer, next(4 * rows), rows),
    weights: has.weights ? new Float32Array(buffer, next(4 * rows), rows) : undefined,
    groups: groups > 0 ? new Int32Array(buffer, next(4 * groups), groups) : undefined,
  };
}
