import type { Account, Publication, SourceFile, StepWrite } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { book, scopeOf } from '../setup.ts';

const { literal } = dialect;
const row = (...values: readonly unknown[]): string => `(${values.map(literal).join(', ')})`;

/** Makes the fence's row ours, so that a newer token cannot pass beside this transaction, and gives its counter. */
export const touchFence = ({ batch, target }: StepWrite): string =>
  `update ${book(target.catalog, 'fence')} set token = token
    where scope = ${literal(scopeOf(target))} and token = ${literal(batch.token)}`;

export const countFence = ({ target }: StepWrite): string =>
  `update ${book(target.catalog, 'fence')} set seq = seq + 1 where scope = ${literal(scopeOf(target))}`;

/** What a publication is made of beside rows; `sequence` as SQL, so that one list of statements can do a step that has nothing to do. */
export function recordSql(
  write: StepWrite,
  published: Pick<Publication, 'account' | 'details'>,
  sequence: string,
  read: readonly { readonly source: string; readonly files: readonly SourceFile[] }[],
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
  const identity = [batch.runId, batch.step, batch.runSeq, batch.token, batch.logicalTime, batch.definition];
  const first = [...identity, batch.settingsHash, write.mode.mode].map(literal).join(', ');
  const bounds = JSON.stringify(write.bounds, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  const rest = [...counts, batch.at, batch.part, JSON.stringify(published.details), bounds].map(literal).join(', ');
  const list = [`insert into ${book(target.catalog, 'publication')} values (${first}, ${sequence}, ${rest})`];
  if (write.bounds.length) {
    const values = write.bounds.map(({ source, upper }) => row(scope, source, upper, batch.runId));
    list.push(
      `insert into ${book(target.catalog, 'watermark')} values ${values.join(', ')}
      on conflict (target, source) do update set upper_bound = excluded.upper_bound, run_id = excluded.run_id`,
    );
  }
  const files = read.flatMap(({ source, files: of }) =>
    of.map(({ path, bytes, fingerprint }) =>
      row(scope, source, path, bytes, fingerprint, batch.runId, batch.step, batch.part),
    ),
  );
  if (files.length) {
    list.push(
      `insert into ${book(target.catalog, 'file')} values ${files.join(', ')}
      on conflict (target, source, path) do update set bytes = excluded.bytes, fingerprint = excluded.fingerprint,
        run_id = excluded.run_id, step = excluded.step, part = excluded.part`,
    );
  }
  return list.join(';\n');
}

export const noRows: Account = Object.freeze({
  in: 0,
  valid: 0,
  invalid: 0,
  duplicates: 0,
  held: 0,
  inserted: 0,
  updated: 0,
  deleted: 0,
  unchanged: 0,
  stale: 0,
});
