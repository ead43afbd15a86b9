import { attendantsOf, hourList } from './calendar.ts';
import { type Database, plant } from './database.ts';
import { faultNumber } from './faults.ts';
import type { Plan } from './options.ts';
import { channels, drawn, reasons } from './words.ts';

/** Who opened each ticket of a chunk, when, about what; what becomes of it is told by `class` (below) and `outcome`. */
async function planOpenings(database: Database, plan: Plan, from: number, to: number): Promise<void> {
  const attendants = attendantsOf(plan);
  await database.run(`
    create or replace temp table opened as
    with placed as (
      select day, client_to as clients, unnest(range(greatest(ticket_from, ${from}), least(ticket_to, ${to}))) as i
      from days where ticket_from < ${to} and ticket_to > ${from})
    select i, i + 1 as id, i % 100 as class, pick(i, 'outcome', 100) as outcome,
      at_day(day, one_of(i, 'hour', ${hourList}) * 3600 + pick(i, 'second', 3600)) as known_at,
      1 + few(i, 'client', clients) as client,
      1 + least(few(i, 'attendant', ${attendants}), pick(i, 'attendant three', ${attendants})) as attendant,
      1 + few(i, 'second attendant', ${attendants}) as other,
      one_of(i, 'channel', ${drawn(channels)}) as channel, one_of(i, 'reason', ${drawn(reasons)}) as reason
    from placed`);
}

/** The whole life of each ticket: its moments, when each becomes known, and the day of the file that brings it. */
async function planLives(database: Database): Promise<void> {
  await database.run(`
    create or replace temp table ended as
    select *,
      if(class = 3, known_at - to_days(1 + pick(i, 'late', 3)::integer), known_at) as opened_at,
      if(outcome < 82 or outcome between 84 and 93 or class in (2, 5, 7, 9),
        known_at + to_seconds(60 + few(i, 'answer', 14400)), null) as answered_at,
      if(outcome < 86 or class = 2, coalesce(answered_at, known_at)
        + to_seconds(300 + least(few(i, 'close', 259200), few(i, 'close more', 259200))), null) as closed_at,
      if(outcome < 80 or class = 2, 'resolvido', 'cancelado') as ending,
      answered_at is not null and pick(i, 'handed over', 100) < 15 as handed_over,
      known_at + micros(2000000 + pick(i, 'delay 1', 60000000)) as synced1,
      answered_at + micros(1000000 + pick(i, 'delay 2', 30000000)) as synced2,
      closed_at + micros(1000000 + pick(i, 'delay 3', 30000000)) as synced3,
      greatest(synced1, synced2, synced3) + to_seconds(if(class = 11, 60, 600 + few(i, 'last', 172800))) as synced_last
    from opened`);
  await database.run(`
    create or replace temp table tickets as
    select *, day_of(synced1) + if(class = 4, 1, 0) as day1,
      case class when 2 then day_of(synced3) when 7 then day_of(synced_last) else day_of(synced2) end
        + if(class in (2, 7), 1, 0) as day2,
      day_of(synced3) as day3, day_of(synced_last) as day_last, least(if(class = 9, null, day1), day2, day3) as arrives,
      class in (6, 7, 11) as is_deleted, class >= 30 as steady
    from ended`);
}

/**
 * The changes of a chunk's tickets: opening, answer, end, and what the last two digits of the row number add. 0: the
 * opening comes twice in a file; 1: again on the next day; 2: the answer comes a day after the end; 3: opened one to three
 * days before it is known of; 4: the opening comes a day late; 5: two forms of the answer have one instant; 6, 11: deleted;
 * 7: deleted, and a day later its answer comes; 8: a broken update comes last; 9: the opening is broken, the answer well;
 * 10: the opening stands at the end of the file; 13: capitals. From 14 on it is the children's; from 30 on: nothing.
 *
 * A deleted ticket never had log lines, costs or a survey, so it does not matter how the days are split into runs.
 */
export async function plantTickets(database: Database, plan: Plan, from: number, to: number): Promise<void> {
  await planOpenings(database, plan, from, to);
  await planLives(database);
  const row = 'id, client as cliente_id, channel as canal_id, reason as motivo_id, opened_at as aberto_em';
  const handled = `${row}, attendant as atendente_id, 'em_atendimento' as status`;
  const change = (columns: string, where = 'true') =>
    plant(database, 'chamados', `select ${columns} from tickets where ${where}`);
  await change(`${row}, if(class = 13, 'ABERTO', 'aberto') as status, synced1 as synced, 1 as version, day1 as day,
    case class when 0 then day1 when 1 then day1 + 1 end as again, class = 10 as displaced, steady,
    if(class = 9, ${faultNumber('chamados', 'aberto_em_present')}, 0) as fault`);
  await change(
    `${handled}, answered_at as primeira_resposta_em, synced2 as synced, 2 as version, day2 as day`,
    'answered_at is not null',
  );
  await change(
    `${handled}, answered_at + interval 7 second as primeira_resposta_em, synced2 as synced, 6 as version, day2 as day`,
    'class = 5',
  );
  await change(
    `${row}, ending as status, if(answered_at is null, null, if(handed_over, other, attendant)) as atendente_id,
      answered_at as primeira_resposta_em, closed_at as fechado_em, synced3 as synced, 3 as version, day3 as day`,
    'closed_at is not null',
  );
  await change(
    `${row}, 'arquivado' as status, synced_last as synced, 8 as version, day_last as day,
      ${faultNumber('chamados', 'status_conhecido')} as fault`,
    'class = 8',
  );
  await change(
    `id, if(i % 2 = 0, null, 'removido') as status, synced_last as synced, 7 as version, day_last as day,
      true as deleted`,
    'is_deleted',
  );
}
