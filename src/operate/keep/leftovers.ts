import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Swept } from '../../ports/index.ts';

/** In milliseconds of the machine, whose clock files have. A file that is written beside its place and renamed into it is there for a moment, unless its process died. */
export const dead = 24 * 3_600_000;
/** What the name of a folder begins with in which something is tried on a copy. */
export const drillFolder = 'drill-';
const isHalf = (name: string): boolean => !name.startsWith(drillFolder) && /\.new$|\.json\.\d+$/.test(name);

/** Half-written files and copies of processes that died, and what was there for a moment, in the project's local folder. */
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
  const drills = readdirSync(own).filter((one) => one.startsWith(drillFolder));
  const below = passing.flatMap((folder) => {
    const there = path.join(own, folder);
    return existsSync(there) ? readdirSync(there).map((name) => path.join(folder, name)) : [];
  });
  for (const name of [...drills, ...below]) {
    const whole = path.join(own, name);
    const found = sizeOf(whole);
    if (!found || found.newest > Date.now() - dead) continue;
    if (!dryRun) rmSync(whole, { recursive: true, force: true });
    count += 1;
    bytes += found.bytes;
  }
  return { kind: 'leftovers', count, bytes };
}

/** What is there for a moment; and copies of catalogs that something was compared with. */
const passing = ['temporary', 'against'];

/** Of a file, or of all below a folder. */
function sizeOf(file: string): { readonly newest: number; readonly bytes: number } | undefined {
  const stats = (one: string) => statSync(one, { throwIfNoEntry: false });
  const own = stats(file);
  if (!own) return undefined;
  const below = own.isDirectory() ? readdirSync(file, { recursive: true, encoding: 'utf8' }) : [];
  const all = [own, ...below.flatMap((name) => stats(path.join(file, name)) ?? [])];
  return {
    newest: Math.max(...all.map(({ mtimeMs }) => mtimeMs)),
    bytes: all.reduce((sum, one) => sum + (one.isFile() ? one.size : 0), 0),
  };
}
