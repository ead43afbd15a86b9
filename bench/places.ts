import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

export const root = path.join(import.meta.dirname, '..');
const work = path.join(root, '.esteira', 'bench');
export const peers = path.join(root, '.esteira', 'peers');

/** A folder of the benches' own, below `.esteira/bench`, which has `esteira` among its node_modules. */
export const place = (...names: readonly string[]) => path.join(work, ...names);

/** The same, empty. */
export function emptyPlace(...names: readonly string[]): string {
  const folder = place(...names);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}
