import { EsteiraError } from '../../../errors.ts';
import type { Account, Publication, PublicationDetails, SourceFile, StepWrite } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { fenced } from '../errors.ts';
import { stageFiles } from '../files.ts';
import type { Session } from '../session.ts';
import { book, scopeOf } from '../setup.ts';
import { makeCandidate, typesOf } from './candidate.ts';
import { runChecks } from './checks.ts';
import { removeDuplicates } from './duplicates.ts';
import { placeInvalid, splitInvalid } from './invalid.ts';
import { countFence, noRows, recordSql, touchFence } from './record.ts';
import { applyFunction } from './rows-of-function.ts';
import { temporary, type Work, workOf } from './work.ts';
import { writeValid } from './write.ts';

type Trace = (point: string) => void | Promise<void>;
interface Staged {
  readonly read: readonly { readonly source: string; readonly files: readonly SourceFile[] }[];
  readonly bad: PublicationDetails['badFiles'];
}

/** Carries out one step: everything of it in one transaction, or nothing. */
export async function publishStep(session: Session, write: StepWrite, trace: Trace): Promise<Publication> {
  if (write.unchanged) return await publishNothing(session, write, trace);
  const work = workOf(write, session);
  try {
    const staged = await stage(work);
    await trace('staged');
    const publication = await session.transaction(() => carryOut(work, staged, trace));
    await trace('committed');
    return publication;
  } finally {
    await clear(work);
  }
}

async function stage({ write, session }: Work): Promise<Staged> {
  const read: Staged['read'][number][] = [];
  const bad: { path: string; why: string }[] = [];
  for (const input of write.files) {
    session.throwIfCancelled();
    const result = await stageFiles(session.connection, input, input.relation);
    read.push({ source: input.source, files: result.read });
    bad.push(...result.bad);
  }
  return { read, bad };
}

async function carryOut(work: Work, staged: Staged, trace: Trace): Promise<Publication> {
  const { session, write } = work;
  await trace('begun');
  const before = await takeFence(session, write);
  await trace('fenced');
  const { body } = write;
  const rows = body.by === 'query' ? body.sql : `select * from ${temporary.rows}`;
  const types = body.by === 'query' ? await typesOf(work, rows) : await applyFunction(work, body);
  await makeCandidate(work, rows, types);
  const total = await session.number(`select count(*) from ${temporary.candidate}`);
  await trace('candidate');
  const refused = await splitInvalid(work);
  await trace('judged');
  const moved = await placeInvalid(work, refused, before);
  const after = before + 1n;
  const duplicates = await removeDuplicates(work);
  const written = await writeValid(work, after);
  const changed = moved || written.wrote;
  if (changed) await session.run(countFence(write));
  await trace('written');
  const { wrote: _, ...counts } = written;
  const valid = counts.inserted + counts.updated + counts.deleted + counts.unchanged + counts.stale;
  const account: Account = { in: total, valid, invalid: refused.count, duplicates, held: 0, ...counts };
  holdLaw(work, account);
  const warnings = await runChecks(work, account);
  await trace('checked');
  const files = staged.read.reduce((sum, { files: of }) => sum + of.length, 0);
  const details = { flags: refused.flags, badFiles: staged.bad, warnings, files };
  const sequence = changed ? after : before;
  await session.run(recordSql(write, { account, details }, dialect.literal(sequence), staged.read));
  await trace('before-commit');
  return { ...identityOf(write), account, details, sequence };
}

async function takeFence(session: Session, write: StepWrite): Promise<bigint> {
  const [row] = await session.rows(`${touchFence(write)} returning seq`);
  if (row) return row.seq as bigint;
  throw fenced(write.batch.step, `the fence of ${scopeOf(write.target)} is not held by token ${write.batch.token}`);
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

/** A step with nothing to do says so, in one list of statements that ends at the first that fails. */
async function publishNothing(session: Session, write: StepWrite, trace: Trace): Promise<Publication> {
  const details: PublicationDetails = { flags: {}, badFiles: [], warnings: [], files: 0 };
  const fence = `from ${book(write.target.catalog, 'fence')}
    where scope = ${dialect.literal(scopeOf(write.target))} and token = ${dialect.literal(write.batch.token)}`;
  // Without its fence the subquery is empty, and a publication without a sequence is refused.
  const record = recordSql(write, { account: noRows, details }, `(select seq ${fence})`, []);
  try {
    await trace('staged');
    session.throwIfCancelled();
    session.deafen();
    const [row] = await session.rows(`begin transaction;\n${touchFence(write)};\n${record};\nselect seq ${fence}`);
    await trace('before-commit');
    await session.run('commit');
    await trace('committed');
    return { ...identityOf(write), account: noRows, details, sequence: row?.seq as bigint };
  } catch (error) {
    await session.rollBack();
    if (/NOT NULL constraint failed: publication.sequence/.test(String(error))) {
      throw fenced(write.batch.step, `the fence of ${scopeOf(write.target)} is not held by token ${write.batch.token}`);
    }
    throw error;
  }
}

const identityOf = ({ batch, mode }: StepWrite) => ({
  runId: batch.runId,
  step: batch.step,
  part: batch.part,
  runSeq: batch.runSeq,
  token: batch.token,
  definition: batch.definition,
  settingsHash: batch.settingsHash,
  mode: mode.mode,
  logicalTime: batch.logicalTime,
  publishedAt: batch.at,
});

async function clear({ session, write }: Work): Promise<void> {
  const tables = [...Object.values(temporary), ...write.files.map(({ relation }) => relation)];
  session.deafen();
  try {
    await session.run(tables.map((table) => `drop table if exists temp.main.${dialect.identifier(table)}`).join(';\n'));
  } catch {
    session.broken = true;
  }
}
