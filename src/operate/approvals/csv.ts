type Cell = string | number | boolean | null;

/**
 * RFC 4180, with a mark at the beginning by which spreadsheets read it as UTF-8. A text that a spreadsheet would carry out as a formula gets an apostrophe before it
 * (OWASP, "CSV Injection"). `between`: a semicolon for spreadsheets whose numbers have a comma.
 */
export const csvText = (rows: readonly (readonly Cell[])[], between: ',' | ';' = ','): string =>
  `\uFEFF${rows.map((row) => `${row.map(cell).join(between)}\r\n`).join('')}`;

const number = /^[+-]?\d+([.,]\d+)?(e[+-]?\d+)?$/i;

function cell(value: Cell): string {
  if (value === null) return '';
  const plain = String(value);
  const text = /^'*[=+\-@\t\r]/.test(plain) && !number.test(plain) ? `'${plain}` : plain;
  return /["\r\n\t,;]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Without the apostrophe that kept it from being carried out. */
export const withoutGuard = (text: string): string => (/^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text);

/** Cells by row; what spreadsheets write is read too: semicolons or tabs between cells, any end of a line. Undefined where a quote is never closed. */
export function csvRows(text: string): readonly (readonly string[])[] | undefined {
  const body = text.replace(/^\uFEFF/, '');
  const [head = ''] = body.split(/\r?\n/, 1);
  const between =
    [',', ';', '\t'].toSorted((one, other) => head.split(other).length - head.split(one).length)[0] ?? ',';
  const rows: string[][] = [[]];
  const token = new RegExp(`("(?:[^"]|"")*"|[^"${between}\\r\\n]*)(${between}|\\r?\\n|\\r|$)`, 'y');
  for (let row = rows[0] as string[]; token.lastIndex < body.length; ) {
    const found = token.exec(body);
    if (!found) return undefined;
    const [, value = '', end = ''] = found;
    row.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end === between && token.lastIndex === body.length) row.push('');
    if (end !== between && end !== '') {
      row = [];
      rows.push(row);
    }
  }
  return rows.filter((row) => row.length > 1 || (row[0] ?? '') !== '');
}
