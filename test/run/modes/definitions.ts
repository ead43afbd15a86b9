// One table for each way of writing, all of the same rows. It is copied into the projects of the tests.
import {
  byHand,
  col,
  existsIn,
  files,
  from,
  job,
  keepLatest,
  mergeDeleting,
  type RowOf,
  source,
  sql,
  table,
} from 'esteira';

const text = { k: col.integer().optional(), version: col.integer().optional(), value: col.text().optional() };
const landed = {
  ...text,
  amount: col.integer().optional(),
  gone: col.boolean().optional(),
  /** Of one row of each key in a run. */
  first: col.boolean().optional(),
  day: col.date().optional(),
};
export const landing = source('landing.things', { reader: files('things/*.jsonl'), columns: landed });

const plain = {
  version: col.integer(),
  value: col.text(),
  amount: col.integer().min(0).named('amount_ok'),
  gone: col.boolean(),
};
const keyless = { k: col.integer(), ...plain };
const keyed = { k: col.integer().key(), ...plain };
const aside = { invalid: 'set aside', rules: { not_three: sql`amount <> 3` } } as const;
const latest = keepLatest('version');
const names = sql`select k, version, value, amount, gone from ${landing.unread}`;
const firsts = sql`select k, version, value, amount, gone from ${landing.unread} where first`;

export const append = table('made.appended', { columns: keyless, rows: names, write: 'append', ...aside });
export const appendKeyed = table('made.appended_latest', {
  columns: keyed,
  rows: names,
  write: 'append',
  duplicates: latest,
  ...aside,
});
export const merge = table('made.merged', { columns: keyed, rows: firsts, write: 'merge', ...aside });
export const mergeLatest = table('made.merged_latest', {
  columns: keyed,
  rows: names,
  write: 'merge',
  duplicates: latest,
  ...aside,
});
export const mergeGone = table('made.merged_gone', {
  columns: keyed,
  rows: firsts,
  write: mergeDeleting('gone'),
  ...aside,
});
export const mergeGoneLatest = table('made.merged_gone_latest', {
  columns: keyed,
  rows: names,
  write: mergeDeleting('gone'),
  duplicates: latest,
  ...aside,
});
export const replace = table('made.replaced', {
  columns: keyed,
  rows: sql`select k, version, value, amount, gone from ${landing}`,
  duplicates: latest,
  ...aside,
});
export const replaceKeyless = table('made.replaced_keyless', { columns: keyless, rows: landing, ...aside });

/** Through a table that keeps what was written, by arrival. */
export const bronze = table('bronze.things', { columns: landed, rows: landing.unread, write: 'append' });
export const mergeSince = table('made.merged_since', {
  columns: keyed,
  rows: sql`select k, version, value, amount, gone from ${bronze.since('version')}`,
  write: mergeDeleting('gone'),
  duplicates: latest,
  ...aside,
});
/** Rows of these have no origin: they are known by key and order. */
const made = ({ k, version, value, amount, gone }: RowOf<typeof landed>) => ({ k, version, value, amount, gone });
export const mergeMade = table('made.merged_made', {
  columns: keyed,
  rows: from(bronze.since('version'), made),
  write: mergeDeleting('gone'),
  duplicates: latest,
  ...aside,
});
export const appendMade = table('made.appended_made', {
  columns: keyless,
  rows: from(bronze.since('version'), made),
  write: 'append',
  ...aside,
});
/** Reads again what is recent, and must not mind. */
const again = sql`select k, version, value, amount, gone from ${bronze.since('day', { lookback: '2 days' })}`;
export const mergeAgain = table('made.merged_again', {
  columns: keyed,
  rows: again,
  write: mergeDeleting('gone'),
  duplicates: latest,
  ...aside,
});
export const appendAgain = table('made.appended_again', { columns: keyed, rows: again, write: 'append', ...aside });
/** Judged against another table, which is whole by then. */
export const referring = table('made.referring', {
  columns: keyless,
  rows: names,
  write: 'append',
  invalid: 'set aside',
  rules: { known: existsIn('k', replace, 'k') },
});

export const all = job('all', {
  when: byHand,
  build: [
    append,
    appendKeyed,
    merge,
    mergeLatest,
    mergeGone,
    mergeGoneLatest,
    replace,
    replaceKeyless,
    mergeSince,
    mergeMade,
    appendMade,
    mergeAgain,
    appendAgain,
    referring,
  ],
});
