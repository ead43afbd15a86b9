import type { TargetValue } from '../../ports/index.ts';

const quotedText = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** Values as the text of an array of Postgres: `{1,NULL,"a \"b\""}`. */
export function arrayText(values: readonly TargetValue[]): string {
  const parts = new Array<string>(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (value === null || value === undefined) parts[index] = 'NULL';
    else parts[index] = typeof value === 'string' ? quotedText(value) : String(value);
  }
  return `{${parts.join(',')}}`;
}

/** The types of JSON do not know yet that it says how a number was spelled, and spells one so again. */
interface Exact {
  parse(
    text: string,
    revive: (key: string, value: unknown, context?: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): object;
}
const { parse, rawJSON } = JSON as unknown as Exact;

/** A list as JSON, for a column that is an array there, to the last digit of its numbers: lists within it are its further dimensions. */
export function listText(json: string): string {
  const said = (value: unknown): string => {
    if (value === null) return 'NULL';
    if (Array.isArray(value)) return `{${value.map(said).join(',')}}`;
    return quotedText(typeof value === 'object' ? JSON.stringify(value) : String(value));
  };
  const list = parse(json, (_, value, context) =>
    typeof value === 'number' ? rawJSON(context?.source ?? String(value)) : value,
  );
  return Array.isArray(list) ? said(list) : json;
}
