import { generationsSql } from '../setup.ts';
import { companion, judged, temporary, type Work } from './work.ts';

/**
 * Takes every row out of the target, and what it remembers of deletes, and gives it a generation of its own: what follows finds it as if it had just
 * been made. The invalid rows stay until the new ones are known, so that the ledger can say how they moved; so do the identities of those that leave.
 */
export async function takeEverythingOut(work: Work): Promise<void> {
  const { session, target, write } = work;
  const remembers = work.deleted !== undefined && work.latest.length > 0;
  if (write.invalid && work.identified)
    await session.make(temporary.former, `select distinct ${judged.row} from ${target}`);
  const places = [write.target, ...(write.invalid ? [write.invalid] : [])];
  await session.run(
    [
      `delete from ${target}`,
      ...(remembers ? [`delete from ${companion(write.target)}`] : []),
      generationsSql(places, write.batch.runId),
    ].join(';\n'),
  );
}
