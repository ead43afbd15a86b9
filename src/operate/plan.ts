import type { Job } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { isEndless, select, stepsOf } from '../graph/index.ts';
import type { StepModel } from '../plan/index.ts';
import { changeText } from '../plan/index.ts';
import { tickOf } from '../plan/ticks.ts';
import { Progress } from '../run/bounds.ts';
import { modelsOf, type Project, setupChanges } from '../run/index.ts';
import { visibleChanges } from '../run/models.ts';
import { jobOf, parseDate, standInsOf } from './names.ts';
import type { Input, PlanView } from './views.ts';
import { stepViews } from './views-of.ts';

/** What a run would do, and why; nothing is done. */
export async function plan(project: Project, input: Input<'plan'>): Promise<PlanView> {
  const job = input.job ? jobOf(project, input.job) : onlyJob(project);
  const now = project.clock.now();
  const tick = tickOf(job, { now, ...(input.date ? { date: parseDate(input.date) } : {}) });
  const found = stepsOf(project.graph, job);
  const chosen = select(found.steps, input.select ?? []);
  const models = await modelsOf(chosen, project);
  const changes = await setupChanges(models, project);
  const read = models.flatMap((model) => model.reads.map((one) => one.node.catalog));
  const progress = await Progress.load(project, [...models.map((model) => model.node.catalog), ...read]);
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
      why: whyText(model, progress),
      reads: model.reads.map((one) => `${one.node.id}${one.how.startsWith('new') ? ' (new rows)' : ''}`),
    })),
    readsOnly: found.readsOnly.map((node) => node.id),
    setup: visibleChanges(changes).map(changeText),
  };
}

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

function modeText({ node, kind }: StepModel): string {
  if (node.definition.kind !== 'table') return kind === 'source' ? 'append' : kind;
  const { write } = node.definition.spec;
  return typeof write === 'object' ? write.way : write;
}

function whyText(model: StepModel, progress: Progress): string {
  if (model.kind === 'view') return 'shows its tables';
  const latest = progress.latest(model.node);
  if (!latest) return 'never built';
  if (latest.definition !== model.definition) return 'its definition has changed';
  const waiting = model.reads.filter((read) => {
    const mark = progress.watermark(model.node, read.node.id);
    return (
      (read.how === 'new' || read.how === 'whole') && mark !== undefined && mark < progress.sequenceOf(read.node.id)
    );
  });
  if (waiting.length > 0) return `new in ${waiting.map((read) => `${read.node.schema}.${read.node.table}`).join(', ')}`;
  if (model.reads.some((read) => read.how.endsWith('files'))) return 'reads files';
  return model.runValues ? "uses the run's date or time" : 'nothing new so far';
}
