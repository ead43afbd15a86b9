import { atLeast, atMost, check, col, expectNone, fn, monitor, run, scalar, sql, table } from 'esteira';
import { lotes } from './1-config.ts';
import { app, leadFeatures, usersSemScore } from './2-dados.ts';
import { leadScoring } from './3-modelos.ts';

/** Kept in Supabase, too: `lead_score` alone, of users that are there, where it says something else; read back and compared. */
export const leadScore = table('users.lead_score', {
  columns: { id: col.text().key(), lead_score: leadScoring.output.lead_score },
  rows: leadScoring.predict(leadFeatures),
  write: 'update',
  keptIn: app.keep('users', { batch: lotes.tamanho_do_lote }),
});
export const todosPontuados = check(
  'cada utilizador com features tem um score',
  expectNone(sql`
    select f.id from ${leadFeatures} f
    where not exists (select 1 from ${leadScore} s where s.id = f.id)`),
);

/** What became of each user's last score, and of each batch. */
export const recibos = leadScore.receipts;
export const lotesEscritos = leadScore.batches;

/** Whoever had no score when the last run began, and has none now: each with the reason. */
export const semScore = table('curated.vw_sem_score', {
  columns: {
    id: col.text(),
    created_at: col.timestamp(),
    motivo: col
      .text()
      .oneOf('origem desconhecida do modelo', 'features inválidas', 'a escrita falhou', 'ainda não escrito'),
    detalhe: col.text().optional(),
  },
  rows: sql`
    select u.id, u.created_at,
      case
        when f.id is null and u.source not in ('organic', 'ads', 'referral', 'event') then 'origem desconhecida do modelo'
        when i.id is not null and f.id is null then 'features inválidas'
        when r.status = 'failed' then 'a escrita falhou'
        else 'ainda não escrito'
      end as motivo,
      case when f.id is null and u.source not in ('organic', 'ads', 'referral', 'event') then u.source else r.reason end as detalhe
    from ${usersSemScore} u
    left join ${leadFeatures} f on f.id = u.id
    left join (select distinct id from ${leadFeatures.invalid}) i on i.id = u.id
    left join (
      select id, status, reason from ${recibos} qualify row_number() over (partition by id order by delivered_at desc) = 1
    ) r on r.id = u.id
    where f.id is null or r.id is null or r.status = 'failed'`,
  write: 'view',
});

const ultimo = sql`(select run_id from ${lotesEscritos} order by delivered_at desc limit 1)`;
export const ficaramSemScore = monitor('leads: utilizadores sem lead_score há mais de um dia', {
  expect: atMost(scalar(sql`select count(*) from ${semScore} where created_at < ${fn.addDays(run.date, -1)}`), 0),
  every: '0 9 * * *',
  tell: 'vendas',
  next: 'O motivo de cada um: curated.vw_sem_score. A chave e o endereço: esteira doctor',
});
export const linhasFalhadas = monitor('leads: scores que não foram escritos', {
  expect: atMost(
    scalar(sql`
      select count(*) from (
        select status from ${recibos} r where exists (select 1 from ${leadScore} s where s.id = r.id)
        qualify row_number() over (partition by id order by delivered_at desc) = 1
      ) where status = 'failed'`),
    0,
  ),
  tell: 'vendas',
  next: 'Quais e porquê: esteira write-back users.lead_score; de novo: esteira resume',
});
export const lotesRepetidos = monitor('leads: lotes repetidos', {
  expect: atMost(scalar(sql`select sum(retries) * 1.0 / count(*) from ${lotesEscritos} where run_id = ${ultimo}`), 1),
  next: 'Os lotes e os seus segundos: esteira show; um lote menor: config.lead_scoring.tamanho_do_lote',
});
export const lotesLentos = monitor('leads: linhas por segundo', {
  expect: atLeast(
    scalar(sql`select sum(row_count) / nullif(sum(seconds), 0) from ${lotesEscritos} where run_id = ${ultimo}`),
    10,
  ),
  next: 'Os lotes e os seus segundos: esteira show; a função de escrita: esteira write-back users.lead_score --sql',
});
