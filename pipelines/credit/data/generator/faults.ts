import type { TableName } from './tables.ts';

/**
 * One way a row can be broken. `set`: JSON that takes the place of a column's value, or (`sql`) an expression over the
 * row's good values.
 */
export interface Fault {
  readonly flags: readonly string[];
  readonly set: Readonly<Record<string, Broken>>;
  /** The row says that it was deleted. */
  readonly deleted?: true;
}
/** Broken rows have ids from here on. */
export const firstBroken = 3_000_000_000;

type Broken = string | number | boolean | null | { readonly sql: string };

const fault = (flags: string, set: Fault['set']): Fault => ({ flags: flags.split(' '), set });
const missing = (column: string, silver = column) => fault(`${silver}_present`, { [column]: null });
const unlike = (column: string, value: Broken, silver = column) => fault(`${silver}_kind`, { [column]: value });
const tooBig = { sql: "json '9007199254740993'" };
const never = '2026-02-30T10:00:00Z';

/** The key: missing, and not a whole number in three ways; a deleted row is judged by its key alone. */
const key = (silver: string): readonly Fault[] => [
  missing('id', silver),
  { ...missing('id', silver), deleted: true },
  unlike('id', 'abc', silver),
  { ...unlike('id', 'abc', silver), deleted: true },
  unlike('id', 3.7, silver),
  unlike('id', tooBig, silver),
];

/** Ids that no ticket, and no client, has; and those of rows that are broken themselves. */
const nobody = { sql: 'to_json(id + 5000000000)' };
const broken = { sql: 'to_json(id)' };
/** A client that did come, but whose e-mail is broken. */
const brokenClient = { sql: `to_json(${firstBroken + 12})` };
const ofNoTicket = (flags = 'chamado_existe', set: Fault['set'] = {}) => fault(flags, { ...set, chamado_id: nobody });
const before = (minutes: number) => ({
  sql: `to_json(strftime(aberto_em - interval ${minutes} minute, '%Y-%m-%dT%H:%M:%SZ'))`,
});

export const faults: Readonly<Record<TableName, readonly Fault[]>> = {
  canais: [
    ...key('id_canal'),
    missing('nome'),
    missing('digital'),
    unlike('digital', 'talvez'),
    fault('nome_present digital_present', { nome: null, digital: null }),
  ],
  motivos: [
    ...key('id_motivo'),
    missing('nome'),
    missing('categoria'),
    missing('prazo_horas'),
    fault('prazo_positivo', { prazo_horas: 0 }),
    fault('prazo_positivo', { prazo_horas: -8 }),
    unlike('prazo_horas', 3.7),
    unlike('prazo_horas', 'dois dias'),
    unlike('prazo_horas', true),
    fault('nome_present prazo_positivo', { nome: null, prazo_horas: -1 }),
  ],
  atendentes: [
    ...key('id_atendente'),
    missing('nome'),
    missing('equipe'),
    missing('admitido_em'),
    unlike('admitido_em', '2026-02-30'),
    unlike('admitido_em', '14/09/2026'),
    unlike('ativo', 'talvez'),
    fault('nome_present admitido_em_kind', { nome: null, admitido_em: 'ontem' }),
  ],
  clientes: [
    ...key('id_cliente'),
    missing('nome'),
    missing('email'),
    missing('uf'),
    missing('segmento'),
    missing('criado_em'),
    fault('email_valido', { email: 'ana.exemplo.com.br' }),
    fault('email_valido', { email: 'ana@exemplo.com.br ' }),
    fault('email_valido', { email: '@exemplo.com.br' }),
    fault('email_valido', { email: 'ana@casa@exemplo.com.br' }),
    fault('uf_valida', { uf: 'São Paulo' }),
    fault('uf_valida', { uf: 'S1' }),
    fault('uf_valida', { uf: ' SP' }),
    fault('segmento_conhecido', { segmento: 'Varejo' }),
    fault('segmento_conhecido', { segmento: 'governo' }),
    unlike('criado_em', 'ontem'),
    unlike('criado_em', never),
    fault('email_valido uf_valida', { email: 'sem arroba', uf: '🇧🇷' }),
    fault('nome_present segmento_conhecido', { nome: null, segmento: '' }),
  ],
  chamados: [
    ...key('id_chamado'),
    missing('cliente_id', 'id_cliente'),
    missing('canal_id', 'id_canal'),
    missing('motivo_id', 'id_motivo'),
    missing('status'),
    missing('aberto_em'),
    fault('status_conhecido', { status: 'fechado' }),
    fault('status_conhecido', { status: 'aberto ' }),
    fault('fechado_apos_aberto', { status: 'cancelado', fechado_em: before(120) }),
    fault('resposta_apos_aberto', { primeira_resposta_em: before(1) }),
    fault('resolvido_tem_fechamento', { status: 'resolvido' }),
    fault('resolvido_tem_fechamento', { status: 'RESOLVIDO' }),
    fault('cliente_existe', { cliente_id: nobody }),
    fault('cliente_existe', { cliente_id: brokenClient }),
    fault('canal_existe', { canal_id: 99 }),
    fault('motivo_existe', { motivo_id: 99 }),
    unlike('cliente_id', 'abc', 'id_cliente'),
    unlike('atendente_id', 'abc', 'id_atendente'),
    unlike('canal_id', 3.7, 'id_canal'),
    unlike('motivo_id', tooBig, 'id_motivo'),
    unlike('aberto_em', 'ontem'),
    unlike('aberto_em', never),
    unlike('primeira_resposta_em', 'ontem'),
    unlike('fechado_em', never),
    fault('status_conhecido cliente_existe', { status: 'perdido', cliente_id: nobody }),
    fault('fechado_apos_aberto resposta_apos_aberto', { primeira_resposta_em: before(5), fechado_em: before(3) }),
    fault('id_chamado_present motivo_existe', { id: null, motivo_id: -1 }),
  ],
  custos_chamado: [
    ...key('id_custo'),
    missing('chamado_id', 'id_chamado'),
    missing('tipo'),
    missing('valor'),
    missing('lancado_em'),
    fault('valor_nao_negativo', { valor: -0.01 }),
    fault('valor_nao_negativo', { valor: -150 }),
    unlike('valor', '12,50'),
    unlike('valor', 'NaN'),
    unlike('valor', 12345678901.5),
    unlike('lancado_em', 'ontem'),
    unlike('chamado_id', 'abc', 'id_chamado'),
    ofNoTicket(),
    fault('chamado_existe', { chamado_id: broken }),
    ofNoTicket('valor_nao_negativo chamado_existe', { valor: -1 }),
  ],
  pesquisas: [
    ...key('id_pesquisa'),
    missing('chamado_id', 'id_chamado'),
    missing('nota'),
    missing('respondida_em'),
    fault('nota_de_1_a_5', { nota: 0 }),
    fault('nota_de_1_a_5', { nota: 6 }),
    fault('nota_de_1_a_5', { nota: -3 }),
    unlike('nota', 3.7),
    unlike('nota', 'cinco'),
    unlike('nota', tooBig),
    unlike('respondida_em', never),
    ofNoTicket(),
    fault('chamado_existe', { chamado_id: broken }),
    fault('id_chamado_present nota_de_1_a_5', { chamado_id: null, nota: 9 }),
  ],
  chamados_log: [
    ...key('id_log'),
    missing('chamado_id', 'id_chamado'),
    missing('status'),
    missing('registrado_em'),
    unlike('atendente_id', 'abc', 'id_atendente'),
    unlike('registrado_em', 'ontem'),
    unlike('chamado_id', 3.7, 'id_chamado'),
    ofNoTicket(),
    fault('chamado_existe', { chamado_id: broken }),
    ofNoTicket('chamado_existe registrado_em_present', { registrado_em: null }),
  ],
};

/** The number of the fault that breaks exactly this flag: for changes of a ticket or client that is well otherwise. */
export function faultNumber(table: TableName, flag: string): number {
  const index = faults[table].findIndex((one) => one.flags.length === 1 && one.flags[0] === flag);
  if (index < 0) throw new RangeError(`no fault of ${table} breaks ${flag} alone`);
  return index + 1;
}
