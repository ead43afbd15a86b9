import { rmSync } from 'node:fs';
import type { StepModel } from '../../plan/index.ts';
import { isOwing, type StepRecord } from '../../ports/index.ts';
import type { Reach } from '../bounds.ts';
import { cleaned } from '../said.ts';
import type { StepResult, StepRun } from '../step.ts';
import type { Options } from '../write/options.ts';
import { begin, done, filesOf } from './begin.ts';
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
  const { project, held, signal } = run;
  const begun = await begin(model, run, optionsFor);
  if (!('reach' in begun)) return begun;
  const { reach, options, before } = begun;
  const owed = owedBy(model, run, before);
  const { journal, spool } = filesOf(model, run);
  const receipts = new Receipts({ file: spool, key: keyNames(owed.table), runId: held.runId });
  try {
    const mayBeSent = before !== undefined || record.bounds !== undefined;
    const say = (text: string): void => run.onProgress?.(model.node.id, text);
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
