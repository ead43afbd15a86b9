import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { lsnOf } from './lsn.ts';
import type { Replication } from './replication.ts';
import { literal, quoted } from './words.ts';

/** Tables, their partitions too, whose rows are kept elsewhere now than at the moment of the transaction. */
const rewritten = `with recursive all_of(id) as (
    select unnest($1::oid[]) union select i.inhrelid from pg_catalog.pg_inherits i join all_of on i.inhparent = all_of.id)
  select c.relname from pg_catalog.pg_class c join all_of on c.oid = all_of.id
    where c.relkind = 'r' and c.relfilenode <> pg_catalog.pg_relation_filenode(c.oid)`;

/**
 * Begins a transaction that sees the tables as the log up to a place has left them; gives that place. A truncate takes the rows from those too who look
 * at an earlier moment, so the tables are held until the transaction ends, and one that came before they were is a reason to take another moment.
 */
export async function oneMoment(
  tables: readonly { readonly id: number; readonly schema: string; readonly name: string }[],
  { replication, reading }: { readonly replication: Pick<Replication, 'ask'>; readonly reading: pg.Client },
): Promise<bigint> {
  const names = tables.map(({ schema, name }) => `${quoted(schema)}.${quoted(name)}`).join(', ');
  for (;;) {
    const temporary = quoted(`esteira_${randomBytes(8).toString('hex')}`);
    const [made] = await replication.ask(
      `CREATE_REPLICATION_SLOT ${temporary} TEMPORARY LOGICAL pgoutput EXPORT_SNAPSHOT`,
    );
    await reading.query(
      `begin transaction isolation level repeatable read read only; set transaction snapshot ${literal(String(made?.['snapshot_name']))}`,
    );
    await reading.query(`lock table ${names} in access share mode`);
    const { rows } = await reading.query(rewritten, [tables.map(({ id }) => id)]);
    if (rows.length === 0) return lsnOf(String(made?.['consistent_point']));
    await reading.query('rollback');
    await replication.ask(`DROP_REPLICATION_SLOT ${temporary}`);
  }
}
