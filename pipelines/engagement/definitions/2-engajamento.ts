import { col, files, fn, keepLatest, run, source, sql, table } from 'esteira';
import { granularidades, niveis, parametros } from './1-config.ts';

/** What people did in the product: a file for each day. The minutes of an event whose end was not seen are missing. */
export const eventos = source('landing.eventos', {
  reader: files('eventos/*.parquet'),
  columns: {
    dia: col.date(),
    evento_id: col.text(),
    nivel: col.text(),
    entidade_id: col.text().optional(),
    sessao_id: col.text(),
    acao: col.text(),
    minutos: col.real().optional(),
  },
});

export const tbEvento = table('silver.tb_evento', {
  columns: {
    evento_id: col.text().key(),
    dia: col.date(),
    nivel: col.text().oneOf('usuario', 'equipe', 'empresa'),
    entidade_id: col.text(),
    sessao_id: col.text(),
    minutos: col.real().min(0).max(1440).optional(),
  },
  rows: eventos.unread,
  write: 'merge',
  duplicates: keepLatest('dia'),
  invalid: 'set aside',
});

/** The engagement of the period: one row for each entity, active level and active granularity. */
export const engajamentoPeriodo = table('analytics.engajamento_periodo', {
  columns: {
    nivel: col.text().key(),
    granularidade: col.text().key(),
    entidade_id: col.text().key(),
    frequencia: col.real().min(0),
    sessoes: col.real().min(0),
    minutos: col.real().min(0).optional(),
    dias_desde_ultimo: col.real().min(0),
  },
  rows: sql`
    select e.nivel, g.granularidade, e.entidade_id,
      count(distinct e.dia) * g.dias / ${parametros.periodo_dias} as frequencia,
      count(distinct e.sessao_id) * g.dias / ${parametros.periodo_dias} as sessoes,
      sum(e.minutos) * g.dias / ${parametros.periodo_dias} as minutos,
      ${fn.daysBetween('max(e.dia)', 'p.fim')} as dias_desde_ultimo
    from ${tbEvento} e
    join ${niveis} n on n.nivel = e.nivel and n.ativo
    cross join ${granularidades} g
    cross join (select coalesce(${parametros.data_fim}, ${run.date}) as fim) p
    where g.ativa and ${fn.lastDays('e.dia', parametros.periodo_dias, 'p.fim')}
    group by e.nivel, g.granularidade, g.dias, p.fim, e.entidade_id`,
});
