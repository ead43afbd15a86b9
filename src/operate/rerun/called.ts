import type { RunRecord } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import type { Scope } from './choose.ts';

// How runs are called that are of no job: none can have such a name.

export const nameOfRerun = ({ scope, invalid }: Scope): string => `reprocess ${invalid ? '--invalid ' : ''}${scope}`;
export const isRerun = (job: string): boolean => job.startsWith('reprocess ');

/** The run that keeps a job while its dates are built. */
export const nameOfBackfill = (job: string): string => `backfill ${job}`;

export const isBackfill = (job: string): boolean => job.startsWith('backfill ');

export const nameOfReset = (name: string): string => `reset ${name}`;
export const isReset = (job: string): boolean => job.startsWith('reset ');
/** It has leases and no steps. */
export const isKeeper = (job: string): boolean => isReset(job) || isBackfill(job);

/** The command that goes on with a run which was stopped or interrupted. */
export function goesOnWith(
  {
    runId,
    job,
    date,
    reason,
    state = 'running',
  }: Pick<RunRecord, 'runId' | 'job' | 'date' | 'reason'> & { readonly state?: RunRecord['state'] },
  { name }: Project,
): string {
  if (isReset(job))
    return job === nameOfReset(name)
      ? 'esteira reset --all'
      : `esteira reset --layer ${job.slice(job.indexOf(' ') + 1)}`;
  if (isBackfill(job)) return `esteira ${job} --resume`;
  if (reason === 'backfill') return `esteira ${nameOfBackfill(job)} --resume`;
  if (isRerun(job) || state !== 'cancelled') return `esteira resume ${runId}`;
  const [of, chosen] = job.split(':');
  return `esteira run ${of} --date ${date}${chosen ? ` --select ${chosen}` : ''}`;
}
