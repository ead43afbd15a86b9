import type { Job } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { isEndless } from '../../graph/index.ts';
import { isScheduled } from '../../plan/ticks.ts';
import type { RunRecord } from '../../ports/index.ts';
import { type Project, timetableFound } from '../../run/index.ts';
import { type Case, Evidence } from '../diagnose/evidence.ts';
import { fewOf, jobOf, parseDate } from '../names.ts';
import type { Context, Input } from '../views.ts';
import { activation } from './activation/activation.ts';
import { arrived, invalidAsUsual, loaded, ranWell, syncDone } from './items.ts';
import { checkItems, monitorItems } from './limits.ts';
import { objectives } from './objectives/objectives.ts';
import type { ChecklistView, ItemView } from './views.ts';

/**
 * What is looked at before a day of a pipeline is called good: what brings in, the runs, what arrived, the invalid rows, the last tables, and every
 * monitor and check that touches them; each with its figure and evidence. Only looks. Throws NAME_UNKNOWN.
 */
export async function checklist(
  project: Project,
  { pipeline, date: asked, activation: isActivated = false }: Input<'checklist'>,
  context: Context,
): Promise<ChecklistView> {
  const jobs = jobsOf(project, pipeline);
  if (isActivated) return beforeIt(project, { pipeline, jobs }, context);
  const evidence = await Evidence.of(project, context);
  const newest = await newestRun(jobs, project);
  const before = project.clock.now().toZonedDateTimeISO('UTC').toPlainDate().subtract({ days: 1 });
  const date = asked === undefined ? (newest?.date ?? before) : parseDate(asked);
  const items: ItemView[] = [];
  for (const job of jobs.filter(isEndless)) items.push(await syncDone(job, date, evidence));
  for (const job of jobs.filter((one) => !isEndless(one))) {
    const own = asked === undefined && newest ? await dueBy(job, newest, project) : date;
    const run = await runOf(job, own, project);
    // After an alert, and there was none.
    if (!run && job.triggers.every(({ on }) => on === 'alerted') && job.triggers.length > 0) continue;
    items.push(ranWell(job, own, run, evidence));
    if (!run) continue;
    const of = await evidence.caseOf(run);
    items.push(...(await itemsOf(of, evidence)));
  }
  const isPipeline = project.graph.catalogs.includes(pipeline);
  const reached = isPipeline ? await objectives(project, { pipeline, jobs, date }, context.signal) : [];
  return {
    ...{ pipeline, date: date.toString(), environment: project.environment, items, objectives: reached },
    ok: items.every(({ state }) => state !== 'failed'),
  };
}

/** Throws NAME_UNKNOWN for what is not a pipeline with models that a schedule trains, or with endpoints. */
async function beforeIt(
  project: Project,
  { pipeline, jobs }: { readonly pipeline: string; readonly jobs: readonly Job[] },
  context: Context,
): Promise<ChecklistView> {
  const items = await activation(project, { pipeline, jobs }, context);
  if (items.length === 0)
    throw new EsteiraError('NAME_UNKNOWN', {
      what: `${pipeline} has nothing to be activated: no model that a schedule trains, and no endpoint.`,
      allowed:
        [
          ...new Set(
            [...project.graph.endpoints.values()].map(({ facts }) => project.graph.nodeOf(facts.model).catalog),
          ),
        ].join(', ') || 'none',
      next: `esteira checklist ${pipeline}`,
    });
  const date = project.clock.now().toZonedDateTimeISO('UTC').toPlainDate().toString();
  return {
    ...{ pipeline, date, environment: project.environment, items, objectives: [] },
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
  const rolled = ({ rollback }: Job) => rollback.map(({ model }) => model);
  const own = all.filter((job) =>
    [...job.build, ...job.train, ...job.refine, ...rolled(job)].some((one) => graph.nodeOf(one).catalog === name),
  );
  if (own.length > 0) return own.length > 1 ? own.filter((job) => job.triggers.length > 0) : own;
  throw new EsteiraError('NAME_UNKNOWN', {
    what: `There is no pipeline and no job "${name}".`,
    allowed: fewOf([...graph.catalogs, ...graph.jobs.keys()]) || 'the project has no job yet',
    next: 'Name a pipeline of esteira.config.ts, or a job: `esteira status` lists them.',
  });
}

/** The newest run by the time that was due, of a job that is not brought in without end. */
async function newestRun(jobs: readonly Job[], project: Project): Promise<RunRecord | undefined> {
  const newest: RunRecord[] = [];
  for (const job of jobs.filter((one) => !isEndless(one) || jobs.length === 1)) {
    const [run] = await project.state.runs({ job: job.name, limit: 1 });
    if (run) newest.push(run);
  }
  return newest.toSorted((one, other) => Temporal.Instant.compare(one.logicalTime, other.logicalTime)).at(-1);
}

/** Jobs of one pipeline may be for the day and for the day before: each has the date that was due last when the newest run was. */
async function dueBy(job: Job, { logicalTime, date }: RunRecord, project: Project): Promise<Temporal.PlainDate> {
  if (!isScheduled(job)) return date;
  const { timetable } = await timetableFound(job, project);
  return timetable.tick({ now: logicalTime }).date;
}

/** The newest of the date that was not superseded. */
async function runOf(job: Job, date: Temporal.PlainDate, { state }: Project): Promise<RunRecord | undefined> {
  const runs = await state.runs({ job: job.name, date, limit: 10 });
  return runs.find((run) => run.state !== 'superseded');
}
