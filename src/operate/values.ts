import type { QueryResult } from '../ports/index.ts';
import type { QueryView } from './views.ts';

/** A value as JSON says it: exact numbers as numbers, the others and times as text. */
export function jsonValue(value: unknown): string | number | boolean | null | object {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof Temporal.PlainDate || value instanceof Temporal.Instant) return value.toString();
  if (Array.isArray(value)) return value.map(jsonValue);
  if (Object.getPrototypeOf(value) !== Object.prototype) return String(value);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, jsonValue(item)]));
}

export const queryView = (result: QueryResult): QueryView => ({
  columns: result.columns.map(({ name, type }) => ({ name, type })),
  rows: result.rows.map((row) => row.map(jsonValue)),
  more: result.more,
});
