import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../sandbox.ts';

/** A copy of the package with one text of one file changed. */
export function copyPackage(
  into: string,
  change: { readonly file: string; readonly from: string; readonly to: string },
) {
  const copy = mkdtempSync(path.join(into, 'package'));
  for (const part of ['bin', 'src', 'package.json'])
    cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  const file = path.join(copy, change.file);
  const text = readFileSync(file, 'utf8');
  if (text.split(change.from).length !== 2) throw new Error(`${change.file} has not exactly one ${change.from}`);
  writeFileSync(file, text.replace(change.from, change.to));
  return copy;
}
