import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type Level, levels, type Plan, period } from './options.ts';
import { minutesOf, newcomer, segmentsOf, spread } from './segments.ts';

export interface Database {
  run(sql: string): Promise<void>;
  rows<Row extends object>(sql: string): Promise<readonly Row[]>;
  close(): void;
}

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Everything drawn is a hash of a name, so that a plan is the same whatever the threads. */
const macros = (plan: Plan): readonly string[] => [
  `create macro share(name, salt) as (hash(name, salt, ${plan.seed}::ubigint) % 9007199254740881)::double / 9007199254740881.0`,
  `create macro normal(name, salt) as
    sqrt(-2 * ln(1 - share(name, salt))) * cos(2 * pi() * share(name, salt || ' angle'))`,
];

export async function openDatabase(plan: Plan): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '2GB', threads: '2' });
  const connection: DuckDBConnection = await instance.connect();
  const database: Database = {
    run: async (sql) => {
      await connection.run(sql);
    },
    rows: async <Row extends object>(sql: string) =>
      (await connection.runAndReadAll(sql)).getRowObjectsJS() as unknown as readonly Row[],
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
  for (const macro of macros(plan)) await database.run(macro);
  await plantEntities(database, plan);
  await plantEvents(database, plan);
  return database;
}

/** Who is there: of which segment it is stays so whatever the period, what it does in it is drawn anew. */
async function plantEntities(database: Database, plan: Plan): Promise<void> {
  const all = segmentsOf(plan);
  const cases = (of: (at: number) => number): string =>
    `case segment ${all.map((_, at) => `when ${at} then ${of(at)}`).join(' ')} end`;
  const shares = all.map(({ share }) => share);
  const upTo = (at: number): number => shares.slice(0, at + 1).reduce((sum, one) => sum + one, 0);
  const drawn = `case ${shares
    .slice(0, 4)
    .map((_, at) => `when share(id, 'segment') < ${upTo(at)} then ${at}`)
    .join(' ')} else 4 end`;
  const counts = levels.map((level) => {
    const { [level]: own } = plan.entities;
    const newcomers = plan.newSegment ? Math.floor(own * newcomer.share) : 0;
    return `select ${quoted(level)} as nivel, ${minutesOf[level]} as times, n, n >= ${own} as is_new,
      ${quoted(prefixes[level])} || lpad(n::varchar, 7, '0') as id from range(${own + newcomers}) as r(n)`;
  });
  const at = (salt: string): string => `normal(id || ${quoted(plan.lastDate)}, ${quoted(salt)})`;
  await database.run(`create table entities as
    with who as (${counts.join(' union all ')}),
    drawn as (select *, case when is_new then 5 else ${drawn} end as segment from who),
    wanted as (
      select *, ${cases((one) => all[one]?.days ?? 0)} + ${spread.days} * ${at('days')} as wanted_days,
        ${cases((one) => all[one]?.sessions ?? 0)} + ${spread.sessions} * ${at('sessions')} as wanted_sessions,
        ${cases((one) => all[one]?.minutes ?? 0)} + ${spread.minutes} * ${at('minutes')} as wanted_minutes,
        ${cases((one) => all[one]?.away ?? 0)} + ${spread.away} * ${at('away')} as wanted_away
      from drawn),
    possible as (select *, least(greatest(round(wanted_days), 1), ${period - 1})::integer as days from wanted)
    select nivel, n, id, segment, days, greatest(round(wanted_sessions), days)::integer as sessions,
      greatest(wanted_minutes, 60) * times * ${1 + plan.drift} as minutes,
      least(greatest(round(wanted_away), 0), ${period} - days)::integer as away,
      share(id, 'unmeasured') < 0.005 as is_unmeasured
    from possible`);
}
const prefixes: Readonly<Record<Level, string>> = { usuario: 'u', equipe: 'q', empresa: 'e' };

/**
 * Events that add up to what each entity does: its days are drawn from those up to the last one, each session has a day, and longer ones than a day can
 * hold are several events. Of those that nobody has measured the minutes are missing.
 */
async function plantEvents(database: Database, plan: Plan): Promise<void> {
  await database.run(`create table active as
    select id, day, row_number() over (partition by id order by day) - 1 as nth from (
      select id, day, days, row_number() over (partition by id order by day < last_day, hash(id, day, ${plan.seed}, ${quoted(plan.lastDate)})) as place
      from (select id, days, ${period - 1} - away as last_day from entities) e, range(${period}) as r(day)
      where day <= last_day)
    where place <= days`);
  await database.run(`create table events as
    with counted as (select *, greatest(sessions, ceil(minutes / 1050))::integer as events from entities),
    numbered as (select *, unnest(range(events)) as k from counted),
    spent as (
      select *, k % sessions as session, 0.3 * share(id || ${quoted(plan.lastDate)} || (k // 2), 'swing') as swing from numbered)
    select s.nivel, s.id as entidade_id, ${quoted(plan.lastDate)} || '-' || s.id || '-' || k as evento_id,
      ${quoted(plan.lastDate)} || '-' || s.id || '-' || session as sessao_id, a.day,
      ['abrir', 'editar', 'comentar', 'exportar'][(1 + hash(s.id, k) % 4)::bigint] as acao,
      case when is_unmeasured then null
        else minutes / events * (1 + case when k + 1 = events and k % 2 = 0 then 0 when k % 2 = 0 then swing else -swing end) end as minutos
    from spent s join active a on a.id = s.id and a.nth = session % s.days`);
}
