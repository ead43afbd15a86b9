import { EsteiraError } from '../../../errors.ts';
import type { Landed } from '../../../ports/index.ts';
import { lsnOf, lsnText } from './lsn.ts';
import { type Ask, type FoundTable, nameOf } from './tables.ts';
import { literal, quoted } from './words.ts';

/** A slot as the server has it. */
export interface Slot {
  readonly plugin: string;
  readonly database: string;
  readonly activePid: number | undefined;
  /** Up to where the server was told that it may forget. */
  readonly confirmed: bigint;
  /** From where on it keeps its log. */
  readonly restart: bigint | undefined;
  readonly isLost: boolean;
  /** Bytes that it may still keep. */
  readonly left: number | undefined;
}

export async function findSlot(ask: Ask, name: string): Promise<Slot | undefined> {
  const [row] = await ask(
    `select plugin, database, active_pid, confirmed_flush_lsn::text as confirmed, restart_lsn::text as restart, wal_status, safe_wal_size::float8 as "left"
      from pg_catalog.pg_replication_slots where slot_name = $1`,
    [name],
  );
  if (!row) return undefined;
  return {
    plugin: String(row['plugin']),
    database: String(row['database']),
    activePid: row['active_pid'] === null ? undefined : Number(row['active_pid']),
    confirmed: lsnOf(String(row['confirmed'] ?? '0/0')),
    restart: row['restart'] === null ? undefined : lsnOf(String(row['restart'])),
    isLost: row['wal_status'] === 'lost' || row['confirmed'] === null,
    left: row['left'] === null ? undefined : Number(row['left']),
  };
}

interface Looked {
  readonly ask: Ask;
  readonly name: string;
  readonly where: string;
}

/** Makes the publication, or adds the tables that it lacks. It must be there before the slot: the log is read with what was there when it was written. */
export async function publish(tables: readonly FoundTable[], { ask, name, where }: Looked): Promise<readonly string[]> {
  const publication = quoted(name);
  const list = (of: readonly FoundTable[]): string =>
    of.map((table) => `${quoted(table.schema)}.${quoted(table.name)}`).join(', ');
  const [found] = await ask(
    `select pubinsert and pubupdate and pubdelete and pubtruncate as whole from pg_catalog.pg_publication where pubname = $1`,
    [name],
  );
  if (!found) {
    // A partitioned table is one table, whichever of its parts has changed.
    const sql = `create publication ${publication} for table ${list(tables)} with (publish_via_partition_root = true)`;
    await refusable(() => ask(sql), { what: 'The database refuses a publication of the tables.', where, sql });
    return [`publication ${name}`];
  }
  if (found['whole'] !== true) {
    const sql = `alter publication ${publication} set (publish = 'insert, update, delete, truncate')`;
    throw refused(`The publication ${name} leaves out some kinds of changes.`, { where, sql });
  }
  const there = await ask(
    'select schemaname as schema, tablename as name, to_jsonb(t) as facts from pg_catalog.pg_publication_tables t where pubname = $1',
    [name],
  );
  const filtered = there.find(({ facts }) => (facts as { rowfilter?: string | null }).rowfilter);
  if (filtered) {
    const sql = `alter publication ${publication} set table ${list(tables)}`;
    throw refused(`The publication ${name} leaves out rows of ${filtered['name']}.`, { where, sql });
  }
  const missing = tables.filter(
    ({ schema, name: table }) => !there.some((one) => one['schema'] === schema && one['name'] === table),
  );
  if (missing.length === 0) return [];
  const sql = `alter publication ${publication} add table ${list(missing)}`;
  await refusable(() => ask(sql), { what: `The database refuses more tables in the publication ${name}.`, where, sql });
  return missing.map(({ captured }) => `${nameOf(captured).join('.')} in the publication ${name}`);
}

export async function makeSlot({ ask, name, where }: Looked): Promise<void> {
  const sql = `select pg_create_logical_replication_slot(${literal(name)}, 'pgoutput')`;
  await refusable(() => ask(sql), { what: 'The database refuses a replication slot.', where, sql });
}

/** What the server says, and what makes it say something else. */
const remedies: Readonly<Record<string, (user: string, sql: string) => string>> = {
  // Insufficient rights.
  '42501': (user, sql) =>
    /slot/.test(sql)
      ? `Have an administrator say: alter role ${user} replication; and sync again.`
      : `Have the tables' owner say: ${sql}; and sync again.`,
  // Wrong state: the level of the log.
  '55000': () => "Have an administrator say: alter system set wal_level = 'logical'; and start the server again.",
  // No slot is left.
  '53400': () =>
    'Raise max_replication_slots, or drop a slot that nobody reads (select * from pg_replication_slots), and sync again.',
};

async function refusable<Result>(
  work: () => Promise<Result>,
  { what, where, sql }: { readonly what: string; readonly where: string; readonly sql: string },
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    const remedy = remedies[code];
    if (!remedy) throw error;
    const next = remedy('<the user of the address>', sql);
    throw new EsteiraError('REPLICATION_REFUSED', { what, where, got: `${message} (${code})`, next }, { cause: error });
  }
}

const refused = (what: string, { where, sql }: { readonly where: string; readonly sql: string }): EsteiraError =>
  new EsteiraError('REPLICATION_REFUSED', { what, where, next: `Have its owner say: ${sql}; and sync again.` });

/** Why what was not landed yet cannot be had any more; nothing where it can. */
export function lossOf(
  slot: Slot | undefined,
  landed: readonly Landed[],
  { system, now, name }: { readonly system: string; readonly now: bigint; readonly name: string },
): string | undefined {
  const [first] = landed;
  if (!first) return undefined;
  const other = landed.find((one) => one.system !== system);
  if (other) return `the database is another one: its number is ${system}, and was ${other.system}`;
  const position = landed.reduce((least, one) => (one.position < least ? one.position : least), first.position);
  if (!slot) return `the slot ${name} is gone; landed is up to ${lsnText(position)}`;
  if (slot.isLost)
    return `the server has given up the slot ${name}: it kept more of its log than max_slot_wal_keep_size`;
  if (slot.confirmed > position)
    return `the slot ${name} begins at ${lsnText(slot.confirmed)}, landed is up to ${lsnText(position)} only`;
  if (now < position)
    return `the database is older than it was: it has come to ${lsnText(now)}, landed is ${lsnText(position)}`;
  return undefined;
}
