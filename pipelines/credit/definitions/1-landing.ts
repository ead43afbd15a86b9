import { type Columns, col, env, run, source, sql, table } from 'esteira';
import { postgres } from 'esteira/postgres';

const app = postgres(env('VCREDIT_DATABASE_URL'));

/** Landing keeps every change of a table of the application; bronze the same rows, with the time of the run that took them. */
function captured<C extends Columns>(name: string, columns: C) {
  const landing = source(`postgres_public.${name}`, { reader: app.changes(name), columns });
  const bronze = table(`bronze.${name}`, {
    columns: { ...landing.columns, ingestion_timestamp: col.timestamp() },
    rows: sql`select *, ${run.at} as ingestion_timestamp from ${landing.unread}`,
    write: 'append',
    invalid: 'set aside',
  });
  return { landing, bronze };
}

const id = () => col.integer().optional();
const word = () => col.text().optional();
const time = () => col.timestamp().optional();

export const atendentes = captured('atendentes', {
  id: id(),
  nome: word(),
  equipe: word(),
  admitido_em: col.date().optional(),
  ativo: col.boolean().optional(),
});
export const clientes = captured('clientes', {
  id: id(),
  nome: word(),
  email: word(),
  uf: word(),
  segmento: word(),
  criado_em: time(),
});
export const canais = captured('canais', { id: id(), nome: word(), digital: col.boolean().optional() });
export const motivos = captured('motivos', {
  id: id(),
  nome: word(),
  categoria: word(),
  prazo_horas: col.integer().optional(),
});
export const custos = captured('custos_chamado', {
  id: id(),
  chamado_id: id(),
  tipo: word(),
  valor: col.decimal(12, 2).optional(),
  lancado_em: time(),
});
export const pesquisas = captured('pesquisas', {
  id: id(),
  chamado_id: id(),
  nota: col.integer().optional(),
  comentario: word(),
  respondida_em: time(),
});
export const chamadosLog = captured('chamados_log', {
  id: id(),
  chamado_id: id(),
  status: word(),
  atendente_id: id(),
  registrado_em: time(),
});
export const chamados = captured('chamados', {
  id: id(),
  cliente_id: id(),
  atendente_id: id(),
  canal_id: id(),
  motivo_id: id(),
  status: word(),
  aberto_em: time(),
  primeira_resposta_em: time(),
  fechado_em: time(),
});

const all = [atendentes, clientes, canais, motivos, custos, pesquisas, chamadosLog, chamados];
export const landing = all.map((t) => t.landing);
export const bronze = all.map((t) => t.bronze);
