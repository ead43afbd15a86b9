import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { spreadsheetText } from './spreadsheet.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'esteira-spreadsheet-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const saved = (bytes: Uint8Array): string => {
  const file = path.join(folder, 'rows.csv');
  writeFileSync(file, bytes);
  return file;
};

test('letters are read as a spreadsheet has saved them: UTF-8, those of Windows, Unicode text', () => {
  for (const letters of ['utf8', 'latin1', 'utf16le'] as const) {
    const begins = letters === 'utf16le' ? '\uFEFF' : '';
    const text = spreadsheetText(saved(Buffer.from(`${begins}linha;pão\n`, letters)));
    assert.equal(text.replace('\uFEFF', ''), 'linha;pão\n', letters);
  }
});

test('a workbook is refused with what to do, and so is a folder', () => {
  const workbook = saved(Buffer.from('PK\u0003\u0004\u0014', 'latin1'));
  assert.throws(
    () => spreadsheetText(workbook),
    ({ code, message, details }) =>
      code === 'FILE_UNUSABLE' && /workbook/.test(message) && /Save it as CSV/.test(details.next),
  );
  assert.throws(() => spreadsheetText(folder), { code: 'FILE_UNUSABLE', message: /folder/ });
});
