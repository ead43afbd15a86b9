import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * For tests: data sets that others wrote, which are no part of the project: below ESTEIRA_TEST_DATA, else in `shared/data` beside the project. A test
 * that needs one that is not there is skipped by name.
 */
const folder = process.env['ESTEIRA_TEST_DATA'] ?? path.join(import.meta.dirname, '../../../..', 'shared', 'data');
export const has = (name: string): boolean => existsSync(path.join(folder, name));
/** Why a test that needs the file is skipped; false: it is not. */
export const without = (name: string): string | false =>
  has(name) ? false : `${name} is neither below ESTEIRA_TEST_DATA nor in shared/data`;

export function bytesOf(name: string): Buffer {
  const bytes = readFileSync(path.join(folder, name));
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}
export const textOf = (name: string): string => bytesOf(name).toString('utf8');

export function doublesOf(name: string): Float64Array {
  const bytes = bytesOf(name);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** Rows one after the other, as columns. */
export const columnsOf = (values: Float64Array, width: number): Float64Array[] =>
  Array.from({ length: width }, (_, column) =>
    Float64Array.from({ length: values.length / width }, (_, row) => values[row * width + column] as number),
  );

/** LightGBM's example of a ranking: grade, and `feature:value` where a value is not 0. */
export function ranking(part: 'train' | 'test'): { grades: Float32Array; columns: Float64Array[]; groups: Int32Array } {
  const lines = textOf(`lambdarank/rank.${part}.gz`).trimEnd().split('\n');
  const columns = Array.from({ length: 301 }, () => new Float64Array(lines.length));
  const grades = new Float32Array(lines.length);
  for (const [row, line] of lines.entries()) {
    const [grade, ...values] = line.split(' ');
    grades[row] = Number(grade);
    for (const [feature = '', value = ''] of values.map((one) => one.split(':')))
      if (value !== '') (columns[Number(feature)] as Float64Array)[row] = Number(value);
  }
  const groups = Int32Array.from(textOf(`lambdarank/rank.${part}.query`).trim().split(/\s+/).map(Number));
  return { grades, columns, groups };
}
