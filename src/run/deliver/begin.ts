import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { StepModel } from '../../plan/index.ts';
import { isOwing, type Publication } from '../../ports/index.ts';
import { type Reach, reachOf } from '../bounds.ts';
import type { StepResult, StepRun } from '../step.ts';
import type { Options } from '../write/options.ts';
import { writeOf } from '../write.ts';

interface Begun {
  readonly reach: Reach;
  readonly options: Options;
  /** What this run has published of it already. */
  readonly before: Publication | undefined;
}

/** What is written elsewhere, and from where; or how the step ended, where there is nothing to be written. */
export async function begin(
  model: StepModel,
  run: StepRun,
  optionsFor: (reach: Reach) => Options,
): Promise<Begun | StepResult> {
  const { project, held, progress, values, signal } = run;
  const { id } = model.node;
  const before = run.published.get(id);
  if (before) progress.published(id, before.sequence);
  const isPublishedOnly = project.targets === undefined;
  if (before && (isPublishedOnly || !isOwing(before.details.delivered))) {
    await project.trace('adopt');
    return done(model, before, run, { adopted: true });
  }
  const reach = await reachOf(model, { project, progress, date: values.date, at: values.logicalTime, signal });
  await project.trace('before-intent');
  await project.state.intent(held, id, { bounds: reach.bounds, files: {} }, project.clock.now());
  await project.trace('intent');
  const options = optionsFor(reach);
  if (!(options.unchanged || isPublishedOnly) || before) return { reach, options, before };
  const publication = await project.warehouse.publish(writeOf(model, { ...options, unchanged: true }), signal);
  await project.trace('published');
  return done(model, publication, run, { unchanged: true });
}

export async function done(
  model: StepModel,
  publication: Publication,
  run: StepRun,
  { adopted = false, unchanged = false }: Partial<StepResult>,
): Promise<StepResult> {
  const { project, held, progress } = run;
  const { id } = model.node;
  rmSync(filesOf(model, run).journal, { force: true });
  progress.published(id, publication.sequence);
  await project.state.done(held, id, publication, project.clock.now());
  await project.trace('done');
  return { publication, adopted, unchanged };
}

/** The journal of what has been sent, and the receipts until they are published. */
export function filesOf({ node }: StepModel, { project, held }: StepRun) {
  const folder = path.join(project.local, 'deliveries', project.environment);
  mkdirSync(folder, { recursive: true });
  const name = path.join(folder, `${held.runId}-${node.id}`);
  return { journal: `${name}.jsonl`, spool: `${name}.receipts` };
}
