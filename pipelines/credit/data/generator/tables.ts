/** How a column is written; the word stands for the column in the SQL. */
export type Kind = 'integer' | 'text' | 'boolean' | 'date' | 'timestamp' | 'decimal';
export type TableName =
  | 'canais'
  | 'motivos'
  | 'atendentes'
  | 'clientes'
  | 'chamados'
  | 'custos_chamado'
  | 'pesquisas'
  | 'chamados_log';

interface Described {
  readonly silver: string;
  readonly columns: Readonly<Record<string, Kind>>;
}

/** The application's tables, parents first, and what their rows become. */
export const tables: Readonly<Record<TableName, Described>> = Object.freeze({
  canais: { silver: 'tb_canal', columns: { id: 'integer', nome: 'text', digital: 'boolean' } },
  motivos: { silver: 'tb_motivo', columns: { id: 'integer', nome: 'text', categoria: 'text', prazo_horas: 'integer' } },
  atendentes: {
    silver: 'tb_atendente',
    columns: { id: 'integer', nome: 'text', equipe: 'text', admitido_em: 'date', ativo: 'boolean' },
  },
  clientes: {
    silver: 'tb_cliente',
    columns: { id: 'integer', nome: 'text', email: 'text', uf: 'text', segmento: 'text', criado_em: 'timestamp' },
  },
  chamados: {
    silver: 'tb_chamado',
    columns: {
      id: 'integer',
      cliente_id: 'integer',
      atendente_id: 'integer',
      canal_id: 'integer',
      motivo_id: 'integer',
      status: 'text',
      aberto_em: 'timestamp',
      primeira_resposta_em: 'timestamp',
      fechado_em: 'timestamp',
    },
  },
  custos_chamado: {
    silver: 'tb_custo_chamado',
    columns: { id: 'integer', chamado_id: 'integer', tipo: 'text', valor: 'decimal', lancado_em: 'timestamp' },
  },
  pesquisas: {
    silver: 'tb_pesquisa',
    columns: { id: 'integer', chamado_id: 'integer', nota: 'integer', comentario: 'text', respondida_em: 'timestamp' },
  },
  chamados_log: {
    silver: 'tb_chamado_log',
    columns: {
      id: 'integer',
      chamado_id: 'integer',
      status: 'text',
      atendente_id: 'integer',
      registrado_em: 'timestamp',
    },
  },
});

export const tableNames = Object.keys(tables) as readonly TableName[];
/** Tables of which silver keeps every change too, and gold every version: what a version says, as SQL. */
export const kept = Object.freeze({
  atendentes: 'trim(nome) as nome, equipe, coalesce(ativo, true) as ativo',
  clientes: 'trim(nome) as nome, upper(uf) as uf, segmento',
} as const satisfies Partial<Record<TableName, string>>);
export const keptNames = Object.keys(kept) as readonly (keyof typeof kept)[];

export const silverName = (table: TableName): string => `silver.${tables[table].silver}`;
