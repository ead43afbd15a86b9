import { type Column, type Exists, type Row, silverTables } from './rules.ts';
import { readValue, wrong } from './values.ts';

/** What a change says of itself; these become the last columns of every silver table. */
const trace: Readonly<Record<string, Column>> = {
  excluido: { from: '_deleted', kind: 'boolean' },
  sincronizado_em: { from: '_synced_at', kind: 'timestamp' },
};

/** The silver row of a landed one, and every flag that is false for it. */
export interface Judged {
  readonly row: Row;
  readonly failed: readonly string[];
}
export type Judge = (landed: Record<string, unknown>, exists: Exists) => Judged;

/** A deleted row is judged by its key only. */
export function judgeOf(name: string): Judge {
  const table = silverTables[name];
  if (table === undefined) throw new RangeError(`no silver table ${name}`);
  const columns = Object.entries({ ...table.columns, ...trace });
  const rules = Object.entries(table.rules ?? {});
  return (landed, exists) => {
    const deleted = landed['_deleted'] === true;
    const row: Row = {};
    const failed: string[] = [];
    for (const [column, { from, kind, optional, clean }] of columns) {
      const value = readValue(kind, landed[from]);
      const judged = !deleted || column === table.key;
      if (judged && value === wrong) failed.push(`${column}_kind`);
      if (judged && value === null && !optional) failed.push(`${column}_present`);
      const known = value === wrong ? null : value;
      row[column] = clean !== undefined && typeof known === 'string' ? clean(known) : known;
    }
    for (const [flag, rule] of rules) {
      if (!deleted && !rule(row, exists)) failed.push(flag);
    }
    return { row, failed };
  };
}
