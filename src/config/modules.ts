import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type AnyTable, writtenAt } from '../define/index.ts';

/** Hash of the file in which a table was written, and of the project's files that it imports: what its function may depend on. */
export function moduleHash(table: AnyTable): string {
  const hash = createHash('sha256');
  for (const [, text] of [...reachable(writtenAt(table).replace(/:\d+$/, ''))].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(text);
  return hash.digest('hex').slice(0, 16);
}

/** The first file that is not what it was when the definitions were loaded: a module is loaded once in a process. */
export function changedSince(loaded: {
  readonly folder: string;
  readonly pipelines: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly loadedAt: number;
}): string | undefined {
  const { folder, pipelines, files, loadedAt } = loaded;
  const now = Object.values(pipelines).flatMap((pattern) => globSync(pattern, { cwd: folder }));
  const listed = new Set([...now, ...files]);
  const moved = [...listed].find((file) => !now.includes(file) || !files.includes(file));
  if (moved !== undefined) return moved;
  const roots = ['esteira.config.ts', ...files].map((file) => path.resolve(folder, file));
  const all = new Set(roots.flatMap((file) => [...reachable(file).keys()]));
  const newer = [...all].find((file) => statSync(file).mtimeMs > loadedAt);
  return newer && path.relative(folder, newer);
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
