import { hidden } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { book, generationsSql } from '../setup.ts';
import { noteKeys } from './history.ts';
import { judged, temporary, type Work } from './work.ts';

/**
 * Takes every row out of the target, and what it remembers of deletes, and gives it a generation of its own: what follows finds it as if it had just
 * been made. The invalid rows stay until the new ones are known, so that the ledger can say how they moved; so do the identities of those that leave.
 */
export async function takeEverythingOut(work: Work): Promise<void> {
  const { write } = work;
  const places = [write.target, ...(write.invalid ? [write.invalid] : [])];
  await takeOut(work, 'true', [generationsSql(places, write.batch.runId)]);
}

/** Takes out of the target what former publications of this logical time have written. */
export const takeDateOut = (work: Work): Promise<void> => takeOut(work, ofDate(work));

/** Written by a publication of the batch's logical time. */
export const ofDate = ({ write: { batch, target } }: Work): string =>
  `${hidden.run} in (select run_seq from ${book(target.catalog, 'publication')}
    where step = ${dialect.literal(batch.step)} and logical_time = ${dialect.literal(batch.logicalTime)})`;

async function takeOut(work: Work, which: string, more: readonly string[] = []): Promise<void> {
  const { session, target, held, remembered, write } = work;
  const isHistory = write.mode.mode === 'history';
  if (write.invalid && work.identified)
    await session.make(temporary.former, `select distinct ${judged.row} from ${held} where ${which}`);
  if (isHistory && !write.anew) await noteKeys(work, which);
  // The versions of what is left are made again with those of what comes.
  const tables = isHistory ? [held, ...(write.anew ? [target] : [])] : [target, ...(remembered ? [remembered] : [])];
  await session.run([...tables.map((table) => `delete from ${table} where ${which}`), ...more].join(';\n'));
}
