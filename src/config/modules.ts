import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type AnyTable, writtenAt } from '../define/index.ts';
import { withoutComments } from './comments.ts';

/** One file of a project: the hash of its text, and the files that it imports. */
interface Module {
  readonly hash: string;
  readonly imports: readonly string[];
}

/**
 * Gives the hashes, by path below the project, of the file in which a table was written and of the project's files that it imports: what its
 * function may depend on. Comments and white space do not count. Each file is read once.
 */
export function moduleHasher(folder: string): (table: AnyTable) => Readonly<Record<string, string>> {
  const read = new Map<string, Module | undefined>();
  const readOnce = (file: string): Module | undefined => {
    if (!read.has(file)) read.set(file, readModule(file));
    return read.get(file);
  };
  return (table) => {
    const modules = [...reachable(path.resolve(folder, writtenAt(table).replace(/:\d+$/, '')), readOnce)];
    return Object.fromEntries(modules.map(([file, { hash }]) => [path.relative(folder, file), hash.slice(0, 16)]));
  };
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
  // A copy may keep the time of what it copies; when it came to be here it does not.
  const newer = [...all].find((file) => {
    const { mtimeMs, ctimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: Infinity, ctimeMs: Infinity };
    return Math.max(mtimeMs, ctimeMs) > loadedAt;
  });
  return newer && path.relative(folder, newer);
}

function reachable(
  file: string,
  read: (file: string) => Module | undefined = readModule,
  found = new Map<string, Module>(),
): ReadonlyMap<string, Module> {
  if (found.has(file)) return found;
  const module = read(file);
  if (module === undefined) return found;
  found.set(file, module);
  for (const other of module.imports) reachable(other, read, found);
  return found;
}

function readModule(file: string): Module | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    const names = text.matchAll(/(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g);
    return {
      hash: hashed(withoutComments(text)),
      imports: [...names].map(([, name = '']) => path.resolve(path.dirname(file), name)),
    };
  } catch {
    return undefined;
  }
}

const hashed = (text: string): string => createHash('sha256').update(text).digest('hex');
