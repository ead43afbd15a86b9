import { noRows, type Publication, type PublicationDetails, type StepWrite } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import type { Session } from '../session.ts';
import { book, scopeOf } from '../setup.ts';
import { boundsText, detailsText, identityOf, notOurs, runOf } from './record.ts';

const { literal } = dialect;

/**
 * Records that several steps of one run and one catalog had nothing to do, in one transaction. Every fence is touched, as for any publication; a step
 * whose fence is not ours has no line, and then none of them is recorded.
 */
export async function publishUnchanged(
  session: Session,
  writes: readonly StepWrite[],
  trace: (point: string) => void | Promise<void>,
): Promise<readonly Publication[]> {
  const [first] = writes;
  if (!first) return [];
  const { batch, target } = first;
  const [fence, made] = [book(target.catalog, 'fence'), book(target.catalog, 'made')];
  const scopes = writes.map((write) => scopeOf(write.target));
  const details = (write: StepWrite): PublicationDetails => {
    return { flags: {}, badFiles: [], warnings: [], ...write.told, files: 0 };
  };
  const rows = writes.map((write, index) => {
    const { step, definition, settingsHash } = write.batch;
    const texts = [detailsText(write, details(write)), boundsText(write)];
    return `(${[scopes[index], step, definition, settingsHash, write.mode.mode, ...texts].map(literal).join(', ')})`;
  });
  const counts = Object.values(noRows).map(() => '0');
  const columns = [
    ...[literal(batch.runId), 'one.step', literal(batch.runSeq), literal(batch.token), literal(batch.logicalTime)],
    ...['one.definition', 'one.settings', 'one.mode', 'fence.seq', ...counts],
    ...[literal(batch.at), literal(batch.part), 'one.details', 'one.bounds', 'made.generation', runOf(batch)],
  ];
  await trace('staged');
  session.throwIfCancelled();
  session.deafen();
  try {
    const recorded = await session.rows(`begin transaction;
      update ${fence} set seq = seq where token = ${literal(batch.token)} and scope in ${literal(scopes)};
      insert into ${book(target.catalog, 'publication')} select ${columns.join(', ')}
      from (values ${rows.join(', ')}) as one(scope, step, definition, settings, mode, details, bounds)
      join ${fence} as fence on fence.scope = one.scope and fence.token = ${literal(batch.token)}
      left join ${made} as made on made.name = one.scope returning step, sequence`);
    const sequences = new Map(recorded.map(({ step, sequence }) => [String(step), sequence as bigint]));
    const lost = writes.find((write) => !sequences.has(write.batch.step));
    if (lost) throw notOurs(lost);
    await trace('before-commit');
    await session.commit();
    await trace('committed');
    return writes.map((write) => ({
      ...identityOf(write),
      account: noRows,
      details: details(write),
      sequence: sequences.get(write.batch.step) as bigint,
    }));
  } catch (error) {
    await session.rollBack();
    throw error;
  }
}
