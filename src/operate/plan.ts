import type { Job } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { isEndless, select, stepsOf } from '../graph/index.ts';
import type { StepModel } from '../plan/index.ts';
import { changeText } from '../plan/index.ts';
import {
  follows,
  knownChampions,
  knownVersions,
  modelsOf,
  Progress,
  type Project,
  reachOf,
  readSettings,
  reasonOf,
  settingsHashOf,
  setupChanges,
} from '../run/index.ts';
import { visibleChanges } from '../run/models.ts';
import { labelOf } from './alerts/subject.ts';
import { driftsOf, leftBehindOf } from './drifts.ts';
import { jobOf, standInsOf } from './names.ts';
import { tickFor } from './run.ts';
import type { Input, PlanView } from './views.ts';
import { stepViews } from './views-of.ts';
import { progressOf, type Why, whysOf } from './why.ts';

/** What a run would do, and why; nothing is done. */
export async function plan(project: Project, input: Input<'plan'>): Promise<PlanView> {
  const job = input.job ? jobOf(project, input.job) : onlyJob(project);
  const tick = await tickFor(job, input.date, project);
  const found = stepsOf(project.graph, job);
  const chosen = select(found.steps, input.select ?? []);
  const models = await modelsOf(chosen, project);
  const changes = await setupChanges(models, project);
  const looking = {
    project,
    date: tick.date,
    at: tick.logicalTime,
    forced: input.again === true,
    progress: await progressOf(project),
  };
  const whys = await whysOf(models, looking);
  const views = stepViews(chosen);
  return {
    job: job.name,
    date: tick.date.toString(),
    logicalTime: tick.logicalTime.toString(),
    zone: tick.zone,
    environment: project.environment,
    standIns: standInsOf(project, chosen),
    steps: models.map((model, index) => ({
      ...(views[index] as (typeof views)[number]),
      mode: modeText(model),
      ...whyView(whys.get(model.node.id)),
      reads: model.reads.map((one) => `${one.node.id}${one.how.startsWith('new') ? ' (new rows)' : ''}`),
    })),
    rollback: input.select?.length ? [] : job.rollback.map(({ model }) => labelOf(model, project.graph)),
    readsOnly: found.readsOnly.map((node) => node.id),
    changed: await driftsOf(models, changes, looking),
    leftBehind: await leftBehindOf(project),
    // What would lose values is no step of set-up: it is among what has changed.
    setup: visibleChanges(changes)
      .filter((change) => change.change !== 'retype column' || change.lost === 0)
      .map(changeText),
  };
}

const whyView = ({ reason, text }: Why = { reason: 'nothing', text: '' }) => ({ reason, why: text });

/** The job that people mean when they name none: the only one that ends. */
function onlyJob(project: Project): Job {
  const jobs = [...project.graph.jobs.values()].filter((job) => !isEndless(job));
  const [only] = jobs;
  if (only && jobs.length === 1) return only;
  throw new EsteiraError('COMMAND_UNKNOWN', {
    what: 'Which job is to be planned?',
    allowed: jobs.map((job) => job.name).join(', ') || 'the project has no job yet',
    next: 'esteira plan <job>',
  });
}

/** As the definition says it; a stream appends. */
function modeText({ node, kind }: StepModel): string {
  if (node.definition.kind !== 'table') return kind === 'source' ? 'append' : kind;
  const { write } = node.definition.spec;
  return typeof write === 'object' ? write.way : write;
}

/** False where a run of the job would find nothing to do. */
export async function isAnythingNew(job: Job, project: Project): Promise<boolean> {
  if (follows(job, project)) return true;
  const { date, logicalTime: at } = await tickFor(job, undefined, project);
  const models = await modelsOf(stepsOf(project.graph, job).steps, project);
  const progress = await Progress.load(project, project.graph.catalogs);
  const settings = {
    ...(await readSettings(project)),
    ...(await knownChampions(models, project)),
    ...(await knownVersions(models, project)),
  };
  for (const model of models.filter(({ kind }) => kind !== 'view')) {
    const reach = await reachOf(model, { project, progress, date, at });
    const settingsHash = settingsHashOf(model, settings, project);
    if (reasonOf(model, reach, { progress, settingsHash, forced: false }) !== undefined) return true;
  }
  return false;
}
