import type { AnyTable, Definition, Job, Monitor } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { receiptsOf, refusing } from '../../graph/index.ts';
import type { AlertChange, Judged } from '../../ports/index.ts';
import { championsNow, type Project, type RunValues, readSettings, said, ulid } from '../../run/index.ts';
import { figureOf } from './figure.ts';
import { type Ran, type Subject, subjectOf } from './subject.ts';

/** Whose number a run may have changed. */
export function touchedBy(ran: Ran, { graph }: Project): readonly Monitor[] {
  const done = new Set(ran.steps.filter((one) => isPublished(one, graph)).map(({ step }) => step));
  const isBuilt = (of: Monitor['dependsOn'][number]): boolean =>
    of.kind !== 'job' && done.has(graph.nodeOf(writing(of)).id);
  return [...graph.monitors.values()].filter(({ every, expect: { measure } }) => {
    if (every !== undefined || ran.state === 'cancelled') return false;
    if (measure.measure === 'duration' || measure.measure === 'failures') return measure.of[0].name === ran.job;
    // What a part of a job brings, or a table that is built again, is no day's rows.
    if ((measure.measure === 'rows' || measure.measure === 'volume') && !graph.jobs.has(ran.job)) return false;
    return measure.of.some(isBuilt);
  });
}

/** Of a delivery that fails its receipts say why. */
const isPublished = ({ state, step }: Ran['steps'][number], { nodes }: Project['graph']): boolean => {
  const node = nodes.get(step);
  return state === 'done' || (state === 'failed' && node !== undefined && receiptsOf(node.definition) !== undefined);
};
/** What writes it: of a view over receipts these. */
const writing = (definition: Definition): Definition => {
  const of = (definition as AnyTable).spec?.batchesOf as AnyTable | undefined;
  return of ? of.receipts : refusing(definition);
};

/** What monitors find, on its way into the state; of the champions that there are now, whatever the run began with. */
export async function judgedBy(monitors: readonly Monitor[], subject: Subject): Promise<readonly Judged[]> {
  const found: Judged[] = [];
  const { project, values } = subject;
  const champions = await championsNow(project);
  const now = { ...subject, values: { ...values, settings: { ...values.settings, ...champions } } };
  for (const monitor of monitors) {
    const one = await judgedOne(monitor, now);
    if (one) found.push(one);
  }
  return found;
}

async function judgedOne(monitor: Monitor, subject: Subject): Promise<Judged | undefined> {
  const { project, zone } = subject;
  const figure = await figureOf(monitor, subject);
  if (!figure) return undefined;
  const { name, tell, next } = monitor;
  const now = project.clock.now();
  const begun = [...project.graph.jobs.values()].filter((job) => isStartedBy(job, name));
  const again = begun.filter(({ pauses }) => pauses.coolDown !== undefined).map((job) => job.name);
  const members = tell === undefined ? [] : (project.channels?.get(tell) ?? []);
  return {
    ...{
      noticeId: ulid(now),
      alertId: ulid(now),
      figure,
      zone,
      project: project.name,
      environment: project.environment,
    },
    tell: members.map((member) => ({ channel: tell ?? '', member: member.name })),
    ...(next === undefined ? {} : { next }),
    starts: begun.map((job) => job.name),
    ...(again.length > 0 ? { again } : {}),
  };
}
const isStartedBy = ({ triggers }: Job, name: string): boolean =>
  triggers.some((trigger) => trigger.on === 'alerted' && trigger.of.name === name);

/** What the monitors of a run find at its end. Never throws: a run does not fail for want of its monitors. */
export async function judgedOf(
  ran: Ran,
  values: RunValues,
  project: Project,
): Promise<{ readonly judged: readonly Judged[]; readonly trouble?: string }> {
  try {
    const monitors = touchedBy(ran, project);
    if (monitors.length === 0) return { judged: [] };
    return { judged: await judgedBy(monitors, subjectOf(project, values, { ran, zone: ran.zone })) };
  } catch (thrown) {
    const error = said(thrown, project);
    return { judged: [], trouble: error instanceof EsteiraError ? `${error.code}: ${error.message}` : String(error) };
  }
}

/** What cannot wait for the end of a run, or is of none: in a transaction of its own. */
export async function judgeNow(
  monitors: readonly Monitor[],
  {
    ran,
    date,
    zone,
    at,
  }: {
    readonly ran?: Ran;
    readonly date: Temporal.PlainDate;
    readonly zone: string;
    readonly at?: Temporal.Instant;
  },
  project: Project,
): Promise<readonly AlertChange[]> {
  if (monitors.length === 0) return [];
  const settings = await readSettings(project).catch(() => ({}));
  const values: RunValues = { runId: ran?.runId ?? '', date, logicalTime: at ?? project.clock.now(), settings };
  const judged = await judgedBy(monitors, subjectOf(project, values, { ...(ran ? { ran } : {}), zone }));
  // Of a run that goes on nothing holds yet.
  const counted = judged.filter(({ figure }) => ran?.state !== 'running' || figure.verdict === 'broken');
  return project.state.alerts.judge(project.holder, counted, project.clock.now());
}

/** A job that was due could not even begin: there is no run that could say so. */
export async function judgeUnopened(
  job: Job,
  { date, zone, error }: Pick<Ran, 'date' | 'zone' | 'error'>,
  project: Project,
): Promise<readonly AlertChange[]> {
  const ran: Ran = { job: job.name, date, zone, state: 'failed', took: 0, steps: [], error };
  const monitors = touchedBy(ran, project).filter(({ expect }) => expect.measure.measure === 'failures');
  return judgeNow(monitors, { ran, date, zone }, project);
}
