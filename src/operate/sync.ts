import type { Job } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { isEndless } from '../graph/index.ts';
import { followedIn, type Project } from '../run/index.ts';
import { awaitNow, capturedOf } from './changes.ts';
import { jobOf } from './names.ts';
import { run } from './run.ts';
import type { Context, Input, RunView, SyncView } from './views.ts';

/** Brings in what `always` jobs name, up to now; what this process follows without end is waited for. With `drop` their places in databases are given up. */
export async function sync(project: Project, input: Input<'sync'>, context: Context): Promise<SyncView> {
  const { snapshot, drop } = input;
  const jobs = input.job ? [jobOf(project, input.job)] : [...project.graph.jobs.values()].filter(isEndless);
  if (drop) return { runs: [], followed: [], dropped: await dropAll(input.job ? jobs : [], project) };
  const runs: RunView[] = [];
  const followed: SyncView['followed'][number][] = [];
  for (const job of jobs) {
    const going = followedIn(project).get(job.name);
    const captured = going && (await capturedOf(job, project));
    if (going && captured && !snapshot) {
      await awaitNow(going, captured, project, context.signal);
      followed.push({ job: job.name, ...(going.committedAt ? { upTo: going.committedAt.toString() } : {}) });
    } else runs.push(await run(project, { job: job.name, again: true, ...(snapshot ? { snapshot } : {}) }, context));
  }
  return { runs, followed, dropped: [] };
}

/** Slot and publication; what is landed stays. */
async function dropAll(jobs: readonly Job[], project: Project): Promise<SyncView['dropped']> {
  const [job] = jobs;
  const captured = job && (await capturedOf(job, project));
  if (!captured)
    throw new EsteiraError('COMMAND_UNKNOWN', {
      what: job ? `The job ${job.name} follows no changes here.` : 'Which job is to give its place up?',
      allowed: 'a job that follows changes, by its name',
      next: 'esteira sync --drop <job>; esteira status names the jobs.',
    });
  const changes = await project.changes(captured);
  try {
    const wasThere = await changes.drop();
    return [{ job: captured.job, slot: changes.name, database: changes.describe, wasThere }];
  } finally {
    await changes.close();
  }
}
