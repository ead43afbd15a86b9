import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvRows, csvText, withoutGuard } from './csv.ts';

test('a file says again what was written, whatever is in its cells', () => {
  const rows = [
    ['line', 'São Paulo’s', 'reason'],
    ['a@1', 'one, two; "three"', ' spaced '],
    ['b@1', 'two\r\nlines', ''],
    ['c@1', "1+1 and 'quotes'", '0'],
    ['d@1', 'a\tb', '-1.5'],
  ];
  assert.deepEqual(csvRows(csvText(rows)), rows);
  assert.equal(csvText([['a', 1.5, true, null]]), '\uFEFFa,1.5,true,\r\n');
});

test('what spreadsheets make of it is read: semicolons, tabs, other ends of lines, no last one', () => {
  const rows = [
    ['line', 'price', 'decision'],
    ['a@1', '9,90', ''],
    ['b@1', '10', 'approve'],
  ];
  assert.deepEqual(csvRows('line;price;decision\n"a@1";9,90;\nb@1;10;approve'), rows);
  assert.deepEqual(csvRows('line\tprice\tdecision\r\na@1\t9,90\t\r\nb@1\t10\tapprove\r\n\r\n'), rows);
});

test('what a spreadsheet would carry out is written as a text, and read as it was', () => {
  const rows = [
    ['=1+1', '+A1', '@SUM(1)', '-2+3', "'=1", '\t=1'],
    [-1.5, '-1.50', '+3', '-9,90', '1E+05', 'a=1'],
  ];
  const [texts, numbers] = csvRows(csvText(rows)) ?? [];
  assert.deepEqual(texts, ["'=1+1", "'+A1", "'@SUM(1)", "'-2+3", "''=1", "'\t=1"]);
  assert.deepEqual(numbers, ['-1.5', '-1.50', '+3', '-9,90', '1E+05', 'a=1']);
  assert.deepEqual(texts?.map(withoutGuard), rows[0]);
  assert.deepEqual(csvRows(csvText([['a', '9,90', 'b;c']], ';')), [['a', '9,90', 'b;c']]);
});

test('a quote that is never closed is no file, and nothing is none', () => {
  assert.equal(csvRows('a,"b\nc,d'), undefined);
  assert.equal(csvRows('a,"b"c\n'), undefined);
  assert.deepEqual(csvRows(''), []);
});
