import { type Database, plant } from './database.ts';
import { comments, costKinds } from './words.ts';

/** A child never comes before its ticket does. */
const dayOf = (synced: string) => `greatest(day_of(${synced}), arrives)`;

/**
 * A line for each thing that happens to a ticket. By the ticket's class, 14: the opening's line comes twice; 15: again a
 * day later; 16: the answer's line is deleted a day later.
 */
async function plantLog(database: Database): Promise<void> {
  const change = (columns: string, where = 'true') =>
    plant(database, 'chamados_log', `select ${columns} from kin where ${where}`);
  const line = (n: number, status: string, synced: string) => `
    id * 10 + ${n} as id, id as chamado_id, ${status} as status, ${synced} + micros(${n * 1000}) as synced,
    1 as version, ${dayOf(`${synced} + micros(${n * 1000})`)} as day`;
  await change(`${line(1, `'aberto'`, 'synced1')}, opened_at as registrado_em,
    case class when 14 then day when 15 then day + 1 end as again, steady`);
  await change(
    `${line(2, `'em_atendimento'`, 'synced2')}, attendant as atendente_id, answered_at as registrado_em`,
    'answered_at is not null',
  );
  await change(
    `${line(3, `'Em_Atendimento'`, 'synced2 + halfway')}, other as atendente_id,
      answered_at + halfway as registrado_em`,
    'handed_over and closed_at is not null',
  );
  await change(
    `${line(4, 'ending', 'synced3')}, closed_at as registrado_em,
      case when handed_over then other when answered_at is not null then attendant end as atendente_id`,
    'closed_at is not null',
  );
  await change(
    `id * 10 + 2 as id, synced2 + interval 1 day as synced, 7 as version, ${dayOf('synced2 + interval 1 day')} as day,
      true as deleted`,
    'class = 16 and answered_at is not null',
  );
}

/**
 * One or two costs for each ticket that has ended. Class 17: the first is deleted a day later; 18: it is corrected a day
 * later; 19: its correction comes first, and what it corrects a day after; 20: both come on one day; 21: each comes again a
 * day later; 22: at the end of the file; 26: twice in a file.
 */
async function plantCosts(database: Database): Promise<void> {
  await database.run(`
    create or replace temp table costs as
    select id * 10 + n as key, id as ticket, n, class, steady,
      one_of(key, 'cost kind', ${costKinds}) as kind, closed_at + to_seconds(n * 40) as entered_at,
      synced3 + to_seconds(n * 45) as first_synced, ${dayOf('synced3 + to_seconds(n * 45)')} as first_day,
      150 + few(key, 'cost', 9000) + if(pick(key, 'dear', 50) = 0, pick(key, 'dearer', 400000), 0) as cents
    from kin, range(1, 3) t(n) where closed_at is not null and n <= 1 + pick(id, 'costs', 4) // 3`);
  const change = (columns: string, where = 'true') =>
    plant(database, 'custos_chamado', `select key as id, ${columns} from costs where ${where}`);
  const row = (valor: string) =>
    `ticket as chamado_id, kind as tipo, (${valor})::decimal(12, 2) / 100 as valor, entered_at as lancado_em`;
  await change(`${row('cents')}, first_synced as synced, 1 as version, first_day + if(class = 19 and n = 1, 1, 0) as day,
    case class when 21 then first_day + 1 when 26 then first_day end as again, class = 22 as displaced,
    steady and n = 1 as steady`);
  await change(
    `${row('cents + 1001')}, first_synced + if(class = 18, interval 1 day, interval 20 second) as synced, 2 as version,
      first_day + if(class = 18, 1, 0) as day`,
    'class in (18, 19, 20) and n = 1',
  );
  await change(
    'first_synced + interval 1 day as synced, 7 as version, first_day + 1 as day, true as deleted',
    'class = 17 and n = 1',
  );
}

/**
 * A survey for three of ten resolved tickets, and for classes 23: answered again a day later; 24: deleted a day later; 25:
 * comes twice in a file.
 */
async function plantSurveys(database: Database): Promise<void> {
  await database.run(`
    create or replace temp table surveys as
    select id, class, steady, closed_at + to_seconds(120 + few(id, 'survey', 86400)) as said_at,
      said_at + micros(3000000 + pick(id, 'survey delay', 9000000)) as said_synced, ${dayOf('said_synced')} as said_day,
      5 - least(few(id, 'grade', 5), pick(id, 'grade too', 5)) as grade,
      if(pick(id, 'comment', 3) = 0, one_of(id, 'words', ${comments}), null) as words
    from kin where ending = 'resolvido' and closed_at is not null
      and (pick(id, 'has survey', 10) < 3 or class between 23 and 25)`);
  const change = (columns: string, where = 'true') =>
    plant(database, 'pesquisas', `select id, ${columns} from surveys where ${where}`);
  const row = 'id as chamado_id, words as comentario, said_at as respondida_em';
  await change(`${row}, grade as nota, said_synced as synced, 1 as version, said_day as day,
    if(class = 25, said_day, null) as again, steady`);
  const later = 'said_synced + interval 1 day as synced, said_day + 1 as day';
  await change(`${row}, 6 - grade as nota, ${later}, 2 as version`, 'class = 23');
  await change(`${later}, 7 as version, true as deleted`, 'class = 24');
}

/** Log lines, costs and surveys of the tickets that are planned. */
export async function plantChildren(database: Database): Promise<void> {
  await database.run(`
    create or replace temp view kin as
    select *, to_seconds(datediff('second', answered_at, closed_at) // 2) as halfway from tickets where not is_deleted`);
  await plantLog(database);
  await plantCosts(database);
  await plantSurveys(database);
}
