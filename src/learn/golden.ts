import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Matrix, matrixOf } from './matrix.ts';

/** For tests: what other libraries gave; `golden/make.py` wrote it, and the versions stand in each file. */
// `any`: the files are ours, and each test says what it takes from them.
export const golden = (name: string): any =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, 'golden', `${name}.json`), 'utf8'));

export const matrixOfRows = (rows: readonly (readonly number[])[]): Matrix =>
  matrixOf((rows[0] ?? []).map((_, column) => rows.map((row) => row[column] as number)));

/** The largest distance of two lists of numbers, in units of the second's. */
export function apart(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return Math.max(
    ...Array.from(wanted, (value, at) => Math.abs((found[at] as number) - value) / Math.max(1e-12, Math.abs(value))),
  );
}
