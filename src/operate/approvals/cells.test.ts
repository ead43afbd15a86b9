import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ColumnFacts } from '../../columns/index.ts';
import { hasDecimalComma, isAsWritten, typedIn } from './cells.ts';

const of = (kind: ColumnFacts['kind']): ColumnFacts => ({ kind });
const dots = { decimalComma: false };
const commas = { decimalComma: true };

test('a number is read with one mark before its fraction, and refused where nobody knows which mark it is', () => {
  const read = (text: string, written = dots) => typedIn(of('real'), text, written);
  assert.deepEqual(
    ['9.95', '9,95', ' 10 ', '-1,5', ',5', '1,2e3', '1.234'].map((text) => read(text)),
    ['9.95', '9.95', '10', '-1.5', '0.5', '1.2e3', '1.234'],
  );
  assert.deepEqual(
    ['1,234', '1.234,56', '1,234.56', 'R$ 9,95', '9,,5', '.', 'ten'].map((text) => read(text)),
    Array.from({ length: 7 }, () => undefined),
  );
  assert.equal(read('1,234', commas), '1.234');
  assert.equal(read('1.234', commas), undefined, 'a thousand and some, in a file that writes commas');
  assert.equal(read('10.4', commas), '10.4', 'as it was exported, beside what somebody has typed');
  assert.equal(typedIn(of('boolean'), 'VERDADEIRO', dots), 'true');
  assert.equal(typedIn(of('text'), ' 1,5', dots), ' 1,5');
  assert.deepEqual(['9,90', '0,5', '1,234', '9.90', 'a,b'].map(hasDecimalComma), [true, true, false, false, false]);
});

test('what a spreadsheet has made of a cell that nobody has changed is no change', () => {
  const same = (kind: ColumnFacts['kind'], was: string | number | boolean | null, text: string, exactly = false) =>
    isAsWritten(of(kind), was, { text, exactly, written: dots });
  for (const [kind, was, text] of [
    ['real', 10.4, '10,4'],
    ['real', 0.123456789012, '0,123456789'],
    ['real', 10.397431, '10,40'],
    ['real', 1234.5, '1234,50'],
    ['decimal', '9.90', '9.9'],
    ['text', '7891234567890', '7,89123E+12'],
    ['text', '00123', '123'],
    ['date', '2026-10-01', '01/10/2026'],
    ['date', '2026-10-31', '10/31/26'],
    ['boolean', true, 'VERDADEIRO'],
    ['real', null, ' '],
  ] as const)
    assert.ok(same(kind, was, text), `${was} → ${text}`);
  for (const [kind, was, text] of [
    ['real', 10.4, '10,5'],
    ['real', 10.4, '10'],
    ['real', 10.4, ''],
    ['text', 'A1', 'A2'],
    ['text', '00123', '124'],
    ['date', '2026-10-01', '02/10/2026'],
    ['date', '2026-10-01', '01/10/2025'],
    ['boolean', true, 'FALSO'],
    ['real', null, '0'],
  ] as const)
    assert.ok(!same(kind, was, text), `${was} → ${text}`);
  assert.ok(same('real', 0.123456789012, '0,123456789', true), 'no cell has room for more');
  assert.ok(!same('real', 10.397431, '10,40', true), 'where people may change it, it is changed');
  assert.ok(!same('text', '010', '10', true));
  assert.ok(!same('date', '2026-10-01', '01/10/2026', true), 'the tenth of January, or the first of October');
});
