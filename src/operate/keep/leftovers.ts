import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Swept } from '../../ports/index.ts';

/** In milliseconds of the machine, whose clock files have. A file that is written beside its place and renamed into it is there for a moment, unless its process died. */
const dead = 24 * 3_600_000;
const isHalf = (name: string): boolean => /\.new$|\.json\.\d+$/.test(name);

/** Half-written files of processes that died, in the project's own folder. */
export function sweepLeftovers(
  folder: string,
  { dryRun }: { readonly dryRun: boolean },
): Swept & { readonly kind: 'leftovers' } {
  const own = path.join(folder, '.esteira');
  let [count, bytes] = [0, 0];
  for (const name of readdirSync(own, { recursive: true, encoding: 'utf8' }).filter(isHalf)) {
    const file = path.join(own, name);
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found?.isFile() || found.mtimeMs > Date.now() - dead) continue;
    if (!dryRun) rmSync(file, { force: true });
    count += 1;
    bytes += found.size;
  }
  return { kind: 'leftovers', count, bytes };
}
