// One script with the statements of pipelines/credit's full load and nothing else. Arguments: the DuckDB file, the landing files' folder,
// DuckDB's memory limit.
import { DuckDBInstance } from '@duckdb/node-api';
import { type Described, landed, tables } from './tables.ts';

const [file = '', landing = '', memory = ''] = process.argv.slice(2);
const instance = await DuckDBInstance.create(file, { memory_limit: memory });
const connection = await instance.connect();
const send = (statement: string) => connection.run(statement);
await send("set TimeZone = 'UTC'");
for (const schema of ['postgres_public', 'bronze', 'silver', 'gold', 'curated']) await send(`create schema ${schema}`);

/** What a version says, of the tables that keep every change. */
const says: Readonly<Record<string, string>> = {
  tb_atendente: 'nome, equipe, ativo',
  tb_cliente: 'nome, uf, segmento',
};

/** Judges every row, keeps the newest valid one of each key that was not deleted, sets the invalid ones aside; of two tables it keeps every change too. */
async function judge({ landing, silver, columns, select, rules }: Described): Promise<void> {
  const names = Object.keys(select);
  const [key = ''] = names;
  const sources = Object.entries(select);
  const read = (column: string) => `not coalesce(list_contains(_unread, '${column}'), false)`;
  const isOf = Object.keys(columns).filter((column) => columns[column] !== 'text');
  const kept = (condition: string) => `coalesce(_deleted, false) or coalesce(${condition}, true)`;
  const flags = [
    `(${key} is not null or not (${read('id')})) as key_present`,
    `(${read('id')}) as key_kind`,
    ...isOf.slice(1).map((column, index) => `(${kept(read(column))}) as kind_${index}`),
    ...rules.map((rule, index) => {
      const own = names.find((name) => rule === `${name} is not null`);
      const source = own ? select[own] : undefined;
      const unread = source && isOf.includes(source) ? ` or not (${read(source)})` : '';
      return `(${kept(`(${rule})${unread}`)}) as rule_${index}`;
    }),
  ];
  const failed = flags.map((flag) => flag.slice(flag.lastIndexOf(' as ') + 4));
  const valid = failed.join(' and ');
  await send('begin');
  await send(`
    create or replace temp table candidate as
    select *, ${flags.join(', ')} from (
      select ${sources.map(([name, source]) => `${source} as ${name}`).join(', ')}, _deleted, _unread, _original from bronze.${landing}
    )`);
  await send(`
    create table silver.${silver} as
    select ${names.join(', ')} from (
      select * from candidate where ${valid}
      qualify row_number() over (partition by ${key} order by sincronizado_em desc) = 1
    ) where not excluido`);
  const setAside = (name: string) =>
    send(`
    create table silver.${name}_invalidos as
    select ${names.join(', ')}, coalesce(_original, to_json(candidate)::varchar) as _original, ${failed.join(', ')}, now() as refused_at
    from candidate where not (${valid})`);
  await setAside(silver);
  if (silver in says) {
    await send(`create table silver.${silver}_historico as select ${names.join(', ')} from candidate where ${valid}`);
    await setAside(`${silver}_historico`);
  }
  await send('commit');
}

/** Of one moment the later row counts, of equal ones after each other the first; a delete ends a version. */
const versions = (silver: string, key: string): string => `
  select ${key}, ${says[silver]}, valido_de, valido_ate from (
    select *, sincronizado_em as valido_de, lead(sincronizado_em) over life as valido_ate from (
      select *, (excluido, says) is distinct from lag((excluido, says)) over life as is_new from (
        select *, case when not excluido then row(${says[silver]}) end as says from silver.${silver}_historico
        qualify row_number() over (partition by ${key}, sincronizado_em order by rowid desc) = 1)
      window life as (partition by ${key} order by sincronizado_em))
    where is_new window life as (partition by ${key} order by sincronizado_em))
  where not excluido`;

const day = "date_trunc('day', (c.aberto_em at time zone 'UTC') at time zone 'America/Sao_Paulo')::date";
const minutes = (until: string) => `(epoch(${until}) - epoch(c.aberto_em)) / 60`;
const gold: Readonly<Record<string, string>> = {
  dm_atendente: versions('tb_atendente', 'id_atendente'),
  dm_cliente: versions('tb_cliente', 'id_cliente'),
  dm_canal: 'select id_canal, nome, digital from silver.tb_canal',
  dm_motivo: 'select id_motivo, nome, categoria, prazo_horas from silver.tb_motivo',
  ft_atendimento_geral: `
    select c.id_chamado, ${day} as dia, c.id_cliente, c.id_atendente, c.id_canal, c.id_motivo, c.status,
      ${minutes('c.primeira_resposta_em')} as minutos_resposta, ${minutes('c.fechado_em')} as minutos_resolucao,
      ${minutes('c.fechado_em')} <= m.prazo_horas * 60 as no_prazo, p.nota
    from silver.tb_chamado c
    join gold.dm_motivo m on m.id_motivo = c.id_motivo
    left join (select id_chamado, avg(nota) as nota from silver.tb_pesquisa group by id_chamado) p on p.id_chamado = c.id_chamado`,
  ft_custo_operacional: `
    select ${day} as dia, c.id_canal, c.id_motivo, count(distinct c.id_chamado) as chamados, sum(k.valor) as custo
    from silver.tb_custo_chamado k join silver.tb_chamado c on c.id_chamado = k.id_chamado
    group by 1, 2, 3`,
  ft_performance_agente: `
    select f.dia, f.id_atendente, count(*) as atendidos, sum(case when f.status = 'resolvido' then 1 else 0 end) as resolvidos,
      sum(case when l.trocas > 1 then 1 else 0 end) as transferidos, avg(f.nota) as nota_media
    from gold.ft_atendimento_geral f
    left join (select id_chamado, count(distinct id_atendente) as trocas from silver.tb_chamado_log group by id_chamado) l
      on l.id_chamado = f.id_chamado
    where f.id_atendente is not null
    group by 1, 2`,
};

for (const described of tables) {
  await send(`create table postgres_public.${described.landing} as ${landed(described, landing)}`);
  await send(`
    create table bronze.${described.landing} as
    select *, timestamp '2026-11-01 00:00:00' as ingestion_timestamp from postgres_public.${described.landing}`);
}
for (const described of tables) await judge(described);
for (const [name, query] of Object.entries(gold)) {
  await send(`create table gold.${name} as ${query}`);
  const now = query.includes('valido_ate') ? ' where valido_ate is null' : '';
  await send(`create view curated.${name.replace(/^(dm|ft)_/, 'vw_')} as select * from gold.${name}${now}`);
}
const orphans =
  'select f.id_chamado from gold.ft_atendimento_geral f where not exists (select 1 from gold.dm_cliente d where d.id_cliente = f.id_cliente and d.valido_ate is null)';
if ((await connection.runAndReadAll(orphans)).currentRowCount > 0) throw new Error('a fact without its client');
connection.closeSync();
instance.closeSync();
