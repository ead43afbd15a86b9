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
 * What came of each request, by the version that answered it and by the one that ran beside it. Who was chosen is known within the hour, and whom a version
 * did not know it has missed; that nothing was signed is known after 30 days: `settled`. Before, those who sign at once would count for more than they are.
 * Of several requests of a case a contract is of the one in which that lawyer was chosen, else of the last that showed him before it was signed.
 */
export const outcomes = table('gold.ltr_outcomes', {
  columns: {
    day: col.date().key(),
    request_id: col.text().key(),
    model_version: col.text().key(),
    role: ranking.log.columns.role.key(),
    predicted_at: col.timestamp(),
    share: col.real(),
    hit_at_3: col.boolean().optional(),
    ndcg_at_5: col.real().min(0).max(1).optional(),
    signed: col.boolean(),
    settled: col.boolean(),
    satisfaction: col.integer().min(1).max(5).optional(),
  },
  rows: sql`
    select day, request_id, model_version, role, predicted_at, share,
      case when chosen is not null then coalesce(place <= 3, false) end as hit_at_3,
      case when place <= 5 then 1 / log2(1 + place) when chosen is not null then 0 end as ndcg_at_5,
      signed_at is not null as signed, day < ${fn.addDays(run.date, -30)} as settled, satisfaction
    from (
      select l.day, l.request_id, l.model_version, l.role, min(l.predicted_at) as predicted_at, min(l.share) as share,
        min(m.chosen) as chosen, min(case when l.lawyer_id = m.chosen then l.rank end) as place,
        min(c.signed_at) as signed_at, min(c.satisfaction) as satisfaction
      from ${predicted.since('day', { lookback: '40 days' })} l
      left join ${matches} m on m.event_id = l.request_id
      left join (
        select m.event_id, c.signed_at, c.satisfaction
        from ${signed} c
        join ${matches} m on m.case_id = c.case_id
          and m.occurred_at <= c.signed_at and m.occurred_at > c.signed_at - interval 30 day
          and list_contains(json_extract_string(m.shown, '$[*].lawyer_id'), c.lawyer_id)
        qualify row_number() over (
          partition by c.case_id
          order by coalesce(m.chosen = c.lawyer_id, false) desc, m.occurred_at desc, m.event_id desc
        ) = 1
      ) c on c.event_id = l.request_id
      group by l.day, l.request_id, l.model_version, l.role
    )`,
  write: 'merge',
});
/**
 * The champion's versions, and those beside them, by what came of their requests: of those of which it is known, and a request of a log that has a share
 * of them counts for as many as it stands for. Nobody saw the order of a shadow: of it there is only where it had put who was chosen.
 */
export const negocio = table('curated.vw_ltr_negocio', {
  columns: {
    model_version: col.text(),
    role: ranking.log.columns.role,
    requests: col.integer(),
    chosen: col.integer(),
    hit_at_3: col.real().optional(),
    ndcg_at_5: col.real().optional(),
    contracts: col.integer().optional(),
    conversion: col.real().optional(),
    satisfaction: col.real().optional(),
  },
  rows: sql`
    select model_version, role, cast(round(sum(times)) as bigint) as requests,
      cast(round(coalesce(sum(times) filter (where hit_at_3 is not null), 0)) as bigint) as chosen,
      sum(times * cast(hit_at_3 as integer)) / sum(times) filter (where hit_at_3 is not null) as hit_at_3,
      sum(times * ndcg_at_5) / sum(times) filter (where ndcg_at_5 is not null) as ndcg_at_5,
      case when role = 'champion' then cast(round(sum(times * cast(signed as integer))) as bigint) end as contracts,
      case when role = 'champion' then sum(times * cast(signed as integer)) filter (where settled) / sum(times) filter (where settled) end as conversion,
      case when role = 'champion' then sum(times * satisfaction) / sum(times) filter (where satisfaction is not null) end as satisfaction
    from (select *, 1 / share as times from ${outcomes}) group by model_version, role`,
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
const came = { model: ltr, version: 'model_version', at: 'predicted_at' } as const;
/** Clients choose within half an hour, and it is taken in within another: rows count when that is over, so that none comes in among those that were counted. */
const chosenBy = { ...came, least: 100, matures: '2 hours' } as const;
/** Of the champion's own version beside those before it. */
export const degradou = monitor('ltr: Hit@3 em produção', {
  expect: atMost(degradation(outcomes, { ...chosenBy, of: 'hit_at_3' }), 0.05),
  tell: 'plantao',
  next: 'A versão anterior volta sozinha: esteira models history ltr',
});
export const desordenou = monitor('ltr: nDCG@5 em produção', {
  expect: atMost(degradation(outcomes, { ...chosenBy, of: 'ndcg_at_5' }), 0.05),
  tell: 'plantao',
  next: 'As versões lado a lado: curated.vw_ltr_negocio; voltar: esteira models rollback ltr --to … --reason …',
});
/** What is signed, or said, within 30 days, and then taken in: of a version that is still the champion by then. */
const signedBy = { ...came, matures: '31 days' } as const;
export const converteu = monitor('ltr: conversão em produção', {
  expect: atMost(degradation(outcomes, { ...signedBy, of: 'signed' }), 0.05),
  tell: 'ltr',
  next: 'As versões lado a lado: curated.vw_ltr_negocio',
});
export const satisfez = monitor('ltr: satisfação em produção', {
  expect: atMost(degradation(outcomes, { ...signedBy, of: 'satisfaction' }), 0.3),
  tell: 'ltr',
  next: 'As versões lado a lado: curated.vw_ltr_negocio',
});
