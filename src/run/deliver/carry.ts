import type { Delivered, Target } from '../../ports/index.ts';
import type { StepRun } from '../step.ts';
import { SentJournal } from './journal.ts';
import type { Owed } from './owed.ts';
import { Pace } from './pace.ts';
import type { Receipts } from './receipts.ts';
import { type Batch, batchesOf, countRows } from './rows.ts';
import { type Sent, Stopped, sendAll, usualWaits } from './send.ts';
import { stillHeld } from './still-held.ts';
import { targetOf, targetsOf } from './target.ts';

interface Carrying {
  readonly owed: Owed;
  readonly run: StepRun;
  readonly receipts: Receipts;
  /** Where it is kept what has been sent. */
  readonly journal: string;
  /** An earlier attempt of this run may have sent some of the rows. */
  readonly mayBeSent: boolean;
  say(text: string): void;
}
interface Carried {
  readonly delivered: Delivered;
  /** Rows were sent of which nobody knows whether they were written; the journal names them. */
  readonly inDoubt: boolean;
  /** Why not all were tried; absent where they were, and where somebody has stopped the run. */
  readonly why?: Stopped;
}

/** Sends the rows, and has a receipt written of each that was tried, by this attempt or by one before. */
export async function carry(carrying: Carrying): Promise<Carried> {
  const { owed, run, receipts } = carrying;
  const { project, held, signal } = run;
  const { elapsed = () => performance.now() } = project.clock;
  const started = elapsed();
  const { table, sequence, generation, since, size, last } = owed;
  const total = await countRows(owed, project);
  const { table: where, asked } = targetOf(table.definition);
  const of = {
    run: held.runId,
    last,
    sequence: String(sequence),
    generation,
    size,
    of: JSON.stringify([where, asked]),
  };
  const journal = await SentJournal.open(carrying.journal, of);
  let place = table.definition.name;
  let why: Stopped | undefined;
  try {
    await project.trace('delivery-begun');
    if (total > 0) place = await sendTo(journal, total, carrying);
  } catch (thrown) {
    if (!(thrown instanceof Stopped)) throw thrown;
    why = thrown;
    ({ place } = thrown);
  } finally {
    await journal.close();
  }
  const { counts } = receipts;
  const isWhole = why === undefined && !signal.aborted;
  const delivered: Delivered = {
    ...{ place, sequence: String(sequence), generation, since: String(since) },
    ...counts,
    last: Math.max(counts.last, last),
    // Where another job has replaced the table meanwhile, the next run writes what is there now.
    left: isWhole ? 0 : total - counts.rows,
    seconds: Math.round(elapsed() - started) / 1000,
  };
  return { delivered, inDoubt: journal.inDoubt > 0, ...(why ? { why } : {}) };
}

/** Gives the place, for people. */
async function sendTo(journal: SentJournal, total: number, carrying: Carrying): Promise<string> {
  const { owed, run, receipts, mayBeSent, say } = carrying;
  const { project, signal } = run;
  const { clock } = project;
  const { elapsed = () => performance.now() } = clock;
  const { definition } = owed.table;
  const { table, asked } = targetOf(definition);
  const opened: Target[] = [];
  const open = async (changedOnly: boolean): Promise<Target> => {
    const target = await targetsOf(project, definition).open(table, { ...asked, changedOnly }, signal);
    opened.push(target);
    return target;
  };
  const isHeld = stillHeld(run);
  const pace = new Pace({ total, size: owed.size, elapsed, say });
  const over = async (batch: Batch, sent: Sent): Promise<void> => {
    await receipts.add(batch, sent);
    pace.over(batch.rows);
  };
  try {
    const again = await open(true);
    const first = asked.changedOnly || mayBeSent || journal.isKnown ? again : await open(false);
    await sendAll(unsent(batchesOf(owed, project), journal, over), {
      ...{ first, again, parallel: asked.parallel, waits: usualWaits, clock, signal },
      isInDoubt: (rowHash) => journal.isInDoubt(rowHash),
      onBegin: async (batch) => {
        await isHeld();
        await journal.begin(batch);
      },
      onSent: async (batch, sent) => {
        await project.trace('batch-sent');
        await journal.keep(batch, sent);
        await project.trace('batch-kept');
        await over(batch, sent);
      },
      onRetry: () => pace.retried(),
    });
    return again.place;
  } finally {
    pace.end();
    for (const target of opened) await target.close();
  }
}

/** Those that the journal does not know of; the others are handed on as it has them. */
async function* unsent(
  batches: AsyncIterable<Batch>,
  journal: SentJournal,
  onKnown: (batch: Batch, sent: Sent) => Promise<void>,
): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    const known = journal.find(batch);
    if (known) await onKnown(batch, known);
    else yield batch;
  }
}
