import { col, endpoint, keepLatest, sql, table } from 'esteira';
import { limites } from './1-config.ts';
import { lawyerHistory, matchEvents } from './2-dados.ts';
import { ltr } from './3-modelo.ts';

const { lawyer_id: _, as_of: __, gender: ___, ...known } = lawyerHistory.columns;

/** What serving looks up: the newest row of each lawyer, and nothing that an order must not depend on. */
export const lawyersNow = table('serving.lawyers', {
  columns: { lawyer_id: col.text().key(), as_of: col.timestamp(), ...known },
  rows: lawyerHistory.since('as_of'),
  write: 'merge',
  duplicates: keepLatest('as_of', 'recorded_at'),
});

interface Placed {
  readonly lawyer_id: string;
  readonly score: number | null;
}
/** Everybody who was asked for, once: those who are known in this order, then the others in theirs. */
const placed = (asked: readonly string[], known: readonly Placed[]) => {
  const found = new Set(known.map(({ lawyer_id }) => lawyer_id));
  const others = [...new Set(asked)].filter((id) => !found.has(id)).map((lawyer_id) => ({ lawyer_id, score: null }));
  return { ranking: [...known, ...others].map((one, index) => ({ ...one, position: index + 1 })) };
};

// Key 4: new versions are swapped in, in memory, without losing a request.
export const ranking = endpoint('ltr', {
  path: '/api/match/rank',
  model: ltr,
  request: { case_id: col.text(), lawyer_ids: col.list(col.text()) },
  answer: { ranking: col.list({ lawyer_id: col.text(), position: col.integer(), score: col.real().optional() }) },
  lookup: { lawyers: lawyersNow },
  log: { case_id: col.text(), lawyer_id: col.text() },
  async handle({ request: { case_id, lawyer_ids }, lookup, predict }) {
    const known = lookup.lawyers([...new Set(lawyer_ids)]);
    const scores = await predict(known.map((lawyer) => ({ ...lawyer, case_id })));
    const scored = known.map(({ lawyer_id }, index) => ({ lawyer_id, score: scores[index]?.score ?? 0 }));
    return placed(
      lawyer_ids,
      scored.toSorted((one, other) => other.score - one.score),
    );
  },
  /** The legacy order: success rate, then distance. */
  fallback: ({ request: { lawyer_ids }, lookup }) =>
    placed(
      lawyer_ids,
      lookup
        .lawyers([...new Set(lawyer_ids)])
        .toSorted((one, other) => other.success_rate - one.success_rate || one.distance_km - other.distance_km)
        .map(({ lawyer_id }) => ({ lawyer_id, score: null })),
    ),
  deadline: '50 ms',
  reload: { every: '5 minutes', path: '/api/debug/reload_weights' },
  shadow: { share: limites.ltr_shadow_share, header: 'x-shadow-ltr' },
  /** What was shown, under the id of its request: the application says under the same id who was chosen. */
  events: {
    to: matchEvents,
    of: ({ id, at, request: { case_id }, answer }) => ({
      event_id: id,
      occurred_at: at,
      case_id,
      shown: answer.ranking.map(({ lawyer_id, position }) => ({ lawyer_id, position })),
    }),
  },
});

/** Each lawyer that a version was asked about, with what it saw and said. */
export const predicted = table('bronze.ltr_log', {
  columns: { day: col.date(), ...ranking.log.columns },
  rows: sql`select cast(predicted_at as date) as day, * from ${ranking.log.unread}`,
  write: 'append',
  invalid: 'set aside',
});
