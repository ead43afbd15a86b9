import type { EsteiraError } from '../../../errors.ts';
import type { Batch, Bound, Publication, PublicationDetails, StepWrite } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { fenced } from '../errors.ts';
import type { StagedFile } from '../files.ts';
import { book, generationSql, scopeOf } from '../setup.ts';

const { literal } = dialect;
const row = (...values: readonly unknown[]): string => `(${values.map(literal).join(', ')})`;

const ours = ({ batch, target }: StepWrite): string =>
  `scope = ${literal(scopeOf(target))} and token = ${literal(batch.token)}`;

/**
 * Makes the fence's row ours, so that a newer token cannot pass beside this transaction; `by` is added to its counter. Never with `returning`: the
 * engine then deletes the row and inserts it, and an update beside it is lost without a word.
 */
export const touchFence = (write: StepWrite, by: 0 | 1 | -1): string =>
  `update ${book(write.target.catalog, 'fence')} set seq = seq + ${by} where ${ours(write)}`;

/** The fence's counter, or NULL when the fence is not ours: no publication is made without it. */
export const counted = (write: StepWrite): string =>
  `(select seq from ${book(write.target.catalog, 'fence')} where ${ours(write)})`;

/** JSON has no bigint. */
export const boundsText = ({ bounds }: StepWrite): string =>
  JSON.stringify(bounds, (_, value) => (typeof value === 'bigint' ? String(value) : value));
export const detailsText = ({ facts }: StepWrite, details: PublicationDetails): string =>
  JSON.stringify({ ...details, ...(facts ? { definition: facts } : {}) });
/** What the run is of, as the last columns of a publication. */
export function runOf({ of }: Batch): string {
  const { job, date, zone, reason } = of ?? {};
  return [job, date?.toString(), zone, reason].map((value) => literal(value ?? null)).join(', ');
}

export const notOurs = ({ batch, target }: StepWrite): EsteiraError =>
  fenced(batch.step, `the fence of ${scopeOf(target)} is not held by token ${batch.token}`);

/** What a publication has from its batch. */
export const identityOf = ({ batch, mode }: StepWrite) => ({
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
  ...(batch.of ? { of: batch.of } : {}),
});

/** What a publication is made of beside rows; its own line, which gives the sequence back, comes last. */
export function recordSql(
  write: StepWrite,
  published: Pick<Publication, 'account' | 'details'>,
  sequence: string,
  read: readonly { readonly source: string; readonly files: readonly StagedFile[] }[],
  moved: readonly Bound[],
): string {
  const { batch, target } = write;
  const { account: a } = published;
  const scope = scopeOf(target);
  const counts = [
    a.in,
    a.valid,
    a.invalid,
    a.duplicates,
    a.held,
    a.inserted,
    a.updated,
    a.deleted,
    a.unchanged,
    a.stale,
  ];
  // Literals, and columns by their place: a list of statements cannot take parameters, and one round trip is cheaper than several.
  const identity = [batch.runId, batch.step, batch.runSeq, batch.token, batch.logicalTime, batch.definition];
  const first = [...identity, batch.settingsHash, write.mode.mode].map(literal).join(', ');
  const texts = [detailsText(write, published.details), boundsText(write)];
  const rest = [...counts, batch.at, batch.part, ...texts].map(literal).join(', ');
  const list: string[] = [];
  if (moved.length) {
    const watermark = book(target.catalog, 'watermark');
    const sources = moved.map(({ source }) => source);
    const values = moved.map(({ source, upper, generation }) =>
      row(scope, source, upper, generation ?? null, batch.runId),
    );
    // Cheaper to plan than `on conflict`.
    list.push(`delete from ${watermark} where target = ${literal(scope)} and source in ${literal(sources)}`);
    list.push(`insert into ${watermark} values ${values.join(', ')}`);
  }
  const files = read.flatMap(({ source, files: of }) =>
    of.map(({ path, bytes, fingerprint, rows }) =>
      row(scope, source, path, bytes, fingerprint, batch.runId, batch.step, batch.part, rows),
    ),
  );
  if (files.length) {
    list.push(
      `insert into ${book(target.catalog, 'file')} values ${files.join(', ')}
      on conflict (target, source, path) do update set bytes = excluded.bytes, fingerprint = excluded.fingerprint,
        run_id = excluded.run_id, step = excluded.step, part = excluded.part, "rows" = excluded."rows"`,
    );
  }
  list.push(
    `insert into ${book(target.catalog, 'publication')} select ${first}, ${sequence}, ${rest}, ${generationSql(target)}, ${runOf(batch)} returning sequence`,
  );
  return list.join(';\n');
}
