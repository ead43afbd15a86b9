/** RFC 4180, with a mark at the beginning by which spreadsheets read it as UTF-8. */
export const csvText = (rows: readonly (readonly (string | number | boolean | null)[])[]): string =>
  `\uFEFF${rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;

function cell(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = String(value);
  return /["\r\n,;]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

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
