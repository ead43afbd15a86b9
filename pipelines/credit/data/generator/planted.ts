import { deliveriesOf } from './account.ts';
import { changesOf, type Database } from './database.ts';
import { faults, firstBroken } from './faults.ts';
import type { Planted } from './manifest.ts';
import type { TableName } from './tables.ts';

/** How often each kind of trouble was planted, by the marks that planning left on the changes. */
export async function countPlanted(database: Database, table: TableName, written: number): Promise<Planted> {
  const twoFaults = faults[table].flatMap(({ flags }, index) => (flags.length > 1 ? [index + 1] : []));
  const here = `${changesOf(table)} where day < ${written}`;
  const [row] = await database.rows<Record<keyof Planted, bigint>>(`
    select
      count(*) as changes,
      count(*) filter (again = day) as "copiesInOneFile",
      count(*) filter (again > day and again < ${written}) as "copiesOnLaterDays",
      (select count(*) from ${deliveriesOf(table, written)} where day > day_of(synced)) as late,
      count(*) filter (version = 6) as ties,
      count(*) filter (version = 7) as deletes,
      count(*) filter (fault > 0) as broken,
      count(*) filter (fault in (${twoFaults.join(', ')})) as "withTwoFaults",
      count(*) filter (fault > 0 and id < ${firstBroken}) as "brokenBesideGood",
      count(*) filter (displaced) as "outOfOrder",
      ${table === 'chamados' ? 'count(*) filter (day > day_of(aberto_em) and version = 1)' : '0'} as "eventDaysBefore"
    from ${here}`);
  return Object.fromEntries(
    Object.entries(row ?? {}).map(([name, count]) => [name, Number(count)]),
  ) as unknown as Planted;
}

/** The planted of two chunks together. */
export function together(one: Planted | undefined, other: Planted): Planted {
  if (one === undefined) return other;
  const names = Object.keys(other) as (keyof Planted)[];
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as Planted;
}
