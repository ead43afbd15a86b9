import { EsteiraError, render } from '../errors.ts';
import type { GraphStep } from '../graph/index.ts';
import type { StepModel } from '../plan/index.ts';
import type { Tick } from '../plan/ticks.ts';
import { driftTexts, type NewRun, type Opened, type Reason, type RunRecord, type StepRecord } from '../ports/index.ts';
import {
  beginSettings,
  type Captured,
  capture,
  capturedBy,
  execute,
  limit,
  modelsOf,
  Progress,
  type Project,
  type Redefined,
  type Rerun,
  type RunValues,
  readChampions,
  redefined,
  refuseDestroying,
  refuseMissingEngine,
  refuseMissingInputs,
  refuseUnlessSetUp,
  refuseUnreadable,
  release,
  type SettingValues,
  type StepOutcome,
  said,
  setupChanges,
  showChampions,
  tooLong,
  trainedOtherwise,
  ulid,
  type Waiting,
} from '../run/index.ts';
import { jobAsActor } from './actors.ts';
import { judgedOf } from './alerts/judge.ts';
import { watchLong } from './alerts/long.ts';
import type { Ran } from './alerts/subject.ts';
import { sendNow, tellChanges } from './alerts/tell.ts';
import { toldOfEnd } from './alerts/told-run.ts';
import { tellWaits } from './approvals/waits.ts';
import { refuseUnready } from './doctor/before.ts';
import { forgetLook } from './doctor/kept-looks.ts';
import { driftViews } from './drifts.ts';
import { importsGoingOn } from './former.ts';
import { logged } from './job-log.ts';
import { Journal } from './journal.ts';
import { movedTexts } from './models/moved.ts';
import { takeBack } from './models/taken-back.ts';
import { thawWhatIsGood } from './models/thaw.ts';
import { standInsOf } from './names.ts';
import { isRerun } from './rerun/called.ts';
import { bothOf, cancelled, runFailed } from './run-errors.ts';
import { fetchSeen } from './serve/fetch-seen.ts';
import { seenTexts } from './settings.ts';
import { stoppable } from './stops.ts';
import type { Context, DriftView, RunView } from './views.ts';
import { errorView, runView, stepViews } from './views-of.ts';

/** What a run is to do, whatever asks for it. */
export interface Work {
  /** As the run is called: of a part of a job `<job>:<selection>`. */
  readonly job: string;
  readonly steps: readonly GraphStep[];
  readonly tick: Tick;
  readonly reason: Reason;
  /** Who asks, where that is known. */
  readonly by?: string;
  readonly params?: Readonly<Record<string, string>>;
  /** Kept with the settings of a run that is opened. */
  readonly fixed?: Readonly<Record<string, string>>;
  /** A date that has succeeded or failed begins anew. */
  readonly again?: boolean;
  /** By step: those that are done once more. */
  readonly reruns?: ReadonlyMap<string, Rerun>;
  /** Another run of this process has the leases, with this token. */
  readonly under?: bigint;
  /** Other runs write the same tables meanwhile: what can be made before their turn is made before. */
  readonly ahead?: boolean;
  /** It is begun although what it needs is not there. */
  readonly anyway?: boolean;
  /** The warehouse does not have what an earlier run of the date published. */
  readonly lost?: boolean;
  /** Of changes: until it is stopped. */
  readonly endless?: boolean;
  /** Of changes: every table is read whole once more. */
  readonly snapshot?: boolean;
  /** Aborted when the owner ends: the run is left as it is, for the next owner to go on with. */
  readonly stopping?: AbortSignal;
}

/** Opens a run, or goes on with one, carries its steps out, and ends it; what happens stands in the file that its job writes to. */
export const carryOut = (work: Work, project: Project, context: Context): Promise<RunView> =>
  logged(work, { project, context }, async (heard) => {
    const view = await carry(work, project, heard);
    // Of many dates it is said once, by what has them built.
    if (!view.alreadyDone && work.under === undefined) await tellWaits(project, view.steps, heard);
    return view;
  });

async function carry(asked: Work, project: Project, context: Context): Promise<RunView> {
  const { tick, reason, steps: chosen } = asked;
  const started = performance.now();
  const models = await modelsOf(chosen, project);
  const imports = models.some(({ kind }) => kind === 'model') ? await importsGoingOn(asked, project) : {};
  const work: Work = { ...asked, fixed: { ...imports, ...asked.fixed } };
  refuseUnreadable(models, project);
  const captured = capturedBy(models, work.job, project);
  refuseUnlessSetUp(await setupChanges(models, project), project);
  await refuseMissingInputs(models, project);
  const reruns = work.reruns ?? new Map<string, Rerun>();
  const changed = await changedSince(models, { project, reruns });
  await refuseDestroying(models, { project, reruns, changed });
  // What follows changes waits for whoever is not there, as long as it lasts.
  if (work.anyway || reason === 'always') await refuseMissingEngine(models, project, work.fixed);
  else await refuseUnready(models, work, project, context);
  await showChampions(project);
  const champions = await readChampions(models, project);
  const { settings: read, changes } = await beginSettings(project, work.params ?? {});
  const settings = { ...read, ...champions };
  const opened = await openRun(project, {
    runId: ulid(project.clock.now()),
    job: work.job,
    date: tick.date,
    logicalTime: tick.logicalTime,
    zone: tick.zone,
    reason,
    plan: stepViews(chosen).map((view) => ({ ...view, rerun: work.reruns?.get(view.step) })),
    params: work.params ?? {},
    settings: { ...settings, ...work.fixed },
    steps: models.map((model) => ({ step: model.node.id, definition: model.definition })),
    targets: models.filter((model) => model.kind !== 'view').map((model) => model.node.id),
    again: work.again === true || work.lost === true,
    ...(work.under === undefined ? {} : { under: work.under }),
    holder: project.holder,
    now: project.clock.now(),
  });
  if (opened.opened === 'done') {
    const lost = opened.run.state === 'succeeded' ? await unproven(opened.run, models, project) : [];
    if (lost.length === 0)
      return { ...runView(opened.run, await project.state.steps(opened.run.runId)), alreadyDone: true };
    const text = `Run ${opened.run.runId} of ${tick.date} has succeeded, but the warehouse does not have what it published (${lost[0]}): it was made anew, or is an older copy. The date runs again.`;
    context.emit({ type: 'note', level: 'warn', text });
    return await carry({ ...work, lost: true }, project, context);
  }
  for (const text of [...redefinedTexts(driftViews(changed)), ...seenTexts(changes)]) emitNote(context, text);
  for (const text of await trainedOtherwise(models, settings, project))
    context.emit({ type: 'note', level: 'warn', text });
  const stop = stoppable(project, opened.held.runId);
  try {
    const signal = AbortSignal.any([context.signal, stop.signal]);
    return await goOn(opened, { work, models, captured, settings, started }, project, { ...context, signal });
  } finally {
    stop.end();
  }
}

async function goOn(
  opened: Begun,
  {
    work,
    models,
    captured,
    settings,
    started,
  }: {
    readonly work: Work;
    readonly models: readonly StepModel[];
    readonly captured: Captured | undefined;
    readonly settings: SettingValues;
    readonly started: number;
  },
  project: Project,
  context: Context,
): Promise<RunView> {
  const { reason, steps: chosen, endless = false, snapshot: anew = false } = work;
  await project.trace('opened');
  await fetchSeen(models, project, context);
  for (const text of publishedAsWas(opened.steps, models)) emitNote(context, text);
  emitRun(opened, chosen, project, context);
  const journal = new Journal(project, opened.held.runId);
  const { limits } = project.graph.jobs.get(work.job.split(':')[0] ?? '') ?? {};
  const within = limits?.run;
  const time = limit(project.clock, within, () => tooLong('The run', within ?? '0 ms', `run ${opened.held.runId}`));
  const values: RunValues = {
    runId: opened.held.runId,
    date: opened.run.date,
    logicalTime: opened.run.logicalTime,
    // A run that was interrupted uses what it began with; what has been added since then is as it is now.
    settings: { ...settings, ...(opened.run.settings as SettingValues) },
  };
  const going = watchLong(opened.run, values, { project, context });
  let left = 0;
  const carryingOut = {
    project,
    ...(work.by ? { by: work.by } : {}),
    held: opened.held,
    values,
    of: { job: opened.run.job, date: opened.run.date, zone: opened.run.zone, reason: opened.run.reason },
    models,
    resumed: opened.opened === 'resumed',
    signal: AbortSignal.any([context.signal, time.signal]),
    onStep: (outcome: StepOutcome) => {
      if (outcome.state === 'skipped') left += 1;
      if (outcome.state === 'failed' && outcome.error?.code !== 'FENCED' && !context.signal.aborted) going.failed();
      emitStep(outcome, journal, context);
    },
    onWait: (waiting: Waiting) => emitWait(waiting, journal, context),
    onProgress: (step: string, text: string) => context.emit({ type: 'progress', step, text }),
    onLine: (step: string, text: string) => journal.add([{ step, level: 'info', text }]),
  };
  const steps = {
    ...carryingOut,
    needs: new Map(
      chosen.map((step) => [step.node.id, step.needs.filter((need) => chosen.some((other) => other.node.id === need))]),
    ),
    records: new Map(opened.steps.map((step) => [step.step, step])),
    forced: work.again === true && reason !== 'always',
    ...(work.reruns ? { reruns: work.reruns } : {}),
    ...(work.under === undefined ? {} : { claimed: true }),
    ...(work.ahead ? { ahead: true } : {}),
    within: limits?.step,
  };
  const onNote = (text: string) => emitNote(context, text);
  const carrying = captured ? capture({ ...carryingOut, captured, endless, anew, onNote }) : execute(steps);
  const failures = await carrying
    .catch(async (error) => {
      await journal.settled();
      return giveBack(opened, error, { project, context, values, took: going.took() });
    })
    .finally(async () => {
      time.end();
      await going.end();
    });
  const unkept = await journal.settled();
  if (unkept)
    context.emit({ type: 'note', level: 'warn', text: `The log of this run is not whole: ${String(unkept)}` });
  // Who stops a run after its last publication has stopped nothing.
  const isWhole = left === 0 && failures.length === 0;
  const late = time.signal.aborted && !isWhole ? (time.signal.reason as EsteiraError) : undefined;
  return finish(opened, failures, { project, context, started, work, isWhole, late, values, took: going.took() });
}

/** What a definition was when its step was published stays as it is. */
function publishedAsWas(steps: readonly StepRecord[], models: readonly StepModel[]): readonly string[] {
  const now = new Map(models.map(({ node, definition }) => [node.id, definition]));
  const other = steps.filter(({ state, step, definition }) => state === 'done' && now.get(step) !== definition);
  return other.map(
    ({ step }) => `${step} was published before its definition changed: it stays, and what is left reads it so`,
  );
}

/** Those that were published with another definition last, but for what is built again from the start. */
async function changedSince(
  models: readonly StepModel[],
  { project, reruns }: { readonly project: Project; readonly reruns: ReadonlyMap<string, Rerun> },
): Promise<readonly Redefined[]> {
  const kept = models.filter(({ node }) => reruns.get(node.id) !== 'anew');
  const progress = await Progress.load(
    project,
    kept.map(({ node }) => node.catalog),
  );
  return redefined(kept, { project, progress, onlyPending: true });
}

/** What a run says of definitions that have changed since what is there was written. */
const redefinedTexts = (drifts: readonly DriftView[]): readonly string[] =>
  drifts.flatMap(({ label, means, what, next, kept }) => {
    const rest = next ? `${next} gives it to the rows that are there` : kept && `rows from now on only: ${kept}`;
    if (!rest || (means !== 'rebuild' && means !== 'fill')) return [];
    return [`${label}: its definition has changed${what.length > 0 ? ` (${what.join('; ')})` : ''}; ${rest}`];
  });

/** Steps that only the state calls done. */
async function unproven(run: RunRecord, models: readonly StepModel[], project: Project): Promise<readonly string[]> {
  const written = models.filter((model) => model.kind !== 'view').map(({ node }) => node);
  const published = new Set<string>();
  for (const catalog of new Set(written.map((node) => node.catalog)))
    for (const { step } of await project.warehouse.publications(catalog, run.runId)) published.add(step);
  const done = (await project.state.steps(run.runId)).filter(({ state }) => state === 'done').map(({ step }) => step);
  return done.filter((step) => written.some(({ id }) => id === step) && !published.has(step));
}

/** A run that is in the way is carried out by the process that owns the project: this one. */
async function openRun(project: Project, asked: NewRun): Promise<Opened> {
  try {
    return await project.state.open(asked);
  } catch (error) {
    if (!(error instanceof EsteiraError) || error.code !== 'RUN_IN_PROGRESS') throw error;
    const { pid, command } = project.owner;
    const where = `${error.details.where}, in process ${pid} (${command})`;
    throw new EsteiraError(error.code, { ...error.details, where }, { cause: error });
  }
}

/** A run that cannot even end its steps leaves its leases, so that the next need not wait for this process to end. */
async function giveBack(opened: Begun, error: unknown, beside: Beside): Promise<never> {
  const told = said(error, beside.project);
  const kept = told instanceof EsteiraError ? told : undefined;
  // What kept the run from going on may keep it from saying so.
  await end(opened, { state: 'failed', error: kept }, beside).catch(() => undefined);
  throw error;
}

interface Beside {
  readonly project: Project;
  readonly context: Context;
  readonly values: RunValues;
  /** In milliseconds. */
  readonly took: number;
}
type Begun = Exclude<Opened, { opened: 'done' }>;

/** Ends the run, and in the same transaction what its monitors found and who is to be told. */
async function end(
  { held, run }: Begun,
  { state, error }: { readonly state: Exclude<Ran['state'], 'running'>; readonly error: EsteiraError | undefined },
  { project, context, values, took }: Beside,
): Promise<void> {
  const { runId, job } = held;
  const isHeard = project.graph.monitors.size > 0 || project.graph.jobs.get(job)?.tell !== undefined;
  const steps = isHeard ? await project.state.steps(runId) : [];
  const ran: Ran = { runId, job, date: run.date, zone: run.zone, state, took, steps, error };
  const { judged, trouble } = error?.code === 'FENCED' ? { judged: [] } : await judgedOf(ran, values, project);
  const telling = error?.code === 'FENCED' ? undefined : await toldOfEnd({ ...ran, reason: run.reason }, project);
  if (trouble) emitNote(context, `The monitors of this run could not be judged: ${trouble}`);
  await project.trace('before-finish');
  const now = project.clock.now();
  const beside = { after: comingAfter(job, project), judged, ...(telling ? { telling } : {}) };
  const changes = await project.state.finish(held, state, error?.toJSON(), now, beside);
  await project.trace('finished');
  tellChanges(changes, project, context);
  if (telling) sendNow(project);
  const thawed = await thawWhatIsGood(project).catch((thrown: unknown) => [String(said(thrown, project))]);
  for (const text of thawed) emitNote(context, text);
}

async function finish(
  opened: Begun,
  failures: readonly StepOutcome[],
  {
    project,
    context,
    started,
    work,
    isWhole,
    late,
    ...ofRun
  }: Beside & {
    readonly started: number;
    readonly work: Work;
    readonly isWhole: boolean;
    readonly late: EsteiraError | undefined;
  },
): Promise<RunView> {
  const { held } = opened;
  const beside: Beside = { project, context, ...ofRun };
  const fenced = failures.find((failure) => failure.error?.code === 'FENCED')?.error;
  if (fenced) await giveBack(opened, fenced, beside);
  // The run is the next owner's to go on with.
  const { reason } = context.signal;
  if (reason instanceof EsteiraError && reason.code === 'OWNED_ELSEWHERE') throw reason;
  if (work.stopping?.aborted && !isWhole) throw cancelled(held, reason);
  const isCancelled = context.signal.aborted && !isWhole;
  const stoppedBy = isCancelled
    ? cancelled(held, reason)
    : (late ?? (failures.length > 0 ? runFailed(held, failures) : undefined));
  const itsOwn = stoppedBy ?? (await takeBackBy(opened, beside));
  // Also of a run that failed: what it has published, receipts among it, may be all that anybody ever learns of what it did elsewhere.
  const error = bothOf(itsOwn, await unkept(project));
  // A rerun has left tables as they were that stand below others: it may still go on.
  const stopped = isRerun(held.job) ? 'failed' : 'cancelled';
  const state = isCancelled ? stopped : error ? 'failed' : 'succeeded';
  if (state === 'failed') forgetLook(held.job, project);
  if (state === 'succeeded') await releaseTrained(opened, work, beside);
  await end(opened, { state, error }, beside);
  context.emit({ type: 'end', runId: held.runId, state, seconds: (performance.now() - started) / 1000 });
  if (error) throw error;
  const record = await project.state.run(held.runId);
  return runView(record ?? opened.run, await project.state.steps(held.runId));
}

/** A warehouse that is kept elsewhere has what the run has published before the run is called done; gives why it does not. */
async function unkept(project: Project): Promise<EsteiraError | undefined> {
  try {
    await project.warehouse.keep?.();
    return undefined;
  } catch (error) {
    const told = said(error, project);
    if (told instanceof EsteiraError) return told;
    throw error;
  }
}

/** Champions that an alert is about, by the job that it began; gives why one could not be taken back. A part of a job, or one that makes days up, takes none. */
async function takeBackBy({ held, run }: Begun, { project, context }: Beside): Promise<EsteiraError | undefined> {
  const job = project.graph.jobs.get(run.job);
  if (!job || job.rollback.length === 0 || !['schedule', 'manual'].includes(run.reason)) return undefined;
  const { said: texts, error } = await takeBack(job, held, project);
  await project.trace('taken-back');
  for (const text of texts) emitNote(context, text);
  return error;
}

/** What the run has trained, or made for a version that waited, gets out with its end. */
async function releaseTrained(
  { held }: Begun,
  { steps, by: person }: Work,
  { project, context }: Beside,
): Promise<void> {
  const nodes = steps.map(({ node }) => node);
  const by = person ?? jobAsActor(held.job);
  const { models } = project.state;
  const before = nodes.some((node) => node.definition.kind === 'model' || node.inside)
    ? await models.champions()
    : undefined;
  for (const { text, next } of await release({ held, steps: nodes, by }, project)) emitNote(context, text, next);
  if (before) for (const text of await movedTexts(project, before)) emitNote(context, text);
}

/** Jobs that are due when this one has succeeded. */
const comingAfter = (job: string, { graph }: Project): readonly string[] =>
  [...graph.jobs.values()]
    .filter(({ triggers }) => triggers.some((trigger) => trigger.on === 'after' && trigger.of.name === job))
    .map(({ name }) => name);

function emitRun(opened: Begun, chosen: readonly GraphStep[], project: Project, context: Context): void {
  context.emit({
    type: 'run',
    runId: opened.held.runId,
    job: opened.run.job,
    date: opened.run.date.toString(),
    logicalTime: opened.run.logicalTime.toString(),
    environment: project.environment,
    resumed: opened.opened === 'resumed',
    suffix: project.graph.suffix,
    steps: stepViews(chosen),
    standIns: standInsOf(project, chosen),
  });
}

/** Shown at once, and kept with the run. */
function emitStep(outcome: StepOutcome, journal: Journal, context: Context): void {
  const { step, state, seconds, result, error } = outcome;
  const published = result?.publication;
  context.emit({
    type: 'step',
    step,
    state,
    ...(seconds === undefined ? {} : { seconds }),
    ...(result?.adopted ? { adopted: true } : {}),
    ...(result?.unchanged ? { unchanged: true } : {}),
    ...(published ? { account: published.account, details: published.details } : {}),
    ...(error ? { error: errorView(error) } : {}),
  });
  const notes = [
    ...(published?.details.badFiles ?? []).map(
      (file) => `${file.path} could not be read and was set aside: ${file.why}`,
    ),
    ...driftTexts((published?.details.drift ?? []).filter(({ run }) => run === published?.runId)),
    ...(published?.details.warnings ?? []),
  ];
  for (const text of notes) context.emit({ type: 'note', level: 'warn', text, step });
  if (state === 'running') return;
  journal.add([
    { step, level: error ? 'error' : 'info', text: logText(outcome) },
    ...notes.map((text) => ({ step, level: 'warn', text }) as const),
  ]);
}

/** Whoever waits sees why, and for how long. */
function emitWait({ step, error, attempt, of, milliseconds }: Waiting, journal: Journal, context: Context): void {
  const seconds = Math.round(milliseconds / 1000);
  const text = `${error.code}: ${error.details.what} Attempt ${attempt} of ${of} in ${seconds} s.`;
  context.emit({ type: 'note', level: 'warn', text, step });
  journal.add([{ step, level: 'warn', text }]);
}

function logText({ state, seconds, result, error }: StepOutcome): string {
  if (error) return `${state}: ${render(error)}`;
  const account = result?.publication?.account;
  if (!account) return state;
  const how = result.adopted ? ', found published' : result.unchanged ? ', nothing new' : '';
  const rows = `in ${account.in} = valid ${account.valid} + invalid ${account.invalid} + duplicates ${account.duplicates}`;
  return `${state}${how}: ${rows}${seconds === undefined ? '' : `, ${seconds.toFixed(2)} s`}`;
}

export const emitNote = (context: Context, text: string, next?: string) =>
  context.emit({ type: 'note', level: 'info', text, ...(next === undefined ? {} : { next }) });
