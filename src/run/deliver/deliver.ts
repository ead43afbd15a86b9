import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { AnyTable, KeptIn } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { type Node, receiptsOf, whereOf } from '../../graph/index.ts';
import type { StepModel } from '../../plan/index.ts';
import { type Delivered, isOwing, type Publication, type StepRecord, type Target } from '../../ports/index.ts';
import { type Reach, reachOf } from '../bounds.ts';
import { cleaned } from '../said.ts';
import { settingNumber } from '../settings.ts';
import type { StepResult, StepRun } from '../step.ts';
import type { Options } from '../write/options.ts';
import { writeOf } from '../write.ts';
import { forgetJournal, SentJournal } from './journal.ts';
import { Pace } from './pace.ts';
import { keyNames, Receipts, receiptsWrite } from './receipts.ts';
import { type Asked, type Batch, batchesOf, countRows } from './rows.ts';
import { Stopped, sendAll, usualWaits } from './send.ts';
import { targetOf, targetsOf } from './target.ts';

/**
 * Writes the rows of a table elsewhere, and publishes a receipt for each. What has been sent stands in a journal of this machine until the receipts are
 * published; where that was lost, the place itself says what is there already. Rows that failed, and those that were not tried, are sent by whoever goes on.
 */
export async function deliver(
  model: StepModel,
  record: StepRecord,
  run: StepRun,
  optionsFor: (reach: Reach) => Options,
): Promise<StepResult> {
  const { project, held, progress, values, signal } = run;
  const { id } = model.node;
  const files = filesOf(model, run);
  const before = run.published.get(id);
  if (before) progress.published(id, before.sequence);
  if (before && !isOwing(before.details.delivered)) {
    await project.trace('adopt');
    return done(model, before, run, { adopted: true });
  }
  const reach = await reachOf(model, { project, progress, date: values.date, at: values.logicalTime, signal });
  await project.trace('before-intent');
  await project.state.intent(held, id, { bounds: reach.bounds, files: {} }, project.clock.now());
  await project.trace('intent');
  const options = optionsFor(reach);
  if (options.unchanged && !before) {
    const publication = await project.warehouse.publish(writeOf(model, options), signal);
    await project.trace('published');
    return done(model, publication, run, { unchanged: true });
  }
  const table = project.graph.nodeOf(receiptsOf(model.node.definition) as AnyTable) as Node<AnyTable>;
  const asked = askedOf(model, table, run, before);
  const mayBeSent = before !== undefined || record.bounds !== undefined;
  const outcome = await sendRows({ table, asked, run, files, mayBeSent });
  const { delivered, failures, why } = outcome;
  if (delivered.rows > 0 || delivered.left === 0) {
    const write = receiptsWrite(model, options, {
      file: await outcome.receipts.end(),
      delivered,
      // Of rows that were not tried nobody says that they were read.
      bounds: delivered.left > 0 ? [] : reach.bounds,
      part: before ? before.part + 1 : 0,
    });
    await project.trace('delivered');
    // What has been sent is told, also of a run that is stopped.
    const publication = cleaned(await project.warehouse.publish(write), project);
    await project.trace('published');
    if (!why && delivered.failed === 0 && !signal.aborted) return done(model, publication, run, {});
    forget(files);
  }
  signal.throwIfAborted();
  if (why) throw stoppedBy(why, delivered, table);
  throw notDelivered(delivered, failures, table);
}

interface Files {
  readonly journal: string;
  readonly receipts: string;
}
function filesOf({ node }: StepModel, { project, held }: StepRun): Files {
  const folder = path.join(project.local, 'deliveries', project.environment);
  mkdirSync(folder, { recursive: true });
  const name = path.join(folder, `${held.runId}-${node.id}`);
  return { journal: `${name}.jsonl`, receipts: `${name}.receipts` };
}
function forget({ journal, receipts }: Files): void {
  rmSync(receipts, { force: true });
  forgetJournal(journal);
}

async function done(
  model: StepModel,
  publication: Publication,
  run: StepRun,
  { adopted = false, unchanged = false }: Partial<StepResult>,
): Promise<StepResult> {
  const { project, held, progress } = run;
  const { id } = model.node;
  forget(filesOf(model, run));
  progress.published(id, publication.sequence);
  await project.state.done(held, id, publication, project.clock.now());
  await project.trace('done');
  return { publication, adopted, unchanged };
}

/** All rows; or those that the last delivery of the same rows has left. */
function askedOf(
  { node, definition }: StepModel,
  table: Node<AnyTable>,
  { project, progress, values, reruns, forced, signal }: StepRun,
  before: Publication | undefined,
): Asked & { readonly generation: string; readonly since: bigint } {
  const sequence = progress.sequenceOf(table.id);
  const generation = progress.generationOf(table.id) ?? '';
  const last = before ?? (forced || reruns?.has(node.id) ? undefined : progress.latest(node));
  const former = last?.details.delivered;
  const goesOn =
    former !== undefined &&
    isOwing(former) &&
    last?.definition === definition &&
    former.sequence === String(sequence) &&
    former.generation === generation;
  const since = goesOn ? BigInt(former.since) : progress.sequenceOf(node.id);
  const { batch } = table.definition.spec.keptIn as KeptIn;
  const size = typeof batch === 'object' ? settingNumber(batch, values.settings, project) : batch;
  return {
    ...{ table, sequence, generation, since, signal },
    ...(goesOn ? { without: { receipts: node, since } } : {}),
    size: Math.max(1, Math.floor(size)),
    last: before?.details.delivered?.last ?? 0,
  };
}

interface Sent {
  readonly delivered: Delivered;
  readonly receipts: Receipts;
  readonly failures: readonly string[];
  /** Why not all were tried; absent where they were, and where somebody has stopped the run. */
  readonly why?: Stopped;
}

async function sendRows({
  table,
  asked,
  run,
  files,
  mayBeSent,
}: {
  readonly table: Node<AnyTable>;
  readonly asked: ReturnType<typeof askedOf>;
  readonly run: StepRun;
  readonly files: Files;
  readonly mayBeSent: boolean;
}): Promise<Sent> {
  const { project, held, signal } = run;
  const { elapsed = () => performance.now() } = project.clock;
  const started = elapsed();
  const step = project.graph.nodeOf(table.definition.receipts).id;
  const say = (text: string): void => run.onProgress?.(step, text);
  const total = await countRows(asked, project);
  const receipts = new Receipts({ file: files.receipts, key: keyNames(table), runId: held.runId });
  const { sequence, generation, since, size, last } = asked;
  const place = targetOf(table.definition);
  const of = { run: held.runId, last, sequence: String(sequence), generation, size, asked: JSON.stringify(place) };
  const journal = await SentJournal.open(files.journal, of);
  const opened: Target[] = [];
  let why: Stopped | undefined;
  try {
    await project.trace('delivery-begun');
    if (total > 0) {
      const open = (changedOnly: boolean) =>
        targetsOf(project, table.definition).open(place.table, { ...place.asked, changedOnly }, signal);
      const again = await open(true);
      opened.push(again);
      const first = place.asked.changedOnly || mayBeSent || journal.isKnown ? again : await open(false);
      if (first !== again) opened.push(first);
      const pace = new Pace({ total, size, elapsed, say });
      const left = unsent(batchesOf(asked, project), journal, async (batch, sent) => {
        await receipts.add(batch, sent);
        pace.over(batch.rows);
      });
      await sendAll(left, {
        ...{ first, again, parallel: place.asked.parallel, waits: usualWaits, clock: project.clock, signal },
        onSent: async (batch, sent) => {
          await project.trace('batch-sent');
          await journal.keep(sent);
          await project.trace('batch-kept');
          await receipts.add(batch, sent);
          pace.over(batch.rows);
        },
        onRetry: () => pace.retried(),
      });
      pace.end();
    }
  } catch (thrown) {
    if (!(thrown instanceof Stopped)) throw thrown;
    why = thrown;
  } finally {
    await journal.close();
    for (const target of opened) await target.close();
  }
  const { counts } = receipts;
  const isWhole = why === undefined && !signal.aborted;
  const delivered: Delivered = {
    place: opened[0]?.place ?? table.definition.name,
    ...{ sequence: String(sequence), generation, since: String(since) },
    ...counts,
    last: Math.max(counts.last, last),
    // Where another job has replaced the table meanwhile, its rows are delivered by the next run.
    left: isWhole ? 0 : total - counts.rows,
    seconds: Math.round(elapsed() - started) / 1000,
  };
  return { delivered, receipts, failures: receipts.failures, ...(why ? { why } : {}) };
}

/** Those that the journal does not know of; the others are handed on as it has them. */
async function* unsent(
  batches: AsyncIterable<Batch>,
  journal: SentJournal,
  onKnown: (batch: Batch, sent: NonNullable<ReturnType<SentJournal['find']>>) => Promise<void>,
): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    const known = journal.find(batch);
    if (known) await onKnown(batch, known);
    else yield batch;
  }
}

const rowsText = ({ rows, failed, left }: Delivered): string => `${failed + left} of ${rows + left}`;

function stoppedBy({ fault }: Stopped, delivered: Delivered, { definition }: Node<AnyTable>): EsteiraError {
  const { sent, unchanged, failed, left, place } = delivered;
  return new EsteiraError(fault.is === 'of all' ? 'SOURCE_REFUSED' : 'SOURCE_UNREACHABLE', {
    what: `${rowsText(delivered)} rows of ${definition.name} could not be written to ${place}: ${fault.message}`,
    where: whereOf(definition),
    got: `${sent} sent, ${unchanged} unchanged, ${failed} failed, ${left} not tried`,
    next: fault.next,
  });
}

const notDelivered = (
  delivered: Delivered,
  failures: readonly string[],
  { definition }: Node<AnyTable>,
): EsteiraError =>
  new EsteiraError('ROWS_INVALID', {
    what: `${rowsText(delivered)} rows of ${definition.name} were not written to ${delivered.place}; the others were.`,
    where: whereOf(definition),
    got: [
      ...failures,
      ...(delivered.failed > failures.length ? [`and ${delivered.failed - failures.length} more`] : []),
    ].join('\n'),
    next: `Mend what is said of them; esteira write-back ${definition.name} lists them all.`,
  });
