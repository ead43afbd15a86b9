import { deliveriesOf } from './account.ts';
import type { Database } from './database.ts';
import type { FiguresByTable, Gold } from './manifest.ts';
import { kept, keptNames, silverName, type TableName, tables } from './tables.ts';

/** The newest good change of each key of the chunk, where it does not delete. */
const living = (table: TableName, columns: string, written: number): string => `
  (select id, ${columns} from (
    select * from ${deliveriesOf(table, written)} where fault = 0
    qualify row_number() over (partition by id order by synced desc, version desc) = 1) where not deleted)`;

export async function openGold(database: Database): Promise<void> {
  await database.run(`
    create table gold_tickets (
      dia date, noturno boolean, atendente bigint, status varchar, chamados bigint, transferidos bigint)`);
  await database.run('create table gold_versions (name varchar, versions bigint, current bigint)');
  await database.run(
    'create table gold_costs (dia date, canal bigint, motivo bigint, chamados bigint, custo decimal(18, 2))',
  );
}

/** Adds the versions of the chunk's rows: of one moment the last form counts, of equal ones after each other the first, and a delete ends one. */
async function addVersions(database: Database, table: keyof typeof kept, written: number): Promise<void> {
  await database.run(`
    insert into gold_versions
    with forms as (
      select id, synced, deleted, if(deleted, null, says) as says
      from (select *, row(${kept[table].replaceAll(/ as \w+/g, '')}) as says from ${deliveriesOf(table, written)} where fault = 0)
      qualify row_number() over (partition by id, synced order by version desc) = 1),
    told as (
      select *, deleted is distinct from lag(deleted) over life or says is distinct from lag(says) over life as is_new,
        row_number() over (partition by id order by synced desc) = 1 as is_last
      from forms window life as (partition by id order by synced))
    select '${table}', count(*) filter (is_new and not deleted), count(*) filter (is_last and not deleted) from told`);
}

/** Adds the facts of a chunk's tickets, summed as far as the manifest tells them, and the versions of the rows of `chunk`. */
export async function addToGold(database: Database, written: number, chunk: readonly TableName[]): Promise<void> {
  for (const table of keptNames) if (chunk.includes(table)) await addVersions(database, table, written);
  await database.run(`
    create or replace temp table living as
    select *, local_date(aberto_em) as dia, extract(hour from aberto_em) < 3 as noturno
    from ${living('chamados', 'atendente_id, canal_id, motivo_id, lower(status) as status, aberto_em', written)}`);
  await database.run(`
    insert into gold_tickets
    select dia, noturno, atendente_id, status, count(*), count(*) filter (hands > 1)
    from living left join (
      select chamado_id, count(distinct atendente_id) as hands
      from ${living('chamados_log', 'chamado_id, atendente_id', written)} group by 1
    ) on chamado_id = id
    group by all`);
  await database.run(`
    insert into gold_costs
    select dia, canal_id, motivo_id, count(distinct chamado_id), sum(valor)
    from ${living('custos_chamado', 'chamado_id, valor', written)} c join living on living.id = chamado_id
    group by all`);
}

export async function readGold(database: Database, silver: FiguresByTable): Promise<Gold> {
  const rowsOf = (table: TableName) => silver[silverName(table)]?.rows ?? 0;
  const versions = await database.rows<{ name: keyof typeof kept; versions: bigint; current: bigint }>(
    'select name, sum(versions)::bigint as versions, sum(current)::bigint as current from gold_versions group by 1',
  );
  const of = (count: 'versions' | 'current') =>
    Object.fromEntries(
      versions.map((row) => [`gold.${tables[row.name].silver.replace('tb_', 'dm_')}`, Number(row[count])]),
    );
  const counts = async (column: string, where = 'true') => {
    const rows = await database.rows<{ name: string; chamados: bigint }>(
      `select ${column}::varchar as name, sum(chamados)::bigint as chamados
       from gold_tickets where ${where} group by 1 order by 1`,
    );
    return Object.fromEntries(rows.map((row) => [row.name, Number(row.chamados)]));
  };
  const [attended] = await database.rows<{
    linhas: bigint;
    atendidos: bigint;
    resolvidos: bigint;
    transferidos: bigint;
  }>(`
    select count(distinct (dia, atendente)) as linhas, coalesce(sum(chamados), 0)::bigint as atendidos,
      coalesce(sum(chamados) filter (status = 'resolvido'), 0)::bigint as resolvidos,
      coalesce(sum(transferidos), 0)::bigint as transferidos
    from gold_tickets where atendente is not null`);
  const [cost] = await database.rows<{ linhas: bigint; chamados: bigint; total: string }>(`
    select count(distinct (dia, canal, motivo)) as linhas, coalesce(sum(chamados), 0)::bigint as chamados,
      coalesce(sum(custo), 0)::decimal(18, 2)::varchar as total from gold_costs`);
  return {
    rows: {
      ...of('versions'),
      'gold.dm_canal': rowsOf('canais'),
      'gold.dm_motivo': rowsOf('motivos'),
      'gold.ft_atendimento_geral': rowsOf('chamados'),
      'gold.ft_custo_operacional': Number(cost?.linhas),
      'gold.ft_performance_agente': Number(attended?.linhas),
    },
    atuais: of('current'),
    atendimentos: {
      porStatus: await counts('status'),
      porDia: await counts('dia'),
      noturnosPorDia: await counts('dia', 'noturno'),
    },
    custo: { total: String(cost?.total), chamados: Number(cost?.chamados) },
    desempenho: {
      atendidos: Number(attended?.atendidos),
      resolvidos: Number(attended?.resolvidos),
      transferidos: Number(attended?.transferidos),
    },
  };
}
