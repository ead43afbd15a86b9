import type { Columns } from '../../../columns/index.ts';
import type { TargetBatch, TargetValue } from '../../../ports/index.ts';

/** A value within the JSON of a request. What JSON has no number for is a text there, which Postgres reads all the same. */
function jsonOf(value: TargetValue, isJson: boolean): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : `"${value}"`;
  return isJson ? value : JSON.stringify(value);
}

/** Some rows of a batch as a list of JSON objects. */
export function bodyOf(batch: TargetBatch, rows: readonly number[], columns: Columns): string {
  const parts = Object.entries(columns).map(([name, { facts }]) => ({
    start: `${JSON.stringify(name)}:`,
    isJson: facts.kind === 'json' || facts.kind === 'list',
    values: batch.columns[name] ?? [],
  }));
  const said = rows.map(
    (row) => `{${parts.map(({ start, isJson, values }) => start + jsonOf(values[row] ?? null, isJson)).join(',')}}`,
  );
  return `[${said.join(',')}]`;
}
