import { type Columns, check, col, expectNone, fn, history, run, sql, type Table, table } from 'esteira';
import {
  tbAtendenteHistorico,
  tbCanal,
  tbChamado,
  tbChamadoLog,
  tbClienteHistorico,
  tbCustoChamado,
  tbMotivo,
  tbPesquisa,
} from './2-silver.ts';

/** O dia do chamado, no relógio de quem atende. */
const dia = fn.startOf('day', fn.localTime('c.aberto_em', 'America/Sao_Paulo'));

/** Each version of a row, with the time from and until which the application had it so. */
const versions = history({ at: 'sincronizado_em', from: 'valido_de', until: 'valido_ate', deleted: 'excluido' });
const change = { excluido: col.boolean(), sincronizado_em: col.timestamp() };
const atendente = { id_atendente: col.integer().key(), nome: col.text(), equipe: col.text(), ativo: col.boolean() };
export const dmAtendente = table('gold.dm_atendente', {
  columns: { ...atendente, ...change },
  rows: sql`select id_atendente, nome, equipe, ativo, excluido, sincronizado_em from ${tbAtendenteHistorico.since('sincronizado_em')}`,
  write: versions,
});
const cliente = { id_cliente: col.integer().key(), nome: col.text(), uf: col.text(), segmento: col.text() };
export const dmCliente = table('gold.dm_cliente', {
  columns: { ...cliente, ...change },
  rows: sql`select id_cliente, nome, uf, segmento, excluido, sincronizado_em from ${tbClienteHistorico.since('sincronizado_em')}`,
  write: versions,
});
// Every other table here is replaced whole, in one transaction, so what was deleted leaves.
export const dmCanal = table('gold.dm_canal', {
  columns: { id_canal: col.integer().key(), nome: col.text(), digital: col.boolean() },
  rows: tbCanal,
});
export const dmMotivo = table('gold.dm_motivo', {
  columns: { id_motivo: col.integer().key(), nome: col.text(), categoria: col.text(), prazo_horas: col.integer() },
  rows: tbMotivo,
});

export const ftAtendimentoGeral = table('gold.ft_atendimento_geral', {
  columns: {
    id_chamado: col.integer().key(),
    dia: col.date(),
    id_cliente: col.integer(),
    id_atendente: col.integer().optional(),
    id_canal: col.integer(),
    id_motivo: col.integer(),
    status: col.text(),
    minutos_resposta: col.real().optional(),
    minutos_resolucao: col.real().optional(),
    no_prazo: col.boolean().optional(),
    nota: col.real().optional(),
  },
  rows: sql`
    select c.id_chamado, ${dia} as dia, c.id_cliente, c.id_atendente, c.id_canal, c.id_motivo, c.status,
      ${fn.minutesBetween('c.aberto_em', 'c.primeira_resposta_em')} as minutos_resposta, ${fn.minutesBetween('c.aberto_em', 'c.fechado_em')} as minutos_resolucao,
      ${fn.minutesBetween('c.aberto_em', 'c.fechado_em')} <= m.prazo_horas * 60 as no_prazo, p.nota
    from ${tbChamado} c
    join ${dmMotivo} m on m.id_motivo = c.id_motivo
    left join (select id_chamado, avg(nota) as nota from ${tbPesquisa} group by id_chamado) p on p.id_chamado = c.id_chamado`,
});
export const ftCustoOperacional = table('gold.ft_custo_operacional', {
  columns: {
    dia: col.date().key(),
    id_canal: col.integer().key(),
    id_motivo: col.integer().key(),
    chamados: col.integer(),
    custo: col.decimal(14, 2),
  },
  rows: sql`
    select ${dia} as dia, c.id_canal, c.id_motivo, count(distinct c.id_chamado) as chamados, sum(k.valor) as custo
    from ${tbCustoChamado} k join ${tbChamado} c on c.id_chamado = k.id_chamado
    group by 1, 2, 3`,
});
export const ftPerformanceAgente = table('gold.ft_performance_agente', {
  columns: {
    dia: col.date().key(),
    id_atendente: col.integer().key(),
    atendidos: col.integer(),
    resolvidos: col.integer(),
    transferidos: col.integer(),
    nota_media: col.real().optional(),
  },
  rows: sql`
    select f.dia, f.id_atendente, count(*) as atendidos, sum(case when f.status = 'resolvido' then 1 else 0 end) as resolvidos,
      sum(case when l.trocas > 1 then 1 else 0 end) as transferidos, avg(f.nota) as nota_media
    from ${ftAtendimentoGeral} f
    left join (select id_chamado, count(distinct id_atendente) as trocas from ${tbChamadoLog} group by id_chamado) l on l.id_chamado = f.id_chamado
    where f.id_atendente is not null and f.dia <= ${run.date}
    group by 1, 2`,
});
export const todoFatoTemCliente = check(
  'todo atendimento tem o seu cliente',
  expectNone(sql`
  select f.id_chamado from ${ftAtendimentoGeral} f where not exists (select 1 from ${dmCliente} d where d.id_cliente = f.id_cliente and d.valido_ate is null)`),
);

/** Curated: what people see, one view for each gold table. */
const view = <C extends Columns>(name: string, of: Table<C>) =>
  table(`curated.${name}`, { columns: of.columns, rows: of, write: 'view' });
/** Of a dimension with history: what is so now. */
const current = <C extends Columns>(name: string, columns: C, of: Table<Columns>) =>
  table(`curated.${name}`, { columns, rows: sql`select * from ${of} where valido_ate is null`, write: 'view' });
export const vwAtendente = current('vw_atendente', atendente, dmAtendente);
export const vwCliente = current('vw_cliente', cliente, dmCliente);
export const dimensions = [dmAtendente, dmCliente, dmCanal, dmMotivo];
export const facts = [ftAtendimentoGeral, ftCustoOperacional, ftPerformanceAgente];
export const curated = [
  vwAtendente,
  vwCliente,
  view('vw_canal', dmCanal),
  view('vw_motivo', dmMotivo),
  view('vw_atendimento_geral', ftAtendimentoGeral),
  view('vw_custo_operacional', ftCustoOperacional),
  view('vw_performance_agente', ftPerformanceAgente),
];
