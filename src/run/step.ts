import { EsteiraError, ofSystem } from '../errors.ts';
import { receiptsOf, whereOf } from '../graph/index.ts';
import type { StepModel } from '../plan/index.ts';
import {
  type Bound,
  type Held,
  noRows,
  type Place,
  type Publication,
  placeText,
  type RunOf,
  type SourceFile,
  type StepRecord,
  type StepWrite,
  type TableSnapshot,
} from '../ports/index.ts';
import { proposeTo } from './approvals/after.ts';
import { applyApproved } from './approvals/apply.ts';
import { type Progress, type Reach, reachOf } from './bounds.ts';
import { isOwed, type Owed, owedBy, withFirst } from './choices.ts';
import { copy } from './deliver/copy.ts';
import { deliver } from './deliver/deliver.ts';
import { isRedefined, refuseReplacedBefore } from './former.ts';
import { versionKey } from './learning/champions.ts';
import type { Learning, Prepared } from './learning/learning.ts';
import { register, train } from './learning/train.ts';
import { type Matched, matchedBy } from './matched.ts';
import type { Project } from './project.ts';
import { reasonOf } from './reason.ts';
import type { Rerun } from './rerun.ts';
import { cleaned, coded } from './said.ts';
import { settingsHashOf } from './settings.ts';
import type { Options } from './write/options.ts';
import { rowsToPredict } from './write/spelling.ts';
import { type RunValues, writeOf } from './write.ts';

export interface StepRun {
  readonly project: Project;
  readonly held: Held;
  readonly values: RunValues;
  /** Said with each publication. */
  readonly of?: RunOf;
  /** Who asks, where that is known. */
  readonly by?: string;
  readonly progress: Progress;
  /** Evaluate even when nothing has changed. */
  readonly forced: boolean;
  /** Other runs write the same tables meanwhile: what can be made before their turn is made before. */
  readonly ahead?: boolean;
  /** By step: those that are done once more. */
  readonly reruns?: ReadonlyMap<string, Rerun>;
  readonly signal: AbortSignal;
  /** Models, as this run reads them. */
  readonly learning: Learning;
  /** How far a long step is, in a few words. */
  readonly onProgress?: (step: string, text: string) => void;
  /** What a program of the project's says, line by line. */
  readonly onLine?: (step: string, text: string) => void;
  /** By step: what an earlier attempt has published. */
  readonly published: ReadonlyMap<string, Publication>;
  /** Tables elsewhere that a step reads. */
  readonly snapshot?: TableSnapshot;
  /** What some of them are asked for. */
  readonly matched?: Matched;
}
export interface StepResult {
  readonly publication?: Publication;
  readonly adopted: boolean;
  readonly unchanged: boolean;
}

/** One step: look for its publication, fix its bounds, publish, and only then say that it is done. */
export async function runStep(model: StepModel, record: StepRecord, run: StepRun): Promise<StepResult> {
  const { project, held, progress, published } = run;
  const { id } = model.node;
  if (model.kind === 'view') return viewDone(model, run);
  if (model.kind === 'delivery') {
    const isCopy = receiptsOf(model.node.definition)?.spec.copiedTo !== undefined;
    if (!isCopy) return deliver(model, record, run, (reach) => optionsOf(model, reach, run));
    // Why it was begun holds until it is done, also where somebody only asked for it and the rows are the same.
    const forced = run.forced || record.bounds !== undefined;
    return copy(model, run, (reach) => optionsOf(model, reach, { ...run, forced }));
  }
  if (model.kind === 'approval') return applyApproved(model, run, (reach) => optionsOf(model, reach, run));
  const before = published.get(id);
  if (before) {
    await project.trace('adopt');
    progress.published(id, before.sequence);
    await register(model, before, run);
    await project.state.done(held, id, before, project.clock.now());
    return { publication: before, adopted: true, unchanged: false };
  }
  const rerun = run.reruns?.get(id);
  if (rerun !== 'anew') refuseReplacedBefore(model, progress.latest(model.node));
  return await withFirst(model, project, async (with_, chosen) => {
    const snapshot = project.tables?.begin();
    try {
      const its = { ...run, project: with_, ...(snapshot ? { snapshot } : {}) };
      const owed = chosen && (await owedBy(chosen, { ...its, model, runSeq: held.runSeq }));
      return await carryOut(model, record, its, { rerun, owed });
    } finally {
      await snapshot?.close();
    }
  });
}

/** Of a step that is not published yet. */
async function carryOut(
  model: StepModel,
  record: StepRecord,
  run: StepRun,
  { rerun, owed }: { readonly rerun: Rerun | undefined; readonly owed: Owed | undefined },
): Promise<StepResult> {
  const { project, held, progress, values, snapshot, signal } = run;
  const { id } = model.node;
  const reached = await reachOf(model, {
    ...{ project, progress, date: values.date, at: values.logicalTime, signal },
    ...(rerun ? { rerun } : {}),
    ...(snapshot ? { snapshot } : {}),
  });
  const found = owed
    ? { ...reached, owed, bounds: [...reached.bounds, ...owed.bounds], changed: [...reached.changed, ...owed.told] }
    : reached;
  const fixed = {
    bounds: found.bounds,
    files: Object.fromEntries([...found.files].map(([source, files]) => [source, files.map((file) => file.path)])),
  };
  await project.trace('before-intent');
  const intent = await project.state.intent(held, id, fixed, project.clock.now());
  await project.trace('intent');
  // What is done once more is made of all that is there, also of what other runs have brought in since the first attempt.
  const isFixed = record.bounds !== undefined && rerun === undefined;
  const reach = isFixed
    ? {
        ...found,
        bounds: found.bounds.map((bound) => asFixed(bound, intent.bounds, found.bounds)),
        files: withoutNewer(found.files, intent.files),
      }
    : found;
  const matched = await matchedBy(model, project, signal);
  const { write, publication } = await publishedBy(model, reach, { ...run, matched });
  await project.trace('published');
  progress.published(id, publication.sequence);
  await register(model, publication, run);
  if (write.anew) for (const place of [write.target, write.invalid]) madeAnew(place, run);
  await project.state.done(held, id, publication, project.clock.now());
  await project.trace('done');
  if (!write.unchanged) await proposeTo(model, run);
  return { publication, adopted: false, unchanged: write.unchanged };
}

/**
 * A source as it is found, up to where the first attempt would have read it. What a later run has read since is not read again, a watermark never moves
 * back, and nothing is beyond where the source ends; of a table, or a topic, that was made anew since, the first attempt knew nothing.
 */
export function asFixed(found: Bound, first: readonly Bound[], all: readonly Bound[] = [found]): Bound {
  const fixed = first.find(({ source }) => source === found.source);
  if (!fixed || fixed.generation !== found.generation || isOwed(found) || isOfAnother(found, first, all)) return found;
  const { lower } = found;
  if (lower === undefined) return { ...found, upper: fixed.upper };
  const upper = lower > fixed.upper ? lower : fixed.upper;
  return { ...found, upper: upper < found.upper ? upper : found.upper };
}

/** The bound from which the names of others go on says of what topic these are, and so of what it is itself. */
function isOfAnother({ source }: Bound, first: readonly Bound[], all: readonly Bound[]): boolean {
  const isWhole = (whole: Bound): boolean => all.some((one) => one.source.startsWith(`${whole.source}:`));
  const whole = all.find((one) => (one.source === source || source.startsWith(`${one.source}:`)) && isWhole(one));
  const before = whole && first.find((one) => one.source === whole.source);
  return before !== undefined && before.upper !== whole?.upper;
}

/** A resumed step reads the files that its first attempt found; all where that one read no files. */
function withoutNewer(
  found: Reach['files'],
  fixed: Readonly<Record<string, readonly string[]>>,
): ReadonlyMap<string, readonly SourceFile[]> {
  return new Map(
    [...found].map(([source, files]) => [source, files.filter((file) => fixed[source]?.includes(file.path) ?? true)]),
  );
}

/** Carrying it out could change nothing. */
export function isUnchanged(
  model: StepModel,
  reach: Reach,
  { project, values, progress, reruns, forced }: StepRun,
): boolean {
  if (reruns?.has(model.node.id)) return false;
  const settingsHash = settingsHashOf(model, values.settings, project);
  return reasonOf(model, reach, { progress, settingsHash, forced }) === undefined;
}

/** What it has asked of the warehouse, and what came of it. */
interface Published {
  readonly write: StepWrite;
  readonly publication: Publication;
}

async function publishedBy(model: StepModel, reach: Reach, run: StepRun): Promise<Published> {
  const { project, signal } = run;
  const publish = async (write: StepWrite): Promise<Published> => ({
    write,
    publication: cleaned(await project.warehouse.publish(write, signal), project),
  });
  if (model.kind === 'model') return await train(model, { options: optionsOf(model, reach, run), run, publish });
  return await publish(await writeOfStep(model, reach, run));
}

/** With what it needs of models. */
async function writeOfStep(model: StepModel, reach: Reach, of: StepRun): Promise<StepWrite> {
  const prepared = await of.learning.prepared(model);
  const { version } = prepared;
  const settings = version === undefined ? {} : { [versionKey(model.node)]: version };
  const run: StepRun = { ...of, values: { ...of.values, settings: { ...of.values.settings, ...settings } } };
  await run.learning.refuseUnknownMembers(model, (recipe) =>
    rowsToPredict(recipe, model, { ...optionsOf(model, reach, run), prepared }),
  );
  return stepWrite(model, reach, run, prepared);
}

/** The step as the warehouse is asked to carry it out. */
export function stepWrite(model: StepModel, reach: Reach, run: StepRun, prepared?: Prepared): StepWrite {
  const write = writeOf(model, { ...optionsOf(model, reach, run), ...(prepared ? { prepared } : {}) });
  // Its details stay in the warehouse, where everybody reads them.
  return write.told ? { ...write, told: cleaned(write.told, run.project) } : write;
}

function optionsOf(model: StepModel, reach: Reach, run: StepRun): Options {
  const { project, held, values, progress } = run;
  const hash = settingsHashOf(model, values.settings, project);
  const rerun = run.reruns?.get(model.node.id);
  const latest = progress.latest(model.node);
  const fromStart = reach.bounds.some((bound) => bound.lower === 0n);
  return {
    project,
    reach,
    values,
    batch: {
      runId: held.runId,
      runSeq: held.runSeq,
      step: model.node.id,
      part: 0,
      token: held.token,
      definition: model.definition,
      settingsHash: hash,
      logicalTime: values.logicalTime,
      at: project.clock.now(),
      ...(run.of ? { of: run.of } : {}),
    },
    reread:
      rerun === 'invalid' ||
      (rerun === undefined &&
        progress.sequenceOf(model.node.id) > 0n &&
        (fromStart || reach.tables.length > 0 || model.reads.some((read) => read.since?.lookback || read.matches))),
    ...(rerun ? { rerun } : {}),
    ...(run.ahead ? { ahead: true } : {}),
    ...(run.snapshot ? { snapshot: run.snapshot } : {}),
    ...(run.matched ? { matched: run.matched } : {}),
    redefined: isRedefined(model, latest),
    ...(latest?.definition === model.definition && rerun !== 'anew' ? {} : { facts: model.facts }),
    unchanged: isUnchanged(model, reach, run),
  };
}

/** The adapter gives it the run for a generation. */
function madeAnew(place: Place | undefined, { progress, held }: StepRun): void {
  if (place) progress.madeAnew(placeText(place), held.runId);
}

/** A view is made by set-up; when its tables are done, so is it. */
async function viewDone(model: StepModel, { project, held }: StepRun): Promise<StepResult> {
  const now = project.clock.now();
  await project.state.intent(held, model.node.id, { bounds: [], files: {} }, now);
  const details = { flags: {}, badFiles: [], warnings: [], files: 0 };
  await project.state.done(held, model.node.id, { account: noRows, details }, now);
  return { adopted: false, unchanged: false };
}

/** What a step's failure is called: coded, and saying where the table or the check is written. */
export function stepError(thrown: unknown, model: StepModel, project: Project): EsteiraError {
  const { node, checks } = model;
  const error = thrown instanceof EsteiraError ? thrown : (ofSystem(thrown) ?? thrown);
  if (!(error instanceof EsteiraError)) {
    const text = error instanceof Error ? error.message : String(error);
    const what = `The step ${node.id} failed: ${text.split('\n')[0]}`;
    const next = `Look at the step with \`esteira logs latest ${node.schema}.${node.table}\`.`;
    const details = { what, where: whereOf(node.definition), got: text, next };
    return coded(new EsteiraError('ENGINE_FAILED', details, { cause: error }), project);
  }
  const { where = node.id } = error.details;
  const check = checks.find(({ name }) => where.endsWith(`, check ${name}`));
  const written = whereOf(check ?? node.definition);
  const place = check || where === node.id || where === written ? written : `${where}, ${written}`;
  return coded(new EsteiraError(error.code, { ...error.details, where: place }, { cause: error.cause }), project);
}
