import type { Job } from '../../define/index.ts';
import type { RunNotice, RunNoticeKind, StepRecord, Telling, TickRecord } from '../../ports/index.ts';
import { type Project, said, ulid } from '../../run/index.ts';
import { digestOf } from '../approvals/waits.ts';
import { takenBackBy } from '../models/taken-back.ts';
import { count, counted, seconds } from '../numbers.ts';
import { errorLines } from './error-lines.ts';
import { labelIn, labelOf, type Ran } from './subject.ts';
import { gateLines, versionsOf, versionText } from './told-versions.ts';
import { commandIn, few } from './words.ts';

/** Steps that are named; the others are counted. */
const mostSteps = 10;
/** Of those that failed each is told with its error. */
const mostErrors = 3;

type Told = Pick<RunNotice, 'kind' | 'thread' | 'date' | 'what'> & Partial<RunNotice>;

/** Nothing where the job tells nobody, or the environment has nobody in that channel. */
function telling({ tell, name }: Job, project: Project, told: Told): Telling | undefined {
  const members = tell === undefined ? [] : (project.channels?.get(tell) ?? []);
  if (tell === undefined || members.length === 0) return undefined;
  const now = project.clock.now();
  const place = { project: project.name, environment: project.environment };
  const nothing = { versions: [], steps: [], facts: [], look: [] };
  return {
    notice: { id: ulid(now), job: name, ...place, at: now.toString(), ...nothing, ...told },
    tell: members.map((member) => ({ channel: tell, member: member.name })),
  };
}

/** Runs of the whole job that nobody asked for in so many words as a backfill is: who builds ninety dates is not told ninety times. */
const isTold = (job: Job | undefined, { reason }: Reasoned): job is Job =>
  job?.tell !== undefined && (reason === 'schedule' || reason === 'manual');
interface Reasoned {
  readonly reason: string;
}

/** What the channel of a job hears of a run that ends. Never throws: a run does not fail for want of it. */
export async function toldOfEnd(ran: Ran & Reasoned, project: Project): Promise<Telling | undefined> {
  const job = project.graph.jobs.get(ran.job);
  const { runId } = ran;
  if (!isTold(job, ran) || runId === undefined || ran.state === 'running') return undefined;
  const about = { kind: ran.state, thread: runId, runId, date: ran.date.toString(), seconds: ran.took / 1000 };
  try {
    return telling(job, project, { ...about, ...(await endOf(ran, runId, project)) });
  } catch (thrown) {
    const error = said(thrown, project);
    const why = project.redact(error instanceof Error ? error.message : String(error));
    const what = `${job.name} ${words[ran.state]} for ${ran.date}`;
    return telling(job, project, { ...about, what, facts: [`What it did could not be read: ${why}`] });
  }
}

const words = { succeeded: 'succeeded', failed: 'failed', cancelled: 'was cancelled' } as const;

async function endOf(
  ran: Ran,
  runId: string,
  project: Project,
): Promise<Pick<RunNotice, 'what' | 'versions' | 'steps' | 'facts' | 'look'>> {
  const { graph } = project;
  const state = ran.state as keyof typeof words;
  const failed = ran.steps.filter((step) => step.state === 'failed');
  const names = failed.map(({ step }) => labelIn(graph, step));
  const job = graph.jobs.get(ran.job);
  const back = job ? await takenBackBy({ runId, failed: state !== 'succeeded' }, job, project) : [];
  const versions = state === 'succeeded' ? (await versionsOf(ran.steps, runId, project)).map(({ told }) => told) : [];
  const at = names.length > 0 ? ` at ${few(names)}` : '';
  const code = state === 'failed' ? codeOf(failed[0]?.error ?? ran.error) : undefined;
  const where = code === undefined ? at : `${at} (${code})`;
  const became = [...back, ...versions.map(versionText)];
  const waits = await digestOf(project, new Set(ran.steps.map(({ step }) => step)));
  const isAsWanted = versions.every(({ became: how }) => how === 'champion');
  const how = isAsWanted ? ` ${words[state]}` : ',';
  const errors =
    failed.length > 0 && ran.error?.details.where !== `run ${runId}`
      ? failed.slice(0, mostErrors).flatMap(({ step, error }) => errorLines(error, labelIn(graph, step)))
      : errorLines(ran.error?.toJSON());
  return {
    what: `${ran.job}${how} for ${ran.date}${where}${became.length > 0 ? `: ${became.join('; ')}` : ''}`,
    versions,
    steps: ran.steps
      .filter(({ account, state: was }) => account || was === 'failed')
      .map((step) => stepOf(step, project)),
    facts: [
      ...versions.flatMap(gateLines),
      ...(versions.length > 0 ? [''] : []),
      ...errors,
      ...(errors.length > 0 ? [''] : []),
      ...stepLines(ran, project),
      ...waits.facts,
    ],
    look: [
      ...waits.look,
      ...versions.flatMap(({ model, version, became: what, champion }) => [
        commandIn(project, `models show ${model} ${version}`),
        ...(what === 'champion' && champion !== undefined
          ? [commandIn(project, `models rollback ${model} --reason …`)]
          : []),
      ]),
      ...(back.length > 0 && job
        ? job.rollback.map(({ model }) => commandIn(project, `models history ${labelOf(model, graph)}`))
        : []),
      commandIn(project, `show ${runId}`),
      ...(state === 'failed' ? [commandIn(project, `resume ${runId}`)] : []),
    ],
  };
}

/** The same words with another reason are another message. */
const codeOf = (error: unknown): string | undefined => (error as { readonly code?: string } | undefined)?.code;

const stepSeconds = ({ startedAt, endedAt }: StepRecord): number | undefined =>
  startedAt && endedAt ? startedAt.until(endedAt).total('seconds') : undefined;

function stepOf(record: StepRecord, { graph }: Project): RunNotice['steps'][number] {
  const took = stepSeconds(record);
  const { in: total, valid, invalid, duplicates } = record.details?.trained ? {} : (record.account ?? {});
  const learned = record.details?.trained?.rows;
  return {
    ...{ step: labelIn(graph, record.step), state: record.state },
    ...(took === undefined ? {} : { seconds: took }),
    ...(learned === undefined ? {} : { trainingRows: learned }),
    ...(total === undefined ? {} : { in: total }),
    ...(valid === undefined ? {} : { valid }),
    ...(invalid === undefined ? {} : { invalid }),
    ...(duplicates === undefined ? {} : { duplicates }),
  };
}

/** Of a model's step those that it learned from: the rows inside the version mean little to people. */
function rowsOf({ account, details }: StepRecord): Partial<StepRecord['account'] & {}> {
  const learned = details?.trained?.rows;
  return learned === undefined ? (account ?? {}) : { in: learned };
}

/** How far it came and how long that took, and the rows of each step that had some. */
function stepLines({ steps, took }: Ran, { graph }: Project): readonly string[] {
  const done = steps.filter(({ state }) => state === 'done');
  const brought = done.filter((record) => (rowsOf(record).in ?? 0) > 0);
  return [
    `${done.length} of ${counted(steps.length, 'step')} done, ${seconds(took / 1000)}`,
    ...brought.slice(0, mostSteps).map((record) => {
      const { in: total = 0, invalid = 0, duplicates = 0 } = rowsOf(record);
      const left = [
        ...(invalid > 0 ? [`${count(invalid)} invalid`] : []),
        ...(duplicates > 0 ? [counted(duplicates, 'duplicate')] : []),
      ];
      const what = record.details?.trained ? 'training row' : 'row';
      const rows = `${counted(total, what)}${what === 'row' ? ' in' : ''}${left.length > 0 ? `, ${left.join(', ')}` : ''}`;
      return `  ${labelIn(graph, record.step)}: ${rows}, ${seconds(stepSeconds(record) ?? 0)}`;
    }),
    ...(brought.length > mostSteps ? [`  and ${brought.length - mostSteps} more`] : []),
  ];
}

/** A schedule could not even open a run. */
export function toldUnopened(
  job: Job,
  { date, due, error }: Pick<Ran, 'date' | 'error'> & { readonly due: Temporal.Instant },
  project: Project,
): Telling | undefined {
  const why = error ? `: ${error.code}` : '';
  return telling(job, project, {
    ...{ kind: 'not begun', thread: threadOf(job, due), date: date.toString() },
    what: `${job.name} could not begin for ${date}${why}`,
    facts: errorLines(error?.toJSON()),
    look: [commandIn(project, 'doctor')],
  });
}

/** Times for which nothing is run; those whose run has ended were told with that. */
export function toldMissed(
  job: Job,
  skipped: readonly { readonly tick: Pick<TickRecord, 'due' | 'date' | 'run'>; readonly why: string }[],
  project: Project,
): Telling | undefined {
  const missed = skipped.filter(({ tick }) => tick.run === undefined);
  const [first] = missed;
  if (!first) return undefined;
  const dates = [...new Set(missed.map(({ tick }) => tick.date.toString()))];
  const lines = missed.map(({ tick, why }) => `due ${tick.due}, for ${tick.date}: ${why}`);
  const more = lines.length - mostSteps;
  return telling(job, project, {
    ...{
      kind: 'missed' satisfies RunNoticeKind,
      thread: threadOf(job, first.tick.due),
      date: first.tick.date.toString(),
    },
    what: `${job.name} was not run for ${few(dates)}`,
    facts: [...lines.slice(0, mostSteps), ...(more > 0 ? [`and ${more} more`] : [])],
    look: [commandIn(project, 'status'), commandIn(project, `run ${job.name} --date ${dates[0]}`)],
  });
}

const threadOf = ({ name }: Job, due: Temporal.Instant): string => `${name}-${due.epochMilliseconds}`;
