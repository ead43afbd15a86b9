import type { QueryView } from '../operate/views.ts';
import { paint } from './marks.ts';
import { counted } from './numbers.ts';
import { fitTable } from './table.ts';
import type { Look } from './terminal.ts';
import { pad, visible, width, wrap } from './text.ts';

/** Types whose values are read by their last digit; everything but text, lists and structures is shown whole. */
const numeric = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|FLOAT|DOUBLE|REAL|DECIMAL|BIGNUM)\b/i;
const long = /^(?:VARCHAR|TEXT|STRING|JSON|BLOB)|\[|^(?:STRUCT|MAP|UNION|LIST)/i;

/** Rows as a table with exact values; long texts are cut to fit, and rows that still do not fit are written one value to a line. */
export function rowsText({ columns, rows, more }: QueryView, look: Look): string {
  const cells = rows.map((row) => row.map(cellText));
  const headings = columns.map(({ name, type }) => ({
    head: visible(name),
    ...(numeric.test(type) && { align: 'right' as const }),
    ...(!long.test(type) && { whole: true }),
  }));
  const lines = fitTable(headings, cells, look) ?? records(headings, cells, look);
  const isCut = lines.some((line) => line.includes(look.unicode ? '…' : '~'));
  const end = `${counted(rows.length, 'row')}${more ? ', and there are more (--limit)' : ''}`;
  return [...lines, paint(look, 'quiet', isCut ? `${end}; --json gives texts whole` : end)].join('\n');
}

function cellText(value: QueryView['rows'][number][number]): string {
  if (value === null) return 'NULL';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function records(headings: readonly { head: string }[], rows: readonly (readonly string[])[], look: Look): string[] {
  const longest = Math.min(Math.max(...headings.map(({ head }) => width(head))), Math.floor(look.columns / 3));
  return rows.flatMap((row, number) => [
    paint(look, 'quiet', `row ${number + 1}`),
    ...row.flatMap((cell, index) => {
      const [first = '', ...rest] = wrap(visible(cell), Math.max(10, look.columns - longest - 4));
      const head = pad(headings[index]?.head ?? '', longest);
      return [`  ${head}  ${first}`, ...rest.map((line) => ' '.repeat(longest + 4) + line)];
    }),
  ]);
}
