import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvRows, csvText } from './csv.ts';

test('a file says again what was written, whatever is in its cells', () => {
  const rows = [
    ['line', 'São Paulo’s', 'reason'],
    ['a@1', 'one, two; "three"', ' spaced '],
    ['b@1', 'two\r\nlines', ''],
    ['c@1', "=1+1 and 'quotes'", '0'],
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

test('a quote that is never closed is no file, and nothing is none', () => {
  assert.equal(csvRows('a,"b\nc,d'), undefined);
  assert.equal(csvRows('a,"b"c\n'), undefined);
  assert.deepEqual(csvRows(''), []);
});
