import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { EsteiraError } from '../errors.ts';

/**
 * The text of a file that a spreadsheet has saved: UTF-8, the letters of Windows' western code page (1252), or what Excel calls Unicode text (UTF-16). Throws FILE_UNUSABLE for a
 * folder and for a workbook.
 */
export function spreadsheetText(file: string): string {
  if (statSync(file).isDirectory())
    throw unusable('That is a folder, and no file.', file, 'Name the file that the spreadsheet saved.');
  const bytes = readFileSync(file);
  if (bytes.subarray(0, 4).equals(zip) || bytes.subarray(0, 4).equals(compound))
    throw unusable(
      'That is a workbook, and no text of rows and columns.',
      file,
      'Save it as CSV (UTF-8) in the spreadsheet, and give that.',
    );
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const letters = isUtf16 ? 'utf-16le' : isUtf8(bytes) ? 'utf-8' : 'windows-1252';
  return new TextDecoder(letters, { ignoreBOM: true }).decode(bytes);
}

/** With what .xlsx and .ods, and the older .xls, begin. */
const zip = Uint8Array.of(0x50, 0x4b, 0x03, 0x04);
const compound = Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0);

const unusable = (what: string, where: string, next: string): EsteiraError =>
  new EsteiraError('FILE_UNUSABLE', { what, where, next });
