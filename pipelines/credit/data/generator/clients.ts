import { type Database, plant } from './database.ts';
import { faultNumber } from './faults.ts';
import { domains, firstNames, lastNames, states } from './words.ts';

/** The clients with row numbers `from` to `to`, and when they come; their row numbers grow with time. */
async function planClients(database: Database, from: number, to: number): Promise<void> {
  await database.run(`
    create or replace temp table clients as
    with placed as (
      select day as came, unnest(range(greatest(client_from, ${from}), least(client_to, ${to}))) as k
      from days where client_from < ${to} and client_to > ${from}),
    named as (
      select k, k % 100 as class, k + 1 as id, came, one_of(k, 'state', ${states}) as state,
        one_of(k, 'first', ${firstNames}) || ' ' || one_of(k, 'last', ${lastNames}) as name,
        at_day(came, if(came = 0, 600, 7200 + few(k, 'second', 72000))) + micros(pick(k, 'micro', 1000000)) as synced1
      from placed)
    select *, replace(strip_accents(lower(name)), ' ', '.') || k || '@' || one_of(k, 'domain', ${domains}) as address,
      if(pick(k, 'kind', 10) < 8, 'varejo', 'empresa') as kind,
      if(came > 0, date_trunc('second', synced1) - interval 2 second,
        at_day(-1 - few(k, 'since', 1000), pick(k, 'since second', 86400))) as since,
      synced1 + to_days(1 + few(k, 'update', 3)::integer) + to_seconds(pick(k, 'update', 20000)) as synced2
    from named`);
}

/**
 * Every eighth client is updated. By the last two digits of the row number: 1 comes twice in a file, 2 again on the next
 * day; of 4 an older update comes a day after the newer one, of 12 in the same file; 5 has two forms of one instant; 8 is
 * followed by a broken update. Beside each 9 stands a client whom no ticket names, deleted a day later.
 */
export async function plantClients(database: Database, from: number, to: number): Promise<void> {
  await planClients(database, from, to);
  const row = (email: string, kind = 'kind') =>
    `nome, ${email} as email, state as uf, ${kind} as segmento, since as criado_em`;
  const change = (columns: string, where = 'true') =>
    plant(database, 'clientes', `select ${columns} from (select *, name as nome from clients) where ${where}`);
  await change(`id, name || if(k % 9 = 0, ' ', '') as nome, if(k % 6 = 0, upper(address), address) as email,
    if(k % 10 = 0, lower(state), state) as uf, kind as segmento, since as criado_em, synced1 as synced, 1 as version,
    came as day, case class when 1 then came when 2 then came + 1 end as again, class > 19 as steady`);
  await change(
    `id, ${row(`'novo.' || address`, `if(k % 3 = 0, 'empresa', kind)`)}, synced2 as synced, 2 as version,
      day_of(synced2) as day`,
    'k % 8 = 4 or class in (4, 12)',
  );
  await change(
    `id, ${row(`'velho.' || address`)}, synced2 - interval 1 hour as synced, 3 as version,
      day_of(synced2) + if(class = 4, 1, 0) as day`,
    'class in (4, 12)',
  );
  await change(`id, ${row('address', `'empresa'`)}, synced1 as synced, 6 as version, came as day`, 'class = 5');
  await change(
    `id, ${row('address')}, synced1 + interval 1 minute as synced, 8 as version, came as day,
      ${faultNumber('clientes', 'email_valido')} as fault`,
    'class = 8',
  );
  const unnamed = '900000000 + id as id';
  await change(`${unnamed}, ${row('address')}, synced1 as synced, 1 as version, came as day`, 'class = 9');
  await change(
    `${unnamed}, synced1 + interval 1 day as synced, 7 as version, came + 1 as day, true as deleted`,
    'class = 9',
  );
}
