import type { Job } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { isEndless } from '../../graph/index.ts';
import type { RunRecord } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import { type Case, Evidence } from '../diagnose/evidence.ts';
import { fewOf, jobOf, parseDate } from '../names.ts';
import type { Context, Input } from '../views.ts';
import { arrived, invalidAsUsual, loaded, ranWell, syncDone } from './items.ts';
import { checkItems, monitorItems } from './limits.ts';
import type { ChecklistView, ItemView } from './views.ts';

/**
 * What is looked at before a day of a pipeline is called good: what brings in, the runs, what arrived, the invalid rows, the last tables, and every
 * monitor and check that touches them; each with its figure and evidence. Only looks. Throws NAME_UNKNOWN.
 */
export async function checklist(
  project: Project,
  { pipeline, date: asked }: Input<'checklist'>,
  context: Pick<Context, 'signal'>,
): Promise<ChecklistView> {
  const jobs = jobsOf(project, pipeline);
  const evidence = await Evidence.of(project, context);
  const date = asked === undefined ? await newestDate(jobs, project) : parseDate(asked);
  const items: ItemView[] = [];
  for (const job of jobs.filter(isEndless)) items.push(await syncDone(job, date, evidence));
  for (const job of jobs.filter((one) => !isEndless(one))) {
    const run = await runOf(job, date, project);
    items.push(ranWell(job, date, run, evidence));
    if (!run) continue;
    const of = await evidence.caseOf(run);
    items.push(...(await itemsOf(of, evidence)));
  }
  return {
    ...{ pipeline, date: date.toString(), environment: project.environment, items },
    ok: items.every(({ state }) => state !== 'failed'),
  };
}

async function itemsOf(of: Case, evidence: Evidence): Promise<readonly ItemView[]> {
  return [
    ...arrived(of, evidence),
    ...(await invalidAsUsual(of, evidence)),
    ...(await loaded(of, evidence)),
    ...(await monitorItems(of, evidence)),
    ...checkItems(of, evidence),
  ];
}

/** A pipeline by the name that the configuration gives it, or one job; what is done by hand belongs to no day. */
function jobsOf(project: Project, name: string): readonly Job[] {
  const { graph } = project;
  const all = [...graph.jobs.values()];
  if (graph.jobs.has(name)) return [jobOf(project, name)];
  const own = all.filter((job) => job.build.some((one) => graph.nodeOf(one).catalog === name));
  if (own.length > 0) return own.length > 1 ? own.filter((job) => job.triggers.length > 0) : own;
  throw new EsteiraError('NAME_UNKNOWN', {
    what: `There is no pipeline and no job "${name}".`,
    allowed: fewOf([...graph.catalogs, ...graph.jobs.keys()]) || 'the project has no job yet',
    next: 'Name a pipeline of esteira.config.ts, or a job: `esteira status` lists them.',
  });
}

/** That of the newest run of a job that is not brought in without end. */
async function newestDate(jobs: readonly Job[], project: Project): Promise<Temporal.PlainDate> {
  const dates: Temporal.PlainDate[] = [];
  for (const job of jobs.filter((one) => !isEndless(one) || jobs.length === 1)) {
    const [run] = await project.state.runs({ job: job.name, limit: 1 });
    if (run) dates.push(run.date);
  }
  const newest = dates.toSorted(Temporal.PlainDate.compare).at(-1);
  return newest ?? project.clock.now().toZonedDateTimeISO('UTC').toPlainDate().subtract({ days: 1 });
}

/** The newest of the date that was not superseded. */
async function runOf(job: Job, date: Temporal.PlainDate, { state }: Project): Promise<RunRecord | undefined> {
  const runs = await state.runs({ job: job.name, date, limit: 10 });
  return runs.find((run) => run.state !== 'superseded');
}
