import type { Kind, Value } from './values.ts';

export type Row = Record<string, Value | null>;
/** Whether a key is among the living rows of a silver table. */
export type Exists = (table: string, key: Value) => boolean;

export interface Column {
  readonly from: string;
  readonly kind: Kind;
  readonly optional?: true;
  readonly clean?: (text: string) => string;
}
export interface SilverTable {
  readonly landing: string;
  readonly key: string;
  readonly columns: Readonly<Record<string, Column>>;
  /** Each rule by its flag; one that has a missing value to judge holds. */
  readonly rules?: Readonly<Record<string, (row: Row, exists: Exists) => boolean>>;
}

const lower = (text: string) => text.toLowerCase();
const upper = (text: string) => text.toUpperCase();
const trimmed = (text: string) => text.replace(/^ +| +$/g, '');
const integer = (from: string): Column => ({ from, kind: 'integer' });
const text = (from: string, clean?: (text: string) => string): Column =>
  clean === undefined ? { from, kind: 'text' } : { from, kind: 'text', clean };
const time = (from: string): Column => ({ from, kind: 'timestamp' });
const maybe = (column: Column): Column => ({ ...column, optional: true });

const holds = (value: Value | null | undefined, rule: (value: Value) => boolean) =>
  value === null || value === undefined || rule(value);
const like = (column: string, pattern: RegExp) => (row: Row) =>
  holds(row[column], (value) => pattern.test(String(value)));
const oneOf =
  (column: string, ...words: string[]) =>
  (row: Row) =>
    holds(row[column], (value) => words.includes(String(value)));
const between = (column: string, least: number, most: number) => (row: Row) =>
  holds(row[column], (value) => (value as number) >= least && (value as number) <= most);
const notBefore = (column: string, other: string) => (row: Row) =>
  holds(row[column], (value) => holds(row[other], (start) => value >= start));
const existsIn = (column: string, table: string) => (row: Row, exists: Exists) =>
  holds(row[column], (key) => exists(table, key));
const ofTicket = { chamado_existe: existsIn('id_chamado', 'silver.tb_chamado') };

/** Silver tables of which gold keeps every version, and what a version says. */
export const histories: Readonly<Record<string, { readonly gold: string; readonly says: readonly string[] }>> = {
  'silver.tb_atendente': { gold: 'gold.dm_atendente', says: ['nome', 'equipe', 'ativo'] },
  'silver.tb_cliente': { gold: 'gold.dm_cliente', says: ['nome', 'uf', 'segmento'] },
};

/** The silver tables as the document has them, parents first. */
export const silverTables: Readonly<Record<string, SilverTable>> = {
  'silver.tb_canal': {
    landing: 'canais',
    key: 'id_canal',
    columns: { id_canal: integer('id'), nome: text('nome'), digital: { from: 'digital', kind: 'boolean' } },
  },
  'silver.tb_motivo': {
    landing: 'motivos',
    key: 'id_motivo',
    columns: {
      id_motivo: integer('id'),
      nome: text('nome'),
      categoria: text('categoria'),
      prazo_horas: integer('prazo_horas'),
    },
    rules: { prazo_positivo: between('prazo_horas', 1, Number.POSITIVE_INFINITY) },
  },
  'silver.tb_atendente': {
    landing: 'atendentes',
    key: 'id_atendente',
    columns: {
      id_atendente: integer('id'),
      nome: text('nome', trimmed),
      equipe: text('equipe'),
      admitido_em: { from: 'admitido_em', kind: 'date' },
      ativo: maybe({ from: 'ativo', kind: 'boolean' }),
    },
  },
  'silver.tb_cliente': {
    landing: 'clientes',
    key: 'id_cliente',
    columns: {
      id_cliente: integer('id'),
      nome: text('nome', trimmed),
      email: text('email', lower),
      uf: text('uf', upper),
      segmento: text('segmento'),
      criado_em: time('criado_em'),
    },
    rules: {
      email_valido: like('email', /^[^@ ]+@[^@ ]+$/u),
      uf_valida: like('uf', /^[A-Z]{2}$/u),
      segmento_conhecido: oneOf('segmento', 'varejo', 'empresa'),
    },
  },
  'silver.tb_chamado': {
    landing: 'chamados',
    key: 'id_chamado',
    columns: {
      id_chamado: integer('id'),
      id_cliente: integer('cliente_id'),
      id_atendente: maybe(integer('atendente_id')),
      id_canal: integer('canal_id'),
      id_motivo: integer('motivo_id'),
      status: text('status', lower),
      aberto_em: time('aberto_em'),
      primeira_resposta_em: maybe(time('primeira_resposta_em')),
      fechado_em: maybe(time('fechado_em')),
    },
    rules: {
      status_conhecido: oneOf('status', 'aberto', 'em_atendimento', 'resolvido', 'cancelado'),
      fechado_apos_aberto: notBefore('fechado_em', 'aberto_em'),
      resposta_apos_aberto: notBefore('primeira_resposta_em', 'aberto_em'),
      resolvido_tem_fechamento: (row) => row['status'] !== 'resolvido' || row['fechado_em'] !== null,
      cliente_existe: existsIn('id_cliente', 'silver.tb_cliente'),
      canal_existe: existsIn('id_canal', 'silver.tb_canal'),
      motivo_existe: existsIn('id_motivo', 'silver.tb_motivo'),
    },
  },
  'silver.tb_custo_chamado': {
    landing: 'custos_chamado',
    key: 'id_custo',
    columns: {
      id_custo: integer('id'),
      id_chamado: integer('chamado_id'),
      tipo: text('tipo'),
      valor: { from: 'valor', kind: 'decimal' },
      lancado_em: time('lancado_em'),
    },
    rules: { valor_nao_negativo: between('valor', 0, Number.POSITIVE_INFINITY), ...ofTicket },
  },
  'silver.tb_pesquisa': {
    landing: 'pesquisas',
    key: 'id_pesquisa',
    columns: {
      id_pesquisa: integer('id'),
      id_chamado: integer('chamado_id'),
      nota: integer('nota'),
      comentario: maybe(text('comentario')),
      respondida_em: time('respondida_em'),
    },
    rules: { nota_de_1_a_5: between('nota', 1, 5), ...ofTicket },
  },
  'silver.tb_chamado_log': {
    landing: 'chamados_log',
    key: 'id_log',
    columns: {
      id_log: integer('id'),
      id_chamado: integer('chamado_id'),
      status: text('status', lower),
      id_atendente: maybe(integer('atendente_id')),
      registrado_em: time('registrado_em'),
    },
    rules: ofTicket,
  },
};
