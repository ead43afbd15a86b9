import { appendChanges, col, existsIn, keepLatest, mergeDeleting, sql, table } from 'esteira';
import { atendentes, canais, chamados, chamadosLog, clientes, custos, motivos, pesquisas } from './1-landing.ts';

/** What every silver table does: the latest change of a row wins, a deleted row leaves, an invalid one is set aside. */
const silver = {
  write: mergeDeleting('excluido'),
  duplicates: keepLatest('sincronizado_em'),
  invalid: 'set aside',
} as const;
const trace = { excluido: col.boolean(), sincronizado_em: col.timestamp(), ingestion_timestamp: col.timestamp() };
const traced = sql`_deleted as excluido, _synced_at as sincronizado_em, ingestion_timestamp`;
// since: only what bronze has received since the last run that was published, so a skipped day is caught up, not lost.
const atendente = {
  id_atendente: col.integer().key(),
  nome: col.text(),
  equipe: col.text(),
  admitido_em: col.date(),
  ativo: col.boolean(),
};
const mudancasDeAtendente = sql`select id as id_atendente, trim(nome) as nome, equipe, admitido_em, coalesce(ativo, true) as ativo, ${traced} from ${atendentes.bronze.since('ingestion_timestamp')}`;
export const tbAtendente = table('silver.tb_atendente', {
  columns: { ...atendente, ...trace },
  rows: mudancasDeAtendente,
  ...silver,
});
const cliente = {
  id_cliente: col.integer().key(),
  nome: col.text(),
  email: col
    .text()
    .matches(/^[^@ ]+@[^@ ]+$/)
    .named('email_valido'),
  uf: col
    .text()
    .matches(/^[A-Z]{2}$/)
    .named('uf_valida'),
  segmento: col.text().oneOf('varejo', 'empresa').named('segmento_conhecido'),
  criado_em: col.timestamp(),
};
const mudancasDeCliente = sql`select id as id_cliente, trim(nome) as nome, lower(email) as email, upper(uf) as uf, segmento, criado_em, ${traced} from ${clientes.bronze.since('ingestion_timestamp')}`;
export const tbCliente = table('silver.tb_cliente', {
  columns: { ...cliente, ...trace },
  rows: mudancasDeCliente,
  ...silver,
});

/** Every change by the same rules, for the dimensions with history: a delete stays too, and says which row has ended. */
const historico = {
  write: appendChanges({ at: 'sincronizado_em', deleted: 'excluido' }),
  invalid: 'set aside',
} as const;
export const tbAtendenteHistorico = table('silver.tb_atendente_historico', {
  columns: { ...atendente, ...trace },
  rows: mudancasDeAtendente,
  ...historico,
});
export const tbClienteHistorico = table('silver.tb_cliente_historico', {
  columns: { ...cliente, ...trace },
  rows: mudancasDeCliente,
  ...historico,
});
export const tbCanal = table('silver.tb_canal', {
  columns: { id_canal: col.integer().key(), nome: col.text(), digital: col.boolean(), ...trace },
  rows: sql`select id as id_canal, nome, digital, ${traced} from ${canais.bronze.since('ingestion_timestamp')}`,
  ...silver,
});
export const tbMotivo = table('silver.tb_motivo', {
  columns: {
    id_motivo: col.integer().key(),
    nome: col.text(),
    categoria: col.text(),
    prazo_horas: col.integer().min(1).named('prazo_positivo'),
    ...trace,
  },
  rows: sql`select id as id_motivo, nome, categoria, prazo_horas, ${traced} from ${motivos.bronze.since('ingestion_timestamp')}`,
  ...silver,
});
export const tbChamado = table('silver.tb_chamado', {
  columns: {
    id_chamado: col.integer().key(),
    id_cliente: col.integer(),
    id_atendente: col.integer().optional(),
    id_canal: col.integer(),
    id_motivo: col.integer(),
    status: col.text().oneOf('aberto', 'em_atendimento', 'resolvido', 'cancelado').named('status_conhecido'),
    aberto_em: col.timestamp(),
    primeira_resposta_em: col.timestamp().optional(),
    fechado_em: col.timestamp().optional(),
    ...trace,
  },
  rows: sql`
    select id as id_chamado, cliente_id as id_cliente, atendente_id as id_atendente, canal_id as id_canal, motivo_id as id_motivo,
      lower(status) as status, aberto_em, primeira_resposta_em, fechado_em, ${traced}
    from ${chamados.bronze.since('ingestion_timestamp')}`,
  rules: {
    fechado_apos_aberto: sql`fechado_em >= aberto_em`,
    resposta_apos_aberto: sql`primeira_resposta_em >= aberto_em`,
    resolvido_tem_fechamento: sql`status <> 'resolvido' or fechado_em is not null`,
    cliente_existe: existsIn('id_cliente', tbCliente, 'id_cliente'),
    canal_existe: existsIn('id_canal', tbCanal, 'id_canal'),
    motivo_existe: existsIn('id_motivo', tbMotivo, 'id_motivo'),
  },
  ...silver,
});

const doChamado = { chamado_existe: existsIn('id_chamado', tbChamado, 'id_chamado') };
export const tbCustoChamado = table('silver.tb_custo_chamado', {
  columns: {
    id_custo: col.integer().key(),
    id_chamado: col.integer(),
    tipo: col.text(),
    valor: col.decimal(12, 2).min(0).named('valor_nao_negativo'),
    lancado_em: col.timestamp(),
    ...trace,
  },
  rows: sql`select id as id_custo, chamado_id as id_chamado, tipo, valor, lancado_em, ${traced} from ${custos.bronze.since('ingestion_timestamp')}`,
  rules: doChamado,
  ...silver,
});
export const tbPesquisa = table('silver.tb_pesquisa', {
  columns: {
    id_pesquisa: col.integer().key(),
    id_chamado: col.integer(),
    nota: col.integer(),
    comentario: col.text().optional(),
    respondida_em: col.timestamp(),
    ...trace,
  },
  rows: sql`select id as id_pesquisa, chamado_id as id_chamado, nota, comentario, respondida_em, ${traced} from ${pesquisas.bronze.since('ingestion_timestamp')}`,
  rules: { ...doChamado, nota_de_1_a_5: sql`nota between 1 and 5` },
  ...silver,
});
export const tbChamadoLog = table('silver.tb_chamado_log', {
  columns: {
    id_log: col.integer().key(),
    id_chamado: col.integer(),
    status: col.text(),
    id_atendente: col.integer().optional(),
    registrado_em: col.timestamp(),
    ...trace,
  },
  rows: sql`select id as id_log, chamado_id as id_chamado, lower(status) as status, atendente_id as id_atendente, registrado_em, ${traced} from ${chamadosLog.bronze.since('ingestion_timestamp')}`,
  rules: doChamado,
  ...silver,
});
export const silverTables = [
  tbAtendente,
  tbCliente,
  tbCanal,
  tbMotivo,
  tbCustoChamado,
  tbPesquisa,
  tbChamadoLog,
  tbChamado,
  tbAtendenteHistorico,
  tbClienteHistorico,
];
