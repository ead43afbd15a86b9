import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type AnyTable, writtenAt } from '../define/index.ts';

/** Hash of the file in which a table was written, and of the project's files that it imports: what its function may depend on. */
export function moduleHash(table: AnyTable): string {
  const hash = createHash('sha256');
  for (const [, text] of [...reachable(writtenAt(table).replace(/:\d+$/, ''))].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(text);
  return hash.digest('hex').slice(0, 16);
}

function reachable(file: string, found = new Map<string, string>()): ReadonlyMap<string, string> {
  if (found.has(file)) return found;
  const text = readText(file);
  if (text === undefined) return found;
  found.set(file, text);
  for (const [, name = ''] of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g)) {
    reachable(path.resolve(path.dirname(file), name), found);
  }
  return found;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
