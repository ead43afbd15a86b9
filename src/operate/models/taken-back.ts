import type { Job, Rollback } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import type { AlertRecord, Figure, Freeze, Held } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import { jobAsActor } from '../actors.ts';
import { labelIn } from '../alerts/subject.ts';
import { commandIn, few } from '../alerts/words.ts';
import { moment } from '../numbers.ts';
import { labelOfModel, type ModelNode } from './find.ts';
import { chainOf, type Life, lifeOf } from './life.ts';
import { moveTo } from './move.ts';
import { championBefore } from './rollback.ts';

/** What a run has done about champions that an alert is about. */
export interface TakingBack {
  /** What there is to say of each model, as sentences without their ends. */
  readonly said: readonly string[];
  /** Why one could not be taken back that was to be. */
  readonly error?: EsteiraError;
}

/**
 * Takes the champions back that the job names and an open alert of its monitors is about, with all that each goes on from. One that was moved since the alert
 * stays, unless to what goes on from it, and so does one of which no alert is open any more; a run that was killed after its move does nothing twice.
 */
export async function takeBack(job: Job, held: Held, project: Project): Promise<TakingBack> {
  const said: string[] = [];
  let error: EsteiraError | undefined;
  for (const rollback of job.rollback)
    try {
      said.push(await takeOne(rollback, { job, held, project }));
    } catch (thrown) {
      if (!(thrown instanceof EsteiraError) || thrown.code === 'FENCED') throw thrown;
      error ??= thrown;
    }
  return { said, ...(error ? { error } : {}) };
}

interface Taking {
  readonly job: Job;
  readonly held: Held;
  readonly project: Project;
}

async function takeOne({ model, frozen }: Rollback, { job, held, project }: Taking): Promise<string> {
  const node = project.graph.nodeOf(model) as ModelNode;
  const label = labelOfModel(project, node);
  const { models } = project.state;
  const [last] = await models.freezes({ model: node.id, limit: 1 });
  if (last?.runId === held.runId) return takenBackText(label, last, project);
  const life = await lifeOf(project, node.id);
  const champion = life?.version;
  const about = await openAlerts(job, project);
  const own = about.filter(({ latest }) => life && isAbout(latest, life, node.id));
  const [alert] = own;
  if (!alert || champion === undefined) return nothingText(label, champion, { about, id: node.id });
  refuseTooSoon(last, { label, champion, project });
  const chain = await chainOf(project, node.id, champion);
  const version = await championBefore(project, node, champion, { whole: true, chain });
  const monitors = own.map(({ monitor }) => monitor);
  const days = frozen === undefined ? {} : { days: Number.parseInt(frozen, 10) };
  try {
    await moveTo(
      project,
      {
        node,
        version,
        chain,
        takesBack: true,
        insteadOf: champion,
        held,
        freezes: { job: job.name, monitors, ...days },
      },
      { by: jobAsActor(job.name), reason: `${alert.monitor}: ${alert.latest.what}` },
    );
  } catch (thrown) {
    if (!(thrown instanceof EsteiraError) || thrown.code !== 'CHAMPION_CHANGED') throw thrown;
    // It may be one that goes on from it.
    return takeOne({ model, ...(frozen === undefined ? {} : { frozen }) }, { job, held, project });
  }
  const [freeze] = await models.freezes({ model: node.id, limit: 1 });
  return takenBackText(label, freeze as Freeze, project);
}

async function openAlerts({ triggers }: Job, { state }: Project): Promise<readonly AlertRecord[]> {
  const begins = new Set(triggers.flatMap((trigger) => (trigger.on === 'alerted' ? [trigger.of.name] : [])));
  const open = await state.alerts.alerts({ open: true, limit: 1000 });
  // That something could not be measured says nothing of the champion.
  return open.filter(({ monitor, latest }) => begins.has(monitor) && latest.verdict !== 'failed');
}

const isAbout = ({ champions, lives }: Figure, { version, since }: Life, id: string): boolean =>
  lives?.[id] === undefined ? champions?.[id] === version : lives[id] === since.toString();

/** `ltr 20250714_0215 was taken back, 20250713_0215 is the champion again; …`. */
async function takenBackText(label: string, { model, from, to, days }: Freeze, project: Project): Promise<string> {
  const [, ...others] = await chainOf(project, model, from);
  const all = others.length > 0 ? ` with what it goes on from (${few(others)})` : '';
  const until = days === undefined ? 'a person says so' : `a person says so, or ${days} good days have passed`;
  return `${label} ${from} was taken back${all}, ${to} is the champion again; nothing is promoted automatically until ${until}`;
}

/** What a run has done, for whoever is told of it; of one that failed only what has happened. */
export async function takenBackBy(
  { runId, failed }: { readonly runId: string; readonly failed: boolean },
  job: Job,
  project: Project,
): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const { model } of job.rollback) {
    const { id } = project.graph.nodeOf(model);
    const [last] = await project.state.models.freezes({ model: id, limit: 1 });
    const label = labelIn(project.graph, id);
    if (last?.runId === runId) texts.push(await takenBackText(label, last, project));
    else if (!failed) texts.push(`nothing of ${label} was taken back`);
  }
  return texts;
}

function nothingText(
  label: string,
  champion: string | undefined,
  { about, id }: { readonly about: readonly AlertRecord[]; readonly id: string },
): string {
  if (champion === undefined) return `${label} has no champion: nothing was taken back`;
  const others = [...new Set(about.flatMap(({ latest }) => latest.champions?.[id] ?? []))];
  return others.length > 0
    ? `nothing was taken back: the alert is about ${label} ${few(others)}, and ${champion} is the champion by now`
    : `nothing was taken back: no alert is open about ${label} ${champion}`;
}

const dayOf = (at: Temporal.Instant): string => at.toZonedDateTimeISO('UTC').toPlainDate().toString();

function refuseTooSoon(
  last: Freeze | undefined,
  { label, champion, project }: { readonly label: string; readonly champion: string; readonly project: Project },
): void {
  if (!last || dayOf(last.since) !== dayOf(project.clock.now())) return;
  throw new EsteiraError('ROLLBACK_TOO_SOON', {
    what: `${label} ${champion} is not taken back: ${last.from} was already taken back today; at most one a day.`,
    where: `job ${last.job}, ${moment(last.since.toString())}`,
    got: `a second automatic rollback of ${dayOf(last.since)}, in UTC`,
    next: `Look at what both have in common, the rows above all; ${commandIn(project, `models rollback ${label} --reason …`)} takes it back by hand.`,
  });
}
