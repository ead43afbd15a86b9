import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Swept } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import { dead } from './leftovers.ts';

/** Of deliveries of runs that do not go on any more: journals of what was sent, and receipts that were not published. */
export async function sweepDeliveries(
  {
    local,
    environment,
    state,
  }: Pick<Project, 'local' | 'environment'> & { readonly state: Pick<Project['state'], 'run'> },
  { dryRun }: { readonly dryRun: boolean },
): Promise<Pick<Swept, 'count' | 'bytes'>> {
  const folder = path.join(local, 'deliveries', environment);
  let [count, bytes] = [0, 0];
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const [, runId, end] = /^([^-]+)-.*\.(jsonl|receipts)$/.exec(name) ?? [];
    const file = path.join(folder, name);
    const found = statSync(file, { throwIfNoEntry: false });
    if (!runId || !found?.isFile() || found.mtimeMs > Date.now() - dead) continue;
    const run = (await state.run(runId))?.state;
    // One that failed may be gone on with, and then says by its journal what it has sent itself; its receipts are written anew.
    if (run === 'running' || (run === 'failed' && end === 'jsonl')) continue;
    if (!dryRun) rmSync(file, { force: true });
    count += 1;
    bytes += found.size;
  }
  return { count, bytes };
}
