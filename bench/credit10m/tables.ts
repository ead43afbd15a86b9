/** How a value of the file becomes a value of its kind; null when it is not one. `text` is the file's own text. */
const kinds = {
  integer: (text: string) =>
    `case when try_cast(${text} as bigint)::varchar = ${text} and abs(try_cast(${text} as bigint)) <= 9007199254740991 then try_cast(${text} as bigint) end`,
  decimal: (text: string) => `try_cast(${text} as decimal(12, 2))`,
  boolean: (text: string) => `try_cast(${text} as boolean)`,
  date: (text: string) => `try_cast(${text} as date)`,
  timestamp: (text: string) => `try_cast(${text} as timestamp)`,
  text: (text: string) => text,
} as const;
export type Kind = keyof typeof kinds;

export interface Described {
  readonly landing: string;
  readonly silver: string;
  /** The file's columns; the first is the key. */
  readonly columns: Readonly<Record<string, Kind>>;
  /** Silver's columns over bronze's. */
  readonly select: Readonly<Record<string, string>>;
  /** What must hold of a row that was not deleted, over silver's columns; null holds. */
  readonly rules: readonly string[];
}
const trace = { excluido: '_deleted', sincronizado_em: '_synced_at', ingestion_timestamp: 'ingestion_timestamp' };
const present = (...names: readonly string[]) => names.map((name) => `${name} is not null`);
const exists = (column: string, table: string) => `${column} in (select ${column} from silver.${table})`;

/** The application's tables, parents first, as `pipelines/credit` describes them. */
export const tables: readonly Described[] = [
  {
    landing: 'atendentes',
    silver: 'tb_atendente',
    columns: { id: 'integer', nome: 'text', equipe: 'text', admitido_em: 'date', ativo: 'boolean' },
    select: {
      id_atendente: 'id',
      nome: 'trim(nome)',
      equipe: 'equipe',
      admitido_em: 'admitido_em',
      ativo: 'coalesce(ativo, true)',
      ...trace,
    },
    rules: present('nome', 'equipe', 'admitido_em'),
  },
  {
    landing: 'clientes',
    silver: 'tb_cliente',
    columns: { id: 'integer', nome: 'text', email: 'text', uf: 'text', segmento: 'text', criado_em: 'timestamp' },
    select: {
      id_cliente: 'id',
      nome: 'trim(nome)',
      email: 'lower(email)',
      uf: 'upper(uf)',
      segmento: 'segmento',
      criado_em: 'criado_em',
      ...trace,
    },
    rules: [
      ...present('nome', 'email', 'uf', 'segmento', 'criado_em'),
      "regexp_matches(email, '^[^@ ]+@[^@ ]+$')",
      "regexp_matches(uf, '^[A-Z]{2}$')",
      "segmento in ('varejo', 'empresa')",
    ],
  },
  {
    landing: 'canais',
    silver: 'tb_canal',
    columns: { id: 'integer', nome: 'text', digital: 'boolean' },
    select: { id_canal: 'id', nome: 'nome', digital: 'digital', ...trace },
    rules: present('nome', 'digital'),
  },
  {
    landing: 'motivos',
    silver: 'tb_motivo',
    columns: { id: 'integer', nome: 'text', categoria: 'text', prazo_horas: 'integer' },
    select: { id_motivo: 'id', nome: 'nome', categoria: 'categoria', prazo_horas: 'prazo_horas', ...trace },
    rules: [...present('nome', 'categoria', 'prazo_horas'), 'prazo_horas >= 1'],
  },
  {
    landing: 'chamados',
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
    select: {
      id_chamado: 'id',
      id_cliente: 'cliente_id',
      id_atendente: 'atendente_id',
      id_canal: 'canal_id',
      id_motivo: 'motivo_id',
      status: 'lower(status)',
      aberto_em: 'aberto_em',
      primeira_resposta_em: 'primeira_resposta_em',
      fechado_em: 'fechado_em',
      ...trace,
    },
    rules: [
      ...present('id_cliente', 'id_canal', 'id_motivo', 'status', 'aberto_em'),
      "status in ('aberto', 'em_atendimento', 'resolvido', 'cancelado')",
      'fechado_em >= aberto_em',
      'primeira_resposta_em >= aberto_em',
      "status <> 'resolvido' or fechado_em is not null",
      exists('id_cliente', 'tb_cliente'),
      exists('id_canal', 'tb_canal'),
      exists('id_motivo', 'tb_motivo'),
    ],
  },
  {
    landing: 'custos_chamado',
    silver: 'tb_custo_chamado',
    columns: { id: 'integer', chamado_id: 'integer', tipo: 'text', valor: 'decimal', lancado_em: 'timestamp' },
    select: {
      id_custo: 'id',
      id_chamado: 'chamado_id',
      tipo: 'tipo',
      valor: 'valor',
      lancado_em: 'lancado_em',
      ...trace,
    },
    rules: [...present('id_chamado', 'tipo', 'valor', 'lancado_em'), 'valor >= 0', exists('id_chamado', 'tb_chamado')],
  },
  {
    landing: 'pesquisas',
    silver: 'tb_pesquisa',
    columns: { id: 'integer', chamado_id: 'integer', nota: 'integer', comentario: 'text', respondida_em: 'timestamp' },
    select: {
      id_pesquisa: 'id',
      id_chamado: 'chamado_id',
      nota: 'nota',
      comentario: 'comentario',
      respondida_em: 'respondida_em',
      ...trace,
    },
    rules: [
      ...present('id_chamado', 'nota', 'respondida_em'),
      'nota between 1 and 5',
      exists('id_chamado', 'tb_chamado'),
    ],
  },
  {
    landing: 'chamados_log',
    silver: 'tb_chamado_log',
    columns: {
      id: 'integer',
      chamado_id: 'integer',
      status: 'text',
      atendente_id: 'integer',
      registrado_em: 'timestamp',
    },
    select: {
      id_log: 'id',
      id_chamado: 'chamado_id',
      status: 'lower(status)',
      id_atendente: 'atendente_id',
      registrado_em: 'registrado_em',
      ...trace,
    },
    rules: [...present('id_chamado', 'status', 'registrado_em'), exists('id_chamado', 'tb_chamado')],
  },
];

/** Landing's rows from the files: values of their kind, else null, with the whole line kept beside and the names of what was not read. */
export function landed({ landing, columns }: Described, folder: string): string {
  const all: Readonly<Record<string, Kind>> = { ...columns, _deleted: 'boolean', _synced_at: 'timestamp' };
  const names = Object.keys(all);
  const values = Object.entries(all).map(([name, kind]) => `${kinds[kind](`f.${name}`)} as ${name}`);
  const typed = Object.entries(all).filter(([, kind]) => kind !== 'text');
  const unread = typed.map(([name]) => `case when v.${name} is null and v.${name}_text is not null then '${name}' end`);
  const texts = typed.map(([name]) => `f.${name} as ${name}_text`);
  const whole = `to_json({${names.map((name) => `${name}: v.${all[name] === 'text' ? name : `${name}_text`}`).join(', ')}})::varchar`;
  const types = names.map((name) => `${name}: 'varchar'`).join(', ');
  return `
    select ${names.map((name) => `v.${name}`).join(', ')},
      case when ${typed.map(([name]) => `(v.${name} is null and v.${name}_text is not null)`).join(' or ')}
        then list_filter([${unread.join(', ')}], one -> one is not null) end as _unread,
      case when _unread is not null then ${whole} end as _original
    from (
      select ${[...values, ...texts].join(', ')}
      from read_json('${folder}/postgres_public/${landing}/*.jsonl', format = 'newline_delimited', columns = {${types}}) f
    ) v`;
}
