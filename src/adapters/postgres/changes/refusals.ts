import { type Ask, type FoundTable, nameOf } from './tables.ts';
import { quoted } from './words.ts';

interface Refusal {
  readonly what: string;
  readonly next: string;
}

/** The level of the log, the right to replicate, a slot that is left, and each table that may not be read. */
export async function refusalsOf(
  tables: readonly FoundTable[],
  { ask, name }: { readonly ask: Ask; readonly name: string },
): Promise<readonly Refusal[]> {
  const [row = {}] = await ask(
    `select current_user::text as role, current_setting('wal_level') as level, current_setting('max_replication_slots')::int as most,
      (select rolreplication or rolsuper from pg_catalog.pg_roles where rolname = current_user) as may,
      (select count(*)::int from pg_catalog.pg_replication_slots) as used,
      exists (select 1 from pg_catalog.pg_replication_slots where slot_name = $1) as there`,
    [name],
  );
  const role = quoted(String(row['role']));
  const found: Refusal[] = [];
  if (row['level'] !== 'logical')
    found.push({
      what: `its log is written at the level ${row['level']}, and changes are read from level logical`,
      next: "Have an administrator say: alter system set wal_level = 'logical'; and start the server again.",
    });
  if (row['may'] !== true)
    found.push({
      what: `the role ${row['role']} may not replicate`,
      next: `Have an administrator say: alter role ${role} replication;`,
    });
  if (row['there'] !== true && Number(row['used']) >= Number(row['most']))
    found.push({
      what: `all ${row['most']} of its replication slots are taken`,
      next: 'Raise max_replication_slots, or drop a slot that nobody reads (select * from pg_replication_slots).',
    });
  const unread = await ask(
    `select t.id from unnest($1::oid[]) as t(id) where not has_table_privilege(t.id, 'select')`,
    [tables.map(({ id }) => id)],
  );
  const ids = new Set(unread.map(({ id }) => Number(id)));
  const own = tables.filter(({ id }) => ids.has(id));
  if (own.length > 0)
    found.push({
      what: `the role ${row['role']} may not read ${own.map(({ captured }) => nameOf(captured).join('.')).join(', ')}`,
      next: `Have their owner say: grant select on ${own.map(({ schema, name: table }) => `${quoted(schema)}.${quoted(table)}`).join(', ')} to ${role};`,
    });
  return found;
}
