import { changesOf, type Database } from './database.ts';
import { faults, firstBroken } from './faults.ts';
import { type TableName, tables } from './tables.ts';

/** For a hundred rows that a broken one may be made like, this many are made; never fewer than one of each fault. */
const share = 1.5;

/**
 * Broken rows are rows of their own, each made like a good one of the same chunk: the day is right and the parents are
 * there, so nothing but its fault is wrong with it.
 */
export async function plantBroken(database: Database, table: TableName, chunk: number, days: number): Promise<void> {
  const kinds = faults[table].length;
  const likeness = `${changesOf(table)} where steady and day < ${days}`;
  const [found] = await database.rows<{ models: bigint }>(`select count(*) as models from ${likeness}`);
  const models = Number(found?.models ?? 0);
  if (models === 0) return;
  const rows = kinds * Math.max(1, Math.round((models * share) / 100 / kinds));
  const start = firstBroken + chunk * 1_000_000;
  const columns = Object.keys(tables[table].columns).filter((name) => name !== 'id');
  // Two faults beside each other take their likeness far apart, hence on different days.
  await database.run(`
    insert into ${changesOf(table)} by name
    with models as (select *, row_number() over (order by id) - 1 as place from ${likeness}),
      wanted as (select unnest(range(${rows})) as n)
    select ${start} + n as id, ${columns.join(', ')}, 1 + n % ${kinds} as fault,
      1 + n % ${kinds} in (${deletedFaults(table)}) as deleted, synced + interval 7 second as synced, 1 as version, day
    from wanted join models on place = (n * 7919) % ${models}
    order by n`);
}

const deletedFaults = (table: TableName): string =>
  faults[table].flatMap((fault, index) => (fault.deleted ? [index + 1] : [])).join(', ');
