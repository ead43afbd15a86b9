import { EsteiraError } from '../../../errors.ts';
import {
  type Account,
  type Bad,
  type Bound,
  driftAfter,
  emptyTexts,
  type Looked,
  type Publication,
  placeText,
  refuseBreaches,
  type StepWrite,
} from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { type StagedFile, stageFiles, tablesBeneath } from '../files.ts';
import { stageIncoming } from '../incoming.ts';
import { stagePredicted } from '../predicted.ts';
import type { Row, Session } from '../session.ts';
import { takeEverythingOut, takeFormerOut, takesOut } from './anew.ts';
import { makeCandidate, typesOf } from './candidate.ts';
import { runChecks, unreadWarnings } from './checks.ts';
import { refuseRepeatedBefore, removeDuplicates } from './duplicates.ts';
import { foreseeFates } from './fate.ts';
import { judge, placeInvalid, splitInvalid } from './invalid.ts';
import { findParts } from './parts.ts';
import { counted, identityOf, notOurs, recordSql, touchFence } from './record.ts';
import { applyFunction } from './rows-of-function.ts';
import type { Turns } from './turns.ts';
import { temporary, type Work, workOf } from './work.ts';
import { writeValid } from './write.ts';

interface Publishing {
  readonly session: Session;
  readonly write: StepWrite;
  readonly moved: readonly Bound[];
  readonly trace: (point: string) => void | Promise<void>;
  readonly turns: Turns;
}
interface Staged {
  readonly files: number;
  /** Those to be recorded as taken in. */
  readonly taken: readonly { readonly source: string; readonly files: readonly StagedFile[] }[];
  readonly bad: readonly Bad[];
  readonly looked: readonly Looked[];
  readonly told: readonly string[];
  /** The body's rows, where they were to be made before. */
  readonly body?: string;
}

/**
 * Carries out one step: everything of it in one transaction, or nothing. `moved` are the bounds that are not recorded yet.
 *
 * The order matters. Files are staged before the transaction, which then is short. The fence is written first, not read: under snapshots a read
 * commits happily beside a take-over. All rows are judged before duplicates go, so that an invalid row is never one. The checks come when the table
 * is as it would be; the publication's own line comes last, and its key refuses a second one. After any error the whole is rolled back: DuckDB's
 * `commit` reports success after one, and may have kept the statements before it.
 */
export async function publishStep(publishing: Publishing): Promise<Publication> {
  const { session, write, trace, turns } = publishing;
  const work = workOf(write, session);
  const staged = await stage(work);
  await trace('staged');
  const fence = `${touchFence(write, 1)}; select ${counted(write)} as seq`;
  const publish = () => session.transaction((rows) => carryOut(work, staged, rows, publishing), fence);
  const publication = await turns.take([placeText(write.target)], publish);
  session.views.clear();
  session.made.clear();
  await trace('committed');
  return publication;
}

/** Reads the files into temporary tables; one that cannot be read is named, and the others go on. */
async function stage({ write, session }: Work): Promise<Staged> {
  const taken: Staged['taken'][number][] = [];
  const bad: Bad[] = [];
  const looked: Looked[] = [];
  const told: string[] = [];
  let files = 0;
  for (const input of write.files) {
    session.views.add(input.relation);
    for (const table of tablesBeneath(input.relation)) session.made.add(table);
    const staging = () => stageFiles(session.connection, input, input.relation);
    const result = await session.interruptible(staging);
    files += result.read.length;
    if (input.once) taken.push({ source: input.source, files: result.read });
    bad.push(...result.bad);
    const { read, differences } = result;
    // What is read anew by each run is not taken in.
    const empty = input.once ? read.filter(({ rows }) => rows === 0) : [];
    looked.push({ input, read: read.length, empty, differences });
    refuseBreaches(input, result.bad);
  }
  for (const input of write.incoming ?? []) {
    const { differences, ...arrived } = await stageIncoming(session, input);
    bad.push(...arrived.bad);
    told.push(...arrived.told.map((text) => `${input.source.slice(input.source.indexOf('.') + 1)}: ${text}`));
    looked.push({ input, read: arrived.bad.length === 0 ? 1 : 0, empty: [], differences });
    refuseBreaches(input, arrived.bad);
  }
  for (const input of write.predicted ?? []) await stagePredicted(session, input);
  // What was interrupted may look like a file that cannot be read.
  session.throwIfCancelled();
  const body = write.ahead ? await evaluated(session, write) : undefined;
  return { files, taken, bad, looked, told, ...(body ? { body } : {}) };
}

/** The rows of the body, where it is a query, in a table of their own: made while another publication of the same table still has its turn. */
async function evaluated(session: Session, { body }: StepWrite): Promise<string | undefined> {
  if (body.by !== 'query') return undefined;
  await session.make(temporary.body, body.sql);
  return `select * from ${temporary.body}`;
}

/** What stands between `begin`, with which the fence was touched, and `commit`. */
async function carryOut(
  work: Work,
  staged: Staged,
  fence: readonly Row[],
  { trace, moved }: Publishing,
): Promise<Publication> {
  const { session, write } = work;
  const after = fence[0]?.seq as bigint | null;
  if (after === null) throw notOurs(write);
  await trace('fenced');
  if (write.anew) await takeEverythingOut(work);
  else if (takesOut(write)) await takeFormerOut(work);
  if (write.redefined && write.mode.mode === 'merge') await refuseRepeatedBefore(work);
  const { body } = write;
  const rows = staged.body ?? (body.by === 'query' ? body.sql : `select * from ${temporary.rows}`);
  const types = body.by === 'query' ? await typesOf(work, rows) : await applyFunction(work, body);
  const { rows: total, passing } = await makeCandidate(work, rows, { types, isFirst: after === 1n });
  if (write.mode.each !== undefined) await findParts(work, write.mode.each);
  await trace('candidate');
  const foreseen = await foreseeFates(work, total);
  const judged = foreseen
    ? { invalid: foreseen('invalid'), repeated: foreseen('duplicate') }
    : passing
      ? { invalid: 0, repeated: 0 }
      : await judge(work, total);
  const refused = await splitInvalid(work, judged.invalid);
  await trace('judged');
  const placed = await placeInvalid(work, refused, after);
  const duplicates = foreseen && work.latest.length ? judged.repeated : await removeDuplicates(work, judged.repeated);
  // Invalid rows may have taken others of the table with them.
  const fates = refused.count ? await foreseeFates(work, total) : foreseen;
  const { wrote, ...counts } = await writeValid(work, after, total - refused.count - duplicates, fates);
  const changed = placed || wrote || write.anew === true || takesOut(write);
  // A number that no row has is given back.
  if (!changed) await session.run(touchFence(write, -1));
  await trace('written');
  const valid = counts.inserted + counts.updated + counts.deleted + counts.unchanged + counts.stale;
  const account: Account = { in: total, valid, invalid: refused.count, duplicates, held: 0, ...counts };
  holdLaw(work, account);
  const { told } = write;
  const warnings = [
    ...(told?.warnings ?? []),
    ...staged.told,
    ...emptyTexts(staged.looked),
    ...(await unreadWarnings(work)),
    ...(await runChecks(work, account, refused)),
  ];
  await trace('checked');
  const badFiles = [...(told?.badFiles ?? []), ...staged.bad.map(({ path, why }) => ({ path, why }))];
  const { runId, at } = write.batch;
  const drift = driftAfter(told?.drift ?? [], staged.looked, { run: runId, since: at.toString() });
  const details = {
    ...{ flags: refused.flags, badFiles, warnings, files: staged.files },
    ...(drift.length > 0 ? { drift } : {}),
    ...(told?.trained ? { trained: told.trained } : {}),
    ...(told?.delivered ? { delivered: told.delivered } : {}),
    ...(told?.copy ? { copy: told.copy } : {}),
  };
  const sequence = changed ? after : after - 1n;
  // The temporary tables go in the same round trip; `tidy` finds nothing left to drop.
  const record = recordSql(write, { account, details }, dialect.literal(sequence), staged.taken, moved);
  await session.run([...session.drops(), record].join(';\n'));
  await trace('before-commit');
  return { ...identityOf(write), account, details, sequence };
}

/** in = valid + invalid + duplicates + held, each counted for itself. */
function holdLaw({ name }: Work, account: Account): void {
  const { in: total, valid, invalid, duplicates, held } = account;
  if (total === valid + invalid + duplicates + held) return;
  throw new EsteiraError('ACCOUNT_WRONG', {
    what: 'The rows of the step do not add up; nothing was published.',
    where: name,
    got: `in ${total}, valid ${valid}, invalid ${invalid}, duplicates ${duplicates}, held ${held}`,
    allowed: 'in = valid + invalid + duplicates + held',
    next: 'This is a fault of Esteira: report it with the definition of the table.',
  });
}
