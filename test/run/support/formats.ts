import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

export type Format = 'csv' | 'jsonl' | 'parquet';
export const formats: readonly Format[] = ['csv', 'jsonl', 'parquet'];
export type Row = Readonly<Record<string, string | number | null>>;

const cell = (value: string | number | null | undefined): string =>
  value === null || value === undefined
    ? ''
    : typeof value === 'string'
      ? `"${value.replaceAll('"', '""')}"`
      : `${value}`;

/** The text of a file; its columns are those of the first row. */
export function textOf(format: 'csv' | 'jsonl', rows: readonly Row[]): string {
  if (format === 'jsonl') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const names = Object.keys(rows[0] ?? {});
  return [names, ...rows.map((row) => names.map((name) => cell(row[name])))]
    .map((line) => `${line.join(',')}\n`)
    .join('');
}

/** Of columns of Parquet, where they are not what its writer takes the values for. */
export type Types = Readonly<Record<string, string>>;

/** Writes the same rows in any format. */
export async function writeRows(file: string, rows: readonly Row[], types: Types = {}): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true });
  if (!file.endsWith('.parquet')) {
    writeFileSync(file, textOf(file.endsWith('.csv') ? 'csv' : 'jsonl', rows));
    return;
  }
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const names = Object.keys(rows[0] ?? {});
  const literal = (value: string | number | null | undefined): string =>
    value === null || value === undefined
      ? 'null'
      : typeof value === 'number'
        ? `${value}`
        : `'${value.replaceAll("'", "''")}'`;
  const values = rows.map((row) => `(${names.map((name) => literal(row[name])).join(', ')})`).join(', ');
  const columns = names.map((name) => `"${name}"`).join(', ');
  const cast = names.map((name) => (types[name] ? `cast("${name}" as ${types[name]}) as "${name}"` : `"${name}"`));
  await connection.run(
    `copy (select ${cast.join(', ')} from (values ${values}) as v(${columns})) to '${file}' (format parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
}
