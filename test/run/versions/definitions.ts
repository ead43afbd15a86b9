// Histories and tables that are replaced by day, each in every way in which its rows can come. It is copied into the projects of the tests.
import {
  appendChanges,
  byHand,
  col,
  files,
  from,
  history,
  job,
  keepLatest,
  mergeDeleting,
  type RowOf,
  replaceEach,
  source,
  sql,
  table,
} from 'esteira';

const landed = {
  k: col.integer().optional(),
  version: col.integer().optional(),
  value: col.text().optional(),
  amount: col.integer().optional(),
  gone: col.boolean().optional(),
  first: col.boolean().optional(),
  day: col.date().optional(),
};
export const landing = source('landing.things', { reader: files('things/*.jsonl'), columns: landed });
export const bronze = table('bronze.things', { columns: landed, rows: landing.unread, write: 'append' });

// ---- versions: of one key by the day that its version number stands for ----
const thing = {
  k: col.integer().key(),
  value: col.text(),
  amount: col.integer().min(0),
  gone: col.boolean(),
  seen: col.date(),
};
const seen = sql`k, value, amount, gone, date '2026-01-01' + cast(version as integer) as seen`;
const versions = { write: history({ at: 'seen', deleted: 'gone' }), invalid: 'set aside' } as const;
/** By where its rows stand in their files. */
export const carried = table('made.carried', {
  columns: thing,
  rows: sql`select ${seen} from ${landing.unread}`,
  ...versions,
});
/** The same through a table of changes, which has judged them. */
export const changes = table('made.changes', {
  columns: thing,
  rows: sql`select ${seen} from ${bronze.since('day')}`,
  write: appendChanges({ at: 'seen', deleted: 'gone' }),
  invalid: 'set aside',
});
export const ofChanges = table('made.of_changes', {
  columns: thing,
  rows: changes.since('seen', { lookback: '30 days' }),
  ...versions,
});
/** Rows of which only what they say is known. */
export const madeRows = table('made.of_function', {
  columns: thing,
  rows: from(changes.since('seen'), ({ k, value, amount, gone, seen }: RowOf<typeof changes.columns>) => ({
    k,
    value,
    amount,
    gone,
    seen,
  })),
  ...versions,
});
/** The last of each run only: what its versions are depends on when it ran. */
export const merged = table('made.merged', {
  columns: { ...thing, version: col.integer() },
  rows: sql`select version, ${seen} from ${bronze.since('day')}`,
  write: mergeDeleting('gone'),
  duplicates: keepLatest('version'),
  invalid: 'set aside',
});
export const ofMerged = table('made.of_merged', { columns: thing, rows: merged, ...versions });

// ---- one day at a time ----
const daily = {
  day: col.date(),
  k: col.integer(),
  value: col.text(),
  amount: col.integer().min(0),
  version: col.integer(),
};
const ofDay = sql`select day, k, value, amount, version from ${bronze.since('day')}`;
const each = { write: replaceEach('day'), invalid: 'set aside' } as const;
export const byDay = table('made.by_day', { columns: daily, rows: ofDay, ...each });
export const latestByDay = table('made.latest_by_day', {
  columns: { ...daily, day: col.date().key(), k: col.integer().key() },
  rows: sql`select day, k, value, amount, version from ${bronze.since('day', { lookback: '3 days' })}`,
  duplicates: keepLatest('version'),
  ...each,
});
/** Of days with an even number of rows: a day can lose its place. */
export const sums = table('made.sums', {
  columns: { day: col.date().key(), things: col.integer(), amount: col.integer() },
  rows: sql`select day, count(*) as things, sum(amount) as amount from ${latestByDay.since('day')} group by day having count(*) % 2 = 0`,
  write: replaceEach('day'),
});
export const sumsOfSums = table('made.sums_again', {
  columns: { day: col.date().key(), amount: col.integer() },
  rows: sql`select day, amount from ${sums.since('day')}`,
  write: replaceEach('day'),
});

export const all = job('all', {
  when: byHand,
  build: [carried, ofChanges, madeRows, ofMerged, byDay, sumsOfSums],
});
