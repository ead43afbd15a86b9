import type { AnyTable, RowFunction } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { whereOf } from '../graph/index.ts';

/** The rows that a `from(…)` makes of one; names that the table does not declare are refused. */
export function rowsOfFunction(table: AnyTable, map: RowFunction): (row: object) => readonly object[] {
  const declared = new Set(Object.keys(table.spec.given));
  return (row) => {
    const made = map(row as never);
    const rows: readonly object[] = Array.isArray(made) ? made : [made];
    for (const one of rows) {
      const unknown = Object.keys(one).find((name) => !declared.has(name));
      if (unknown !== undefined) throw unknownColumn(table, unknown);
    }
    return rows;
  };
}

const unknownColumn = (table: AnyTable, got: string): EsteiraError =>
  new EsteiraError('ROW_UNKNOWN_COLUMN', {
    what: `The function of ${table.name} gave a row with a name that the table does not declare.`,
    where: whereOf(table),
    got,
    allowed: Object.keys(table.spec.given).join(', '),
    next: 'Rename it in the function, or declare the column.',
  });
