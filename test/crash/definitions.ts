// A small desk with a table of every kind: what the tests of recovery build. It is copied into each project that they make.
import {
  always,
  byHand,
  check,
  col,
  cron,
  env,
  existsIn,
  expectNone,
  files,
  fn,
  from,
  history,
  job,
  keepLatest,
  mergeDeleting,
  replaceEach,
  run,
  source,
  sql,
  table,
} from 'esteira';
import { postgres } from 'esteira/postgres';

const app = postgres(env('DESK_DATABASE_URL'));

export const landingPeople = source('postgres_public.people', {
  reader: app.changes('people'),
  columns: { id: col.integer().optional(), name: col.text().optional() },
});
export const landingTickets = source('postgres_public.tickets', {
  reader: app.changes('tickets'),
  columns: {
    id: col.integer().optional(),
    person: col.integer().optional(),
    minutes: col.integer().optional(),
    opened_at: col.timestamp().optional(),
  },
});
export const notes = source('outside.notes', {
  reader: files('notes/*.csv'),
  columns: { ticket: col.integer().optional(), text: col.text().optional() },
});

export const bronzePeople = table('bronze.people', {
  columns: { ...landingPeople.columns, arrived_at: col.timestamp() },
  rows: sql`select *, ${run.at} as arrived_at from ${landingPeople.unread}`,
  write: 'append',
  invalid: 'set aside',
});
export const bronzeTickets = table('bronze.tickets', {
  columns: { ...landingTickets.columns, arrived_at: col.timestamp() },
  rows: sql`select *, ${run.at} as arrived_at from ${landingTickets.unread}`,
  write: 'append',
  invalid: 'set aside',
});
/** Files that a daily job takes in itself. */
export const bronzeNotes = table('bronze.notes', {
  columns: { ticket: col.integer(), text: col.text() },
  rows: notes.unread,
  write: 'append',
  invalid: 'set aside',
});

const change = { gone: col.boolean(), changed_at: col.timestamp() };
export const people = table('silver.people', {
  columns: { id: col.integer().key(), name: col.text(), ...change },
  rows: sql`select id, name, _deleted as gone, _synced_at as changed_at from ${bronzePeople.since('arrived_at')}`,
  write: mergeDeleting('gone'),
  duplicates: keepLatest('changed_at'),
  invalid: 'set aside',
});
export const tickets = table('silver.tickets', {
  columns: {
    id: col.integer().key(),
    person: col.integer(),
    minutes: col.integer().min(0).named('minutes_real'),
    opened_at: col.timestamp(),
    ...change,
  },
  rows: sql`select id, person, minutes, opened_at, _deleted as gone, _synced_at as changed_at
    from ${bronzeTickets.since('arrived_at')}`,
  rules: { person_known: existsIn('person', people, 'id') },
  write: mergeDeleting('gone'),
  duplicates: keepLatest('changed_at'),
  invalid: 'set aside',
});
export const changes = table('silver.changes', {
  columns: { id: col.integer().optional(), hour: col.timestamp(), minutes: col.integer().optional() },
  rows: sql`select id, ${fn.startOf('hour', 'opened_at')} as hour, minutes from ${bronzeTickets.since('arrived_at')}
    where opened_at is not null`,
  write: 'append',
  invalid: 'set aside',
});
/** Each hour that a new change touches, whole. */
export const hours = table('silver.hours', {
  columns: { hour: col.timestamp().key(), changes: col.integer(), minutes: col.integer() },
  rows: sql`select hour, count(*) as changes, coalesce(sum(minutes), 0) as minutes
    from ${changes.since('hour', { lookback: '2 hours' })} group by hour`,
  write: 'merge',
});
/** The same of the tickets that are long enough: an hour can have none. */
export const long = table('silver.long', {
  columns: { hour: col.timestamp(), id: col.integer().optional(), minutes: col.integer().min(10).named('long_enough') },
  rows: sql`select hour, id, minutes from ${changes.since('hour')}`,
  write: replaceEach('hour'),
  invalid: 'set aside',
});
/** Each name that a person had, and until when. */
export const names = table('silver.names', {
  columns: { id: col.integer().key(), name: col.text(), ...change },
  rows: sql`select id, name, _deleted as gone, _synced_at as changed_at from ${bronzePeople.since('arrived_at')}`,
  write: history({ at: 'changed_at', deleted: 'gone' }),
  invalid: 'set aside',
});
/** One row for each word: a function over the notes. */
export const words = table('silver.words', {
  columns: { ticket: col.integer(), word: col.text(), place: col.integer() },
  rows: from(bronzeNotes, ({ ticket, text }) => text.split(' ').map((word, place) => ({ ticket, word, place }))),
  invalid: 'set aside',
});
export const load = table('gold.load', {
  columns: { person: col.integer().key(), name: col.text(), tickets: col.integer(), minutes: col.integer() },
  rows: sql`select t.person, p.name, count(*) as tickets, sum(t.minutes) as minutes
    from ${tickets} t join ${people} p on p.id = t.person group by 1, 2`,
});
export const noLoadBelowZero = check(
  'no load below zero',
  expectNone(sql`select person from ${load} where minutes < 0`),
);
export const shown = table('shown.load', { columns: load.columns, rows: load, write: 'view' });

export const sync = job('desk_sync', { when: always, build: [landingPeople, landingTickets] });
export const daily = job('desk_daily', {
  when: cron('0 2 * * *', { date: 'the day before' }),
  build: [shown, hours, words, long, names],
});
/** Writes tables of the daily job, by hand. */
export const rewrite = job('desk_words', { when: byHand, build: [words, changes] });
