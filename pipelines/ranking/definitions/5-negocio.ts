import {
  atMost,
  col,
  degradation,
  drift,
  fallbackShare,
  files,
  fn,
  keepLatest,
  monitor,
  run,
  servedLatency,
  source,
  sql,
  table,
} from 'esteira';
import { matches } from './2-dados.ts';
import { judged, ltr } from './3-modelo.ts';
import { predicted, ranking } from './4-servir.ts';

const contract = {
  case_id: col.text(),
  lawyer_id: col.text(),
  signed_at: col.timestamp(),
  /** Of the client, asked for later. */
  satisfaction: col.integer().min(1).max(5).optional(),
  recorded_at: col.timestamp(),
};
/** Contracts as they are signed, days or weeks after the ranking; once more, with a later `recorded_at`, when the client has said how it was. */
export const contracts = source('landing.contracts', { reader: files('contracts/*.jsonl'), columns: contract });
export const signed = table('bronze.contracts', {
  columns: { ...contract, case_id: col.text().key() },
  rows: contracts.unread,
  write: 'merge',
  duplicates: keepLatest('recorded_at'),
  invalid: 'set aside',
});

/**
 * What came of each request, by the version that answered it and by the one that ran beside it. Who was chosen is known within the day; that nothing
 * was signed, after 30 days: `settled`. Before, those who sign at once would count for more than they are.
 */
export const outcomes = table('gold.ltr_outcomes', {
  columns: {
    day: col.date().key(),
    request_id: col.text().key(),
    model_version: col.text().key(),
    role: ranking.log.columns.role.key(),
    predicted_at: col.timestamp(),
    hit_at_3: col.boolean().optional(),
    ndcg_at_5: col.real().optional(),
    signed: col.boolean(),
    settled: col.boolean(),
    satisfaction: col.integer().optional(),
  },
  rows: sql`
    select day, request_id, model_version, role, predicted_at,
      place <= 3 as hit_at_3, case when place <= 5 then 1 / log2(1 + place) when place > 5 then 0 end as ndcg_at_5,
      signed_at is not null as signed, day < ${fn.addDays(run.date, -30)} as settled, satisfaction
    from (
      select l.day, l.request_id, l.model_version, l.role, min(l.predicted_at) as predicted_at,
        min(case when l.lawyer_id = m.chosen then l.rank end) as place,
        min(case when l.lawyer_id = c.lawyer_id then c.signed_at end) as signed_at,
        min(case when l.lawyer_id = c.lawyer_id then c.satisfaction end) as satisfaction
      from ${predicted.since('day', { lookback: '40 days' })} l
      left join ${matches} m on m.event_id = l.request_id and m.chosen is not null
      left join ${signed} c on c.case_id = l.case_id and c.signed_at >= l.predicted_at
      group by l.day, l.request_id, l.model_version, l.role
    )`,
  write: 'merge',
});
/** The champion's versions, and those beside them, by what came of their requests: of those of which it is known. */
export const negocio = table('curated.vw_ltr_negocio', {
  columns: {
    model_version: col.text(),
    role: ranking.log.columns.role,
    requests: col.integer(),
    chosen: col.integer(),
    hit_at_3: col.real().optional(),
    ndcg_at_5: col.real().optional(),
    contracts: col.integer(),
    conversion: col.real().optional(),
    satisfaction: col.real().optional(),
  },
  rows: sql`
    select model_version, role, count(*) as requests, count(hit_at_3) as chosen,
      avg(case when hit_at_3 then 1.0 when not hit_at_3 then 0.0 end) as hit_at_3, avg(ndcg_at_5) as ndcg_at_5,
      sum(case when signed then 1 else 0 end) as contracts,
      avg(case when settled and signed then 1.0 when settled then 0.0 end) as conversion,
      avg(satisfaction) as satisfaction
    from ${outcomes} group by model_version, role`,
  write: 'view',
});

export const mudou = monitor('ltr: as features mudaram', {
  expect: atMost(drift(judged.since('day'), { from: ltr }), 0.2),
  tell: 'ltr',
  next: 'Compare as distribuições: esteira monitors "ltr: as features mudaram"',
});
export const muitoFallback = monitor('ltr: fallback abaixo de 0,1 %', {
  expect: atMost(fallbackShare(ranking), 0.001),
  every: '*/5 * * * *',
  tell: 'plantao',
  next: 'O porquê de cada um: logs/api.log; a versão servida: curl …/ltr/health',
});
export const lento = monitor('ltr: p95 das respostas', {
  expect: atMost(servedLatency(ranking, 'p95'), '15 ms'),
  every: '*/15 * * * *',
  tell: 'plantao',
  next: 'curl …/ltr/health; as durações: curl …/metrics',
});
/** Of the champion's own version beside those before it; who was chosen is known within the hour. */
export const degradou = monitor('ltr: Hit@3 em produção', {
  expect: atMost(
    degradation(outcomes, {
      model: ltr,
      of: 'hit_at_3',
      version: 'model_version',
      at: 'predicted_at',
      least: 100,
    }),
    0.05,
  ),
  tell: 'plantao',
  next: 'A versão anterior volta sozinha: esteira models history ltr',
});
