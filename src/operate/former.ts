import type { Tick } from '../plan/ticks.ts';
import type { RunRecord } from '../ports/index.ts';
import { importsIn, type Project } from '../run/index.ts';

/** A run that is about to begin, or to go on. */
interface Asked {
  readonly job: string;
  readonly tick: Pick<Tick, 'logicalTime'>;
  readonly again?: boolean;
  readonly lost?: boolean;
  readonly under?: bigint;
}

/** What opening finds: the job's run that was interrupted, whatever date it is of; else the date's own, unless that begins anew. */
export async function formerOf(
  { job, tick: { logicalTime }, again = false, lost = false, under }: Asked,
  { state }: Project,
): Promise<RunRecord | undefined> {
  const ofDate = under === undefined ? {} : { logicalTime };
  const [running] = await state.runs({ job, state: 'running', ...ofDate, limit: 1 });
  if (running || again || lost) return running;
  const runs = await state.runs({ job, logicalTime, limit: 100 });
  return runs.find((run) => run.state !== 'superseded');
}

/** The files that the run which goes on was given: it takes no other because it has failed once. */
export async function importsGoingOn(asked: Asked, project: Project): Promise<Readonly<Record<string, string>>> {
  const former = await formerOf(asked, project);
  return former?.state === 'running' || former?.state === 'failed' ? importsIn(former.settings) : {};
}
