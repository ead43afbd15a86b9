// Groups that read only what is new, beside the same groups read whole. It is copied into the projects of the tests.
import { byHand, col, files, fn, job, type Rows, source, sql, table } from 'esteira';

const landing = source('landing.calls', {
  reader: files('calls/*.jsonl'),
  columns: { id: col.integer(), kind: col.text(), called_at: col.timestamp(), seconds: col.integer() },
});
export const calls = table('bronze.calls', {
  columns: { ...landing.columns, hour: col.timestamp(), day: col.date() },
  rows: sql`select id, kind, called_at, seconds, ${fn.startOf('hour', 'called_at')} as hour,
    ${fn.startOf('day', fn.localTime('called_at', 'America/Sao_Paulo'))} as day from ${landing.unread}`,
  write: 'append',
});
export { landing };

const measures = { calls: col.integer(), seconds: col.integer(), longest: col.integer() };
const measured = sql`count(*) as calls, sum(seconds) as seconds, max(seconds) as longest`;

const hourly = { hour: col.timestamp().key(), kind: col.text().key(), ...measures };
export const hours = table('gold.hours', {
  columns: hourly,
  rows: sql`select hour, kind, ${measured} from ${calls.since('hour', { lookback: '3 hours' })} group by hour, kind`,
  write: 'merge',
});
export const hoursWhole = table('gold.hours_whole', {
  columns: hourly,
  rows: sql`select hour, kind, ${measured} from ${calls} group by hour, kind`,
});

const daily = { day: col.date().key(), ...measures };
export const days = table('gold.days', {
  columns: daily,
  rows: sql`select day, ${measured} from ${calls.since('day', { lookback: '1 day' })} group by day`,
  write: 'merge',
});
export const daysWhole = table('gold.days_whole', {
  columns: daily,
  rows: sql`select day, ${measured} from ${calls} group by day`,
});

const chatting = source('landing.chats', {
  reader: files('chats/*.jsonl'),
  columns: { id: col.integer(), kind: col.text(), called_at: col.timestamp(), seconds: col.integer() },
});
export const chats = table('bronze.chats', {
  columns: { id: col.integer(), seconds: col.integer(), day: col.date() },
  rows: sql`select id, seconds, ${fn.startOf('day', fn.localTime('called_at', 'America/Sao_Paulo'))} as day
    from ${chatting.unread}`,
  write: 'append',
});
export { chatting };

/** Groups of two tables: a day that is new in one is read whole of both, however far back each of them looks. */
const together = (called: Rows<unknown>, chatted: Rows<unknown>) => sql`
  select day, sum(call) as calls, sum(chat) as chats
  from (select day, 1 as call, 0 as chat from ${called} union all select day, 0, 1 from ${chatted})
  group by day`;
const contacts = { day: col.date().key(), calls: col.integer(), chats: col.integer() };
export const both = table('gold.contacts', {
  columns: contacts,
  rows: together(calls.since('day', { lookback: '1 day' }), chats.since('day', { lookback: '5 days' })),
  write: 'merge',
});
export const bothWhole = table('gold.contacts_whole', { columns: contacts, rows: together(calls, chats) });

export const all = job('all', { when: byHand, build: [hours, hoursWhole, days, daysWhole, both, bothWhole] });
