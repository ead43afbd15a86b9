import { rmSync, statSync, writeFileSync } from 'node:fs';
import { keyOf } from '../../columns/index.ts';
import type { AnyTable, CopiedTo } from '../../define/index.ts';
import { type Node, receiptsOf } from '../../graph/index.ts';
import { placeOf, type StepModel } from '../../plan/index.ts';
import type { Copied, Delivered, Published, Put } from '../../ports/index.ts';
import type { Reach } from '../bounds.ts';
import { cleaned } from '../said.ts';
import type { StepResult, StepRun } from '../step.ts';
import type { Options } from '../write/options.ts';
import { begin, done, filesOf } from './begin.ts';
import { receiptsWrite } from './receipts.ts';
import { refuseFollowed } from './still-held.ts';
import { copyTo } from './target.ts';

/**
 * Replaces a copy of a table, and publishes that it was. A run that is killed in between replaces it again: it is the same copy. Whoever reads it sees the
 * one before or this one, whole.
 */
export async function copy(model: StepModel, run: StepRun, optionsFor: (reach: Reach) => Options): Promise<StepResult> {
  const { project, held, signal } = run;
  const begun = await begin(model, run, optionsFor);
  if (!('reach' in begun)) return begun;
  const { options, reach } = begun;
  const { elapsed = () => performance.now() } = project.clock;
  const started = elapsed();
  const { spool } = filesOf(model, run);
  const file = `${spool}.new`;
  try {
    const { copied, place, bytes, fingerprint } = await replaceCopy(model, run, file);
    await project.trace('copied');
    const seconds = Math.round(elapsed() - started) / 1000;
    const said = { place, row_count: copied.rows, bytes, seconds, run_id: held.runId };
    writeFileSync(spool, `${JSON.stringify({ ...said, delivered_at: String(project.clock.now()) })}\n`);
    const counts = { rows: copied.rows, sent: copied.rows, unchanged: 0, failed: 0, left: 0 };
    const delivered: Delivered = {
      ...{ place, sequence: String(copied.sequence), generation: copied.generation, since: '0', ...counts },
      ...{ batches: 1, last: 1, retries: 0, seconds },
    };
    const receipt = { file: spool, delivered, bounds: reach.bounds, part: 0 };
    const write = receiptsWrite(
      model,
      options,
      fingerprint === undefined ? receipt : { ...receipt, copy: fingerprint },
    );
    const publication = cleaned(await project.warehouse.publish(write, signal), project);
    await project.trace('published');
    return await done(model, publication, run, {});
  } finally {
    for (const one of [spool, file]) rmSync(one, { force: true });
  }
}

async function replaceCopy(
  { node }: StepModel,
  run: StepRun,
  file: string,
): Promise<{
  readonly copied: Copied;
  readonly place: string;
  readonly bytes?: number;
  readonly fingerprint?: string;
}> {
  const { project, signal } = run;
  const table = tableOf(node, project);
  const { columns } = table.definition;
  const where = pathOf(table);
  const format = where?.endsWith('.parquet') ? 'parquet' : 'csv';
  const asked = { columns, order: keyOf(columns), file, format, signal } as const;
  const copied = await project.warehouse.copyRows(placeOf(table), asked);
  if (!copied) throw new TypeError(`${table.id} has no publication`);
  const replace = async (of?: Published): Promise<Partial<Put> & Pick<Put, 'place'>> => {
    await refuseFollowed(run);
    const put = await (where === undefined
      ? copyTo(table.definition, { file, columns, ...(of && { published: of }) }, run)
      : project.files.put(where, file, of));
    // What is there is of a later publication: whoever may carry the run out all the same knows none, for its warehouse was restored.
    return put ?? replace();
  };
  const put = await replace(copied);
  if (where === undefined) return { copied, place: put.place };
  await refuseFollowed(run);
  return { copied, bytes: statSync(file).size, ...put };
}

const tableOf = ({ definition }: Node, { graph }: StepRun['project']): Node<AnyTable> =>
  graph.nodeOf(receiptsOf(definition) as AnyTable) as Node<AnyTable>;
const pathOf = ({ definition }: Node<AnyTable>): string | undefined =>
  (definition.spec.copiedTo as CopiedTo).options['path'];
