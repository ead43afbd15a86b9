import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { StepModel } from '../../plan/index.ts';
import { isOwing, type Publication, type StepRecord } from '../../ports/index.ts';
import { type Reach, reachOf } from '../bounds.ts';
import { cleaned } from '../said.ts';
import type { StepResult, StepRun } from '../step.ts';
import type { Options } from '../write/options.ts';
import { writeOf } from '../write.ts';
import { carry } from './carry.ts';
import { notDelivered, stoppedBy } from './failures.ts';
import { owedBy } from './owed.ts';
import { keyNames, Receipts, receiptsWrite } from './receipts.ts';

/**
 * Writes the rows of a table elsewhere, and publishes a receipt for each. What has been sent stands in a journal of this machine until the receipts are
 * published; where that is lost, the place itself says what is there already. Rows that failed, and those that were not tried, are sent by whoever goes on.
 */
export async function deliver(
  model: StepModel,
  record: StepRecord,
  run: StepRun,
  optionsFor: (reach: Reach) => Options,
): Promise<StepResult> {
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
  if ((options.unchanged || isPublishedOnly) && !before) {
    const nothing = writeOf(model, { ...options, unchanged: true });
    const publication = await project.warehouse.publish(nothing, signal);
    await project.trace('published');
    return done(model, publication, run, { unchanged: true });
  }
  const owed = owedBy(model, run, before);
  const { journal, spool } = filesOf(model, run);
  const receipts = new Receipts({ file: spool, key: keyNames(owed.table), runId: held.runId });
  try {
    const mayBeSent = before !== undefined || record.bounds !== undefined;
    const say = (text: string): void => run.onProgress?.(id, text);
    const { delivered, inDoubt, why } = await carry({ owed, run, receipts, journal, mayBeSent, say });
    if (delivered.rows > 0 || delivered.left === 0) {
      await receipts.end();
      const write = receiptsWrite(model, options, {
        file: spool,
        delivered,
        // Where some were not tried, nobody may say that all were.
        bounds: delivered.left > 0 ? [] : reach.bounds,
        part: before ? before.part + 1 : 0,
      });
      await project.trace('delivered');
      // What has been sent is told, also of a run that is stopped.
      const publication = cleaned(await project.warehouse.publish(write), project);
      await project.trace('published');
      if (!isOwing(delivered)) return await done(model, publication, run, {});
      if (!inDoubt) rmSync(journal, { force: true });
    }
    signal.throwIfAborted();
    throw why ? stoppedBy(why, delivered, owed.table) : notDelivered(delivered, receipts.failures, owed.table);
  } finally {
    await receipts.drop();
  }
}

/** The journal of what has been sent, and the receipts until they are published. */
function filesOf({ node }: StepModel, { project, held }: StepRun) {
  const folder = path.join(project.local, 'deliveries', project.environment);
  mkdirSync(folder, { recursive: true });
  const name = path.join(folder, `${held.runId}-${node.id}`);
  return { journal: `${name}.jsonl`, spool: `${name}.receipts` };
}

async function done(
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
