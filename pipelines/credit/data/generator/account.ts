import { changesOf, type Database } from './database.ts';
import { faults } from './faults.ts';
import type { Figures } from './manifest.ts';
import type { TableName } from './tables.ts';

/** The figures of one table, summed over the chunks: keys of two chunks never meet. */
export interface Account {
  readonly daily: readonly Figures[];
  readonly full: Figures;
}

const none = (): Figures => ({
  in: 0,
  valid: 0,
  invalid: 0,
  duplicates: 0,
  stale: 0,
  deletes: 0,
  removed: 0,
  rows: 0,
  flags: {},
});

export const newAccount = (written: number): Account => ({
  daily: Array.from({ length: written }, none),
  full: none(),
});

/** What the files bring of a table: each change, and once more where it comes again. */
export const deliveriesOf = (table: TableName, written: number): string => `
  (select * from ${changesOf(table)} where day < ${written}
   union all by name select * replace (again as day) from ${changesOf(table)} where again < ${written})`;

interface DayRow {
  day: number;
  good: bigint;
  keys: bigint;
  stale: bigint;
  deletes: bigint;
  removed: bigint;
  growth: bigint;
}

/**
 * Counts from the plan alone: which rows are broken was decided when they were planned, so no rule is applied here. What
 * is worked out is what only the days decide: which change of a key is the newest of a day, and whether a newer one had
 * come before.
 */
export async function countDeliveries(database: Database, table: TableName, account: Account): Promise<void> {
  const written = account.daily.length;
  // A moment and whether it deletes, in one number, so that the greatest is the newest.
  await database.run(`
    create or replace temp table batches as
    select id, day, count(*) as good, count(*) filter (deleted) as deletes,
      max(epoch_us(synced) * 2 + deleted::bigint) as newest
    from ${deliveriesOf(table, written)} where fault = 0 group by id, day`);
  const days = await database.rows<DayRow>(`
    with steps as (
      select *, max(newest) over earlier as before from batches
      window earlier as (partition by id order by day rows between unbounded preceding and 1 preceding)),
    judged as (
      select *, coalesce(before // 2 > newest // 2, false) as stale, coalesce(before % 2 = 0, false) as was_there,
        newest % 2 = 0 as stays
      from steps)
    select day, sum(good)::bigint as good, count(*) as keys, count(*) filter (stale) as stale,
      sum(deletes)::bigint as deletes,
      count(*) filter (not stale and was_there and not stays) as removed,
      sum(if(stale, 0, stays::int - was_there::int))::bigint as growth
    from judged group by day order by day`);
  const { daily, full } = account;
  const growth = daily.map(() => 0);
  for (const row of days) {
    const [good, keys] = [Number(row.good), Number(row.keys)];
    addTo(daily[row.day], {
      in: good,
      valid: keys,
      duplicates: good - keys,
      stale: Number(row.stale),
      deletes: Number(row.deletes),
      removed: Number(row.removed),
    });
    growth[row.day] = Number(row.growth);
    addTo(full, { in: good, duplicates: good, deletes: Number(row.deletes) });
  }
  let rows = 0;
  for (const [day, figures] of daily.entries()) {
    rows += growth[day] ?? 0;
    figures.rows += rows;
  }
  const [all] = await database.rows<{ keys: bigint }>('select count(distinct id) as keys from batches');
  const keys = Number(all?.keys ?? 0);
  addTo(full, { valid: keys, duplicates: -keys, rows });
  await countBroken(database, table, account);
}

/** The same of the table that keeps every good change: none is a duplicate there, or too old. */
export function everyChange({ daily, full }: Account): Account {
  let rows = 0;
  const every = (figures: Figures): Figures => {
    const valid = figures.in - figures.invalid;
    rows += valid;
    return { ...figures, valid, duplicates: 0, stale: 0, removed: 0, rows };
  };
  return { daily: daily.map(every), full: { ...every(full), rows: full.in - full.invalid } };
}

async function countBroken(database: Database, table: TableName, { daily, full }: Account): Promise<void> {
  const rows = await database.rows<{ day: number; fault: number; broken: bigint }>(`
    select day, fault, count(*) as broken from ${deliveriesOf(table, daily.length)}
    where fault > 0 group by day, fault order by day, fault`);
  for (const row of rows) {
    const broken = Number(row.broken);
    for (const figures of [daily[row.day], full]) {
      addTo(figures, { in: broken, invalid: broken });
      for (const flag of faults[table][row.fault - 1]?.flags ?? []) {
        if (figures) figures.flags[flag] = (figures.flags[flag] ?? 0) + broken;
      }
    }
  }
}

function addTo(figures: Figures | undefined, more: Partial<Omit<Figures, 'flags'>>): void {
  if (figures === undefined) throw new RangeError('a change was planned for a day that is not written');
  for (const name of Object.keys(more) as (keyof typeof more)[]) figures[name] += more[name] ?? 0;
}
