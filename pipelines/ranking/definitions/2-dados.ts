import { col, env, files, firstOf, from, keepLatest, replaceEach, source, sql, table } from 'esteira';
import { kafka } from 'esteira/kafka';

const match = {
  event_id: col.text(),
  occurred_at: col.timestamp(),
  case_id: col.text(),
  shown: col.list({ lawyer_id: col.text(), position: col.integer() }),
  chosen: col.text().optional(),
  /** `occurred_at` stays when it was shown: what was known then is learned from, and its day is the match's, also where somebody chooses after midnight. */
  chosen_at: col.timestamp().optional(),
};
// Key 1: by date, from Kafka or else from files; what Kafka held meanwhile is drained when it is back.
export const matchEvents = source('landing.match_events', {
  reader: firstOf(
    kafka(env('KAFKA_TOPIC', 'match_events'), {
      servers: env('KAFKA_BOOTSTRAP_SERVERS', 'localhost:9092'),
      group: env('KAFKA_GROUP_ID', 'ltr_etl_consumer'),
    }),
    files('match_events/{date}*.jsonl'),
  ),
  day: 'occurred_at',
  columns: match,
});
/** Features as they were measured, and later what was wrong with them, each in a file of its own. */
export const lawyers = source('landing.lawyers', {
  reader: files('lawyers/*.parquet'),
  columns: {
    lawyer_id: col.text(),
    as_of: col.timestamp(),
    recorded_at: col.timestamp(),
    area_match: col.real(),
    distance_km: col.real(),
    success_rate: col.real(),
    reviews: col.real(),
    price: col.real(),
    gender: col.text(),
  },
});

/** A line, or message, that cannot be read is set aside here, with its place in the file or the topic. */
export const matches = table('bronze.match_events', {
  columns: { ...match, day: col.date().key(), event_id: col.text().key() },
  rows: sql`
    select cast(occurred_at as date) as day, event_id, occurred_at, case_id, shown, chosen,
      case when chosen is not null then coalesce(chosen_at, occurred_at) end as chosen_at
    from ${matchEvents}`,
  write: replaceEach('day'),
  // A match that was only shown comes before the same with a choice.
  duplicates: keepLatest('chosen_at', 'occurred_at'),
  rules: {
    escolhido_mostrado: sql`chosen is null or shown is null or list_contains(json_extract_string(shown, '$[*].lawyer_id'), chosen)`,
  },
  invalid: 'set aside',
});
export const lawyerHistory = table('silver.lawyer_history', {
  columns: {
    lawyer_id: col.text().key(),
    as_of: col.timestamp().key(),
    recorded_at: col.timestamp(),
    area_match: col.real().min(0).max(1),
    distance_km: col.real().min(0),
    success_rate: col.real().min(0).max(1),
    reviews: col.real().min(0).max(5),
    price: col.real().min(0),
    gender: col.text().oneOf('f', 'm', 'x'),
  },
  rows: lawyers.unread,
  write: 'merge',
  duplicates: keepLatest('recorded_at'),
  invalid: 'set aside',
});

/** A row for each lawyer of a match. */
export const shown = table('silver.match_shown', {
  columns: {
    day: col.date().key(),
    event_id: col.text().key(),
    lawyer_id: col.text().key(),
    occurred_at: col.timestamp(),
    case_id: col.text(),
    position: col.integer().min(1),
    relevance: col.integer().min(0).max(1),
  },
  rows: from(matches.since('day'), ({ shown: candidates, chosen, ...match }) =>
    candidates.map(({ lawyer_id, position }) => ({
      day: match.day,
      event_id: match.event_id,
      lawyer_id,
      occurred_at: match.occurred_at,
      case_id: match.case_id,
      position,
      relevance: lawyer_id === chosen ? 1 : 0,
    })),
  ),
  write: replaceEach('day'),
  duplicates: keepLatest('occurred_at'),
  invalid: 'set aside',
});
