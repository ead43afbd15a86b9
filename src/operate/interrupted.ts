import type { RunRecord } from '../ports/index.ts';
import type { Project } from '../run/index.ts';
import { goesOnWith, isBackfill } from './rerun/called.ts';

/** Of these runs the ones that have not ended and that nobody carries out: their process died, or was stopped. Only the owner can tell. Each with the command that goes on with it. */
export async function interruptedOf(
  runs: readonly RunRecord[],
  project: Project,
): Promise<ReadonlyMap<string, string>> {
  const open = runs.filter(({ state }) => state === 'running');
  if (open.length === 0) return new Map();
  const going = await project.state.going(project.holder);
  const own = new Set(going.map(({ runId }) => runId));
  // The dates of a backfill go on under the lease of the backfill.
  const built = new Set(going.filter(({ job }) => isBackfill(job)).map(({ job }) => job.slice(job.indexOf(' ') + 1)));
  const left = open.filter(({ runId, job, reason }) => !own.has(runId) && !(reason === 'backfill' && built.has(job)));
  return new Map(left.map((run) => [run.runId, goesOnWith(run, project)]));
}
