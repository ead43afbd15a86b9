import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Swept } from '../../ports/index.ts';

/** In milliseconds of the machine, whose clock files have. A file that is written beside its place and renamed into it is there for a moment, unless its process died. */
export const dead = 24 * 3_600_000;
/** What the name of a folder begins with in which something is tried on a copy. */
export const drillFolder = 'drill-';
const isHalf = (name: string): boolean => !name.startsWith(drillFolder) && /\.new$|\.json\.\d+$/.test(name);

/** Half-written files and copies of processes that died, in the project's local folder. */
export function sweepLeftovers(
  own: string,
  { dryRun }: { readonly dryRun: boolean },
): Swept & { readonly kind: 'leftovers' } {
  let [count, bytes] = [0, 0];
  for (const name of readdirSync(own, { recursive: true, encoding: 'utf8' }).filter(isHalf)) {
    const file = path.join(own, name);
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found?.isFile() || found.mtimeMs > Date.now() - dead) continue;
    if (!dryRun) rmSync(file, { force: true });
    count += 1;
    bytes += found.size;
  }
  for (const name of readdirSync(own).filter((one) => one.startsWith(drillFolder))) {
    const copy = path.join(own, name);
    const found = statSync(copy, { throwIfNoEntry: false });
    if (!found || found.mtimeMs > Date.now() - dead) continue;
    for (const file of readdirSync(copy, { recursive: true, encoding: 'utf8' }))
      bytes += statSync(path.join(copy, file), { throwIfNoEntry: false })?.size ?? 0;
    if (!dryRun) rmSync(copy, { recursive: true, force: true });
    count += 1;
  }
  return { kind: 'leftovers', count, bytes };
}
