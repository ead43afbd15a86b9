import { hidden, type StepWrite } from '../../../ports/index.ts';
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

/** What some former publications have written is to leave first. */
export const takesOut = ({ redo, takesBack }: StepWrite): boolean => redo === true || takesBack !== undefined;

/** Takes out of the target what they have written. What a merge has written may have stood there before them: it is written over. */
export async function takeFormerOut(work: Work): Promise<void> {
  if (work.write.redo || work.write.mode.mode !== 'merge') await takeOut(work, ofFormer(work));
  else if (work.write.invalid && work.identified)
    await work.session.make(temporary.former, `select ${judged.row} from ${work.held} where false`);
}

/** Written by a publication of the batch's logical time, or by one of the runs that are taken back. */
export function ofFormer({ write: { batch, target, redo, takesBack = [] } }: Work): string {
  const ofDate = `select run_seq from ${book(target.catalog, 'publication')}
    where step = ${dialect.literal(batch.step)} and logical_time = ${dialect.literal(batch.logicalTime)}`;
  const runs = [...(redo ? [ofDate] : []), ...takesBack.map((run) => `select ${run}`)];
  return `${hidden.run} in (${runs.join(' union all ')})`;
}

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
