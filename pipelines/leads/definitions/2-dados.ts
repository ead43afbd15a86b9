import { col, env, fn, run, source, sql, table, valuesOf } from 'esteira';
import { supabase } from 'esteira/supabase';
import { lotes } from './1-config.ts';

/** Without the variable the Supabase that its own command line starts on this machine. */
export const app = supabase(env('SUPABASE_URL', 'http://127.0.0.1:54321'), env('SUPABASE_KEY'));

const user = {
  id: col.text(),
  created_at: col.timestamp(),
  country: col.text().optional(),
  source: col.text().optional(),
};
const event = { id: col.text(), user_id: col.text(), kind: col.text(), occurred_at: col.timestamp() };

/** Whoever has no score yet. */
export const landingUsers = source('landing.users_sem_score', {
  reader: app.table('users', { where: { lead_score: null } }),
  columns: { ...user, lead_score: col.real().optional() },
});
export const usersSemScore = table('bronze.users_sem_score', {
  columns: { ...user, id: col.text().key() },
  rows: landingUsers,
});
/** Their events, in batches of users: one request for all of them has an address that is too long for any server (414). */
export const eventsSemScore = source('landing.events_sem_score', {
  reader: app.table('events', {
    where: { user_id: valuesOf(usersSemScore, 'id') },
    batch: lotes.tamanho_do_lote,
  }),
  columns: event,
});

/** Leads of the past, of whom sales has said whether they became clients, and when that was. */
export const landingClosed = source('landing.closed_leads', {
  reader: app.table('closed_leads'),
  columns: { ...user, closed_at: col.timestamp(), converted: col.boolean() },
});
export const closedUsers = table('bronze.closed_leads', {
  columns: { ...landingClosed.columns, id: col.text().key() },
  rows: landingClosed,
});
export const closedEvents = source('landing.closed_events', {
  reader: app.table('events', {
    where: { user_id: valuesOf(closedUsers, 'id') },
    batch: lotes.tamanho_do_lote,
  }),
  columns: event,
});

/** What a model is told of a person. Whoever was never seen has zeros and no last day: the model has learned from such people, too. */
export const features = {
  page_views: col.integer().min(0),
  demo_requests: col.integer().min(0),
  emails_opened: col.integer().min(0),
  days_active: col.integer().min(0),
  days_since_last: col.integer().min(0).optional(),
  source: col.text().oneOf('organic', 'ads', 'referral', 'event', 'unknown'),
};
export const used = [
  'page_views',
  'demo_requests',
  'emails_opened',
  'days_active',
  'days_since_last',
  'source',
] as const satisfies readonly (keyof typeof features)[];

const counted = (today: Parameters<typeof fn.daysBetween>[1]) => sql`
  count(case when e.kind = 'page_view' then 1 end) as page_views,
  count(case when e.kind = 'demo_request' then 1 end) as demo_requests,
  count(case when e.kind = 'email_opened' then 1 end) as emails_opened,
  count(distinct ${fn.startOf('day', 'e.occurred_at')}) as days_active,
  min(${fn.daysBetween('e.occurred_at', today)}) as days_since_last,
  coalesce(u.source, 'unknown') as source`;

/** As of the end of the run's date, whenever it is carried out; who came later is of the next run. Someone of whom nothing is known but a source that no model knows is set aside, under the name of that rule. */
export const leadFeatures = table('silver.lead_features', {
  columns: { id: col.text().key(), ...features },
  rows: sql`
    select u.id, ${counted(run.date)}
    from ${usersSemScore} u
    left join ${eventsSemScore} e on e.user_id = u.id and e.occurred_at < ${fn.addDays(run.date, 1)}
    where u.created_at < ${fn.addDays(run.date, 1)}
    group by u.id, u.source`,
  invalid: 'set aside',
});
/** As of when it was decided: what clients do afterwards says nothing of those who may become clients. */
export const closedLeads = table('silver.closed_leads', {
  columns: { id: col.text().key(), ...features, converted: col.boolean() },
  rows: sql`
    select u.id, u.converted, ${counted('u.closed_at')}
    from ${closedUsers} u left join ${closedEvents} e on e.user_id = u.id and e.occurred_at < u.closed_at
    group by u.id, u.source, u.closed_at, u.converted`,
  invalid: 'set aside',
});
