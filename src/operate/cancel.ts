import { EsteiraError } from '../errors.ts';
import type { RunRecord } from '../ports/index.ts';
import type { Project } from '../run/index.ts';
import { sendNow } from './alerts/tell.ts';
import { toldMissed, toldOfEnd } from './alerts/told-run.ts';
import { interruptedOf } from './interrupted.ts';
import { runNamed } from './names.ts';
import { goesOnWith, isBackfill, isRerun, isReset, nameOfBackfill } from './rerun/called.ts';
import { stopHere } from './stops.ts';
import type { CancelView, Input } from './views.ts';
import { runView } from './views-of.ts';

/**
 * Stops a run, whoever of this project carries it out: the step at hand is rolled back, what is published stays. One that was interrupted does not go on
 * by itself any more; due times of a job that have not begun are not run. Throws CANCEL_IMPOSSIBLE where nothing is to be stopped.
 */
export async function cancel(project: Project, { run: name, by }: Input<'cancel'>): Promise<CancelView> {
  const found = name !== undefined && project.graph.jobs.has(name) ? await ofJob(name, project) : undefined;
  if (found === 'waits') return skipDue(name ?? '', by, project);
  const asked = found ?? (name === undefined ? await onlyOne(project) : await runNamed(project, name));
  const record = await keeperOf(asked, project);
  refuseEnded(record);
  await project.state.askToStop(record.runId, by);
  if (!(await stopHere(project, record.runId, by))) await abandon(record, by, project);
  const steps = await project.state.steps(record.runId);
  const after = (await project.state.run(record.runId)) ?? record;
  return {
    run: runView(after, steps),
    left: steps.filter(({ state }) => state !== 'done' && state !== 'skipped').length,
    skipped: [],
    next: goesOnWith(after, project),
  };
}

/** Runs that have not ended; dates of a backfill are its own. */
async function open(project: Project): Promise<readonly RunRecord[]> {
  const runs = await project.state.runs({ state: 'running', limit: 1000 });
  const kept = new Set(runs.filter(({ job }) => isBackfill(job)).map(({ job }) => job));
  return runs.filter(({ job, reason }) => isBackfill(job) || reason !== 'backfill' || !kept.has(nameOfBackfill(job)));
}

async function onlyOne(project: Project): Promise<RunRecord> {
  const runs = await open(project);
  const [first] = runs;
  if (first && runs.length === 1) return first;
  throw impossible(first ? `${runs.length} runs go on: which?` : 'Nothing goes on.', {
    ...(first && { allowed: runs.map(({ runId, job, date }) => `${runId} (${job} ${date})`).join('\n') }),
    next: first
      ? `esteira cancel ${first.runId}`
      : '`esteira status` shows what is due; `esteira runs` what has ended.',
  });
}

/** The run of a job that has not ended, or that due times of it wait. */
async function ofJob(job: string, project: Project): Promise<RunRecord | 'waits' | undefined> {
  const run = (await open(project)).find((one) => one.job === job || one.job === nameOfBackfill(job));
  if (run) return run;
  const due = await dueOf(job, project);
  if (due.length > 0) return 'waits';
  throw impossible(`Nothing of ${job} goes on, and nothing of it waits.`, { next: `esteira runs ${job}` });
}
const dueOf = async (job: string, { state }: Project) =>
  (await state.ticks.pending()).filter((tick) => tick.job === job && tick.state === 'due');

/** What waits in a row for its turn is not begun. */
async function skipDue(job: string, by: string, project: Project): Promise<CancelView> {
  const due = await dueOf(job, project);
  const why = `${by} has cancelled it`;
  const definition = project.graph.jobs.get(job);
  const skipped = due.map((tick) => ({ tick, why }));
  // All of them are told with the first.
  let telling = definition && toldMissed(definition, skipped, project);
  for (const { tick } of skipped) {
    await project.state.ticks.skip(tick, why, telling);
    if (telling) sendNow(project);
    telling = undefined;
  }
  return {
    left: 0,
    skipped: due.map(({ date, due: at }) => ({ job, date: date.toString(), due: at.toString() })),
    next: `esteira run ${job} --date ${due[0]?.date}`,
  };
}

/** A date that is being built is stopped with its backfill. */
async function keeperOf(record: RunRecord, { state }: Project): Promise<RunRecord> {
  if (record.state !== 'running' || record.reason !== 'backfill' || isBackfill(record.job)) return record;
  const [keeper] = await state.runs({ job: nameOfBackfill(record.job), state: 'running', limit: 1 });
  return keeper ?? record;
}

function refuseEnded({ runId, job, state }: RunRecord): void {
  if (isReset(job) && state === 'running')
    throw impossible('Tables that are being dropped are dropped to the end.', {
      where: `run ${runId}`,
      next: 'esteira status',
    });
  if (state === 'running') return;
  const how = {
    succeeded: 'has succeeded',
    failed: 'has failed',
    cancelled: 'was stopped',
    superseded: 'was begun anew',
  };
  throw impossible(`The run ${how[state]}: nothing of it goes on.`, {
    where: `run ${runId} of ${job}`,
    next: 'esteira runs',
  });
}

/** Nobody carries it out: its process died. */
async function abandon(record: RunRecord, by: string, project: Project): Promise<void> {
  const { state, clock, holder } = project;
  const dates = isBackfill(record.job) ? await datesOf(record, project) : [];
  for (const one of [record, ...dates]) {
    const { runId, job } = one;
    // What a rerun has left as it was may still be done.
    const as = isRerun(job) ? 'failed' : 'cancelled';
    const error = new EsteiraError('CANCELLED', {
      what: `${by} has stopped it; nobody carried it out.`,
      where: `run ${runId}`,
      next: goesOnWith({ ...one, state: as }, project),
    });
    const took = one.createdAt.until(clock.now()).total('milliseconds');
    const ran = { ...one, state: as, took, steps: await state.steps(runId), error } as const;
    const telling = await toldOfEnd(ran, project);
    const how = { holder, as, error: error.toJSON(), now: clock.now() } as const;
    await state.abandon(runId, { ...how, ...(telling ? { telling } : {}) });
    if (telling) sendNow(project);
  }
  if (!isBackfill(record.job)) return;
  for (const { backfillId, state: was, job } of await state.backfills.list({ limit: 1000 }))
    if (was === 'running' && nameOfBackfill(job) === record.job)
      await state.backfills.end(backfillId, 'stopped', clock.now());
}

async function datesOf({ job }: RunRecord, project: Project): Promise<readonly RunRecord[]> {
  const runs = await project.state.runs({ state: 'running', limit: 1000 });
  const left = await interruptedOf(runs, project);
  return runs.filter((one) => one.reason === 'backfill' && nameOfBackfill(one.job) === job && left.has(one.runId));
}

const impossible = (
  what: string,
  more: { readonly where?: string; readonly allowed?: string; readonly next: string },
) => new EsteiraError('CANCEL_IMPOSSIBLE', { what, ...more });
