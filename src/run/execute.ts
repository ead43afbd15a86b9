import type { Duration } from '../columns/index.ts';
import type { EsteiraError } from '../errors.ts';
import type { Node } from '../graph/index.ts';
import type { StepModel } from '../plan/index.ts';
import { type Held, isOwing, type Publication, type RunOf, type StepRecord } from '../ports/index.ts';
import { attempt, type Waiting } from './attempts.ts';
import { Progress, tablesOf } from './bounds.ts';
import { refuseForgotten } from './forgotten.ts';
import { Learning } from './learning/learning.ts';
import type { Project } from './project.ts';
import { quietSteps, recordQuiet } from './quiet.ts';
import type { Rerun } from './rerun.ts';
import { type StepResult, type StepRun, stepError } from './step.ts';
import type { RunValues } from './write.ts';

export interface StepOutcome {
  readonly step: string;
  readonly state: 'running' | 'done' | 'failed' | 'skipped';
  readonly seconds?: number;
  readonly result?: StepResult;
  readonly error?: EsteiraError;
}
interface Execution {
  readonly project: Project;
  readonly held: Held;
  readonly values: RunValues;
  /** Said with each publication. */
  readonly of: RunOf;
  /** Who asks, where that is known. */
  readonly by?: string;
  readonly models: readonly StepModel[];
  /** By step: what must be done before. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
  readonly records: ReadonlyMap<string, StepRecord>;
  readonly resumed: boolean;
  readonly forced: boolean;
  /** The tables have its token already. */
  readonly claimed?: boolean;
  /** Other runs write the same tables meanwhile: what can be made before their turn is made before. */
  readonly ahead?: boolean;
  /** By step: those that are done once more. */
  readonly reruns?: ReadonlyMap<string, Rerun>;
  /** For each step. */
  readonly within?: Duration | undefined;
  readonly signal: AbortSignal;
  onStep(outcome: StepOutcome): void;
  /** How far a long step is, in a few words. */
  readonly onProgress?: (step: string, text: string) => void;
  readonly onLine?: (step: string, text: string) => void;
  onWait(waiting: Waiting): void;
}

/** First act of a token: whoever has an older one writes none of these any more. */
export async function claimAll(nodes: readonly Node[], token: bigint, { warehouse }: Project): Promise<void> {
  for (const [catalog, own] of Map.groupBy(nodes, (node) => node.catalog)) await warehouse.claim(catalog, own, token);
}

/** Carries out the steps that are not done, side by side where they do not need each other. Gives the failures. */
export async function execute(execution: Execution): Promise<readonly StepOutcome[]> {
  const { project, held, models, records, needs } = execution;
  const writing = models.filter((model) => model.kind !== 'view');
  if (!execution.resumed) await refuseForgotten(held, project);
  if (!execution.claimed)
    await claimAll(
      writing.map(({ node }) => node),
      held.token,
      project,
    );
  await project.trace('claimed');
  const tables = models.flatMap((model) => tablesOf(model, project));
  const progress = await Progress.load(
    project,
    tables.map((node) => node.catalog),
  );
  const published = new Map(execution.resumed ? await publishedBy(held, writing, project) : []);
  const learning = new Learning({ project, settings: execution.values.settings, held });
  const run: StepRun = { ...execution, progress, published, learning };

  const waiting = new Map(models.map((model) => [model.node.id, model]));
  const failed: StepOutcome[] = [];
  const done = new Set<string>();
  for (const { step, state } of records.values()) {
    // The warehouse is asked, not the state: a step that only the state calls done is carried out again.
    const model = waiting.get(step);
    const isProven = model?.kind === 'view' || published.has(step);
    if (state !== 'done' || !model || !isProven) continue;
    const before = published.get(step);
    if (before) progress.published(step, before.sequence);
    done.add(step);
    waiting.delete(step);
    execution.onStep({
      step,
      state: 'done',
      ...(before ? { result: { publication: before, adopted: true, unchanged: false } } : {}),
    });
  }

  const going = new Map<string, Promise<void>>();
  /** What could not even be told to the state. */
  const broken: unknown[] = [];
  const carryOut = async (model: StepModel): Promise<void> => {
    const { id } = model.node;
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    execution.onStep({ step: id, state: 'running' });
    try {
      const result = await attempt(model, records.get(id) as StepRecord, { run, patience: execution });
      done.add(id);
      execution.onStep({ step: id, state: 'done', seconds: seconds(), result });
    } catch (thrown) {
      const error = stepError(thrown, model, project);
      const outcome: StepOutcome = { step: id, state: 'failed', seconds: seconds(), error };
      failed.push(outcome);
      if (error.code !== 'FENCED') await project.state.failed(held, id, error.toJSON(), project.clock.now());
      execution.onStep(outcome);
    }
  };
  // What an earlier attempt has published is told to the state, whatever becomes of this one.
  const isWhole = ({ node }: StepModel): boolean =>
    published.has(node.id) && !isOwing(published.get(node.id)?.details.delivered);
  for (const model of [...waiting.values()].filter(isWhole)) {
    waiting.delete(model.node.id);
    await carryOut(model);
  }
  const alone = new Set<string>();
  /** Many with nothing to do are recorded together; gives whether there were any. */
  const recordTogether = async (): Promise<boolean> => {
    const isReady = (id: string, besides: ReadonlyMap<string, unknown>): boolean =>
      (needs.get(id) ?? []).every((need) => done.has(need) || besides.has(need));
    const quiet = await quietSteps(waiting.values(), run, { records, isReady, alone });
    if (quiet.size < 2) {
      for (const step of quiet.keys()) alone.add(step);
      return false;
    }
    const started = performance.now();
    try {
      const results = await recordQuiet(quiet, run);
      const seconds = (performance.now() - started) / 1000 / results.size;
      for (const [step, result] of results) {
        waiting.delete(step);
        done.add(step);
        execution.onStep({ step, state: 'running' });
        execution.onStep({ step, state: 'done', seconds, result });
      }
    } catch {
      // Each by itself finds out which of them it was, and why; they may be published all the same.
      for (const step of quiet.keys()) alone.add(step);
      for (const [step, publication] of await publishedBy(held, writing, project)) published.set(step, publication);
    }
    return true;
  };
  for (;;) {
    const isStopped = (): boolean =>
      execution.signal.aborted || failed.some((outcome) => outcome.error?.code === 'FENCED');
    while (!isStopped() && (await recordTogether()));
    for (const [id, model] of waiting) {
      if (isStopped() || going.size >= project.parallel) break;
      if (!(needs.get(id) ?? []).every((need) => done.has(need))) continue;
      waiting.delete(id);
      going.set(
        id,
        carryOut(model)
          .catch((error: unknown) => void broken.push(error))
          .finally(() => going.delete(id)),
      );
    }
    if (going.size === 0) break;
    await Promise.race(going.values());
    if (broken.length === 0) continue;
    // Nothing of a run goes on after it.
    await Promise.all(going.values());
    throw broken[0];
  }
  for (const step of waiting.keys()) execution.onStep({ step, state: 'skipped' });
  return failed;
}

async function publishedBy(
  held: Held,
  models: readonly StepModel[],
  project: Project,
): Promise<ReadonlyMap<string, Publication>> {
  const found = new Map<string, Publication>();
  for (const catalog of new Set(models.map((model) => model.node.catalog))) {
    for (const publication of await project.warehouse.publications(catalog, held.runId))
      found.set(publication.step, publication);
  }
  return found;
}
