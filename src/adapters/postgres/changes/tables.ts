import { compareNames } from '../../../columns/index.ts';
import { EsteiraError } from '../../../errors.ts';
import type { CapturedTable } from '../../../ports/index.ts';
import { quoted } from './words.ts';

/** Asks the database; the values of a row by their columns. */
export type Ask = (text: string, values?: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>;

/** A table as the database has it. */
export interface FoundTable {
  readonly captured: CapturedTable;
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  /** `d`, `i`, `f` or `n`. */
  readonly replicaIdentity: string;
  /** Of the primary key, or of the index that identifies rows. */
  readonly key: readonly string[];
}

/** `orders` is `public.orders`. */
export function nameOf({ place }: CapturedTable): readonly [schema: string, name: string] {
  const at = place.indexOf('.');
  return at < 0 ? ['public', place] : [place.slice(0, at), place.slice(at + 1)];
}

const query = `select n.nspname as schema, c.relname as name, c.oid::int8::float8 as id, c.relkind as kind, c.relreplident as identity,
    coalesce((select array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum))
      from pg_catalog.pg_index i join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey::int2[])
      where i.indrelid = c.oid and case when c.relreplident = 'i' then i.indisreplident else i.indisprimary end), '{}') as key
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where (n.nspname, c.relname) in (select * from unnest($1::text[], $2::text[]))`;

/** Looks the tables up. Throws SOURCE_DRIFTED for one that is not there, REPLICATION_REFUSED for one whose updates could not be told apart. */
export async function findTables(ask: Ask, tables: readonly CapturedTable[]): Promise<readonly FoundTable[]> {
  const names = tables.map(nameOf);
  const rows = await ask(query, [names.map(([schema]) => schema), names.map(([, name]) => name)]);
  return tables.map((captured, index) => {
    const [schema, name] = names[index] as readonly [string, string];
    const row = rows.find((one) => one['schema'] === schema && one['name'] === name);
    if (!row || !['r', 'p'].includes(String(row['kind']))) throw notThere(captured, row !== undefined);
    const key = row['key'] as readonly string[];
    const found = { captured, id: Number(row['id']), schema, name, replicaIdentity: String(row['identity']), key };
    if (found.replicaIdentity === 'n' || (found.replicaIdentity === 'd' && key.length === 0)) throw unidentified(found);
    return found;
  });
}

const notThere = ({ place, written }: CapturedTable, isOther: boolean): EsteiraError =>
  new EsteiraError('SOURCE_DRIFTED', {
    what: isOther ? `${place} is no table whose changes are logged.` : `The database has no table ${place}.`,
    where: written,
    allowed: 'a table, or one that is partitioned: schema.table, of the schema public where none is said',
    next: 'Correct the name in changes(…), or see whether the table was renamed, and sync again.',
  });

/** Were it published, the server would refuse each update and delete of the application. */
const unidentified = ({ captured, schema, name }: FoundTable): EsteiraError =>
  new EsteiraError('REPLICATION_REFUSED', {
    what: `${captured.place} has no primary key: nothing would say which row was updated or deleted.`,
    where: captured.written,
    next: `Give it one, or have its owner say: alter table ${quoted(schema)}.${quoted(name)} replica identity full; and sync again.`,
  });

/** The columns of the landing by which a row is found again, where all of the key are declared. */
export function keyOf({ captured, key }: FoundTable): readonly string[] | undefined {
  const { called } = compareNames(captured.columns, key);
  const declared = new Map([...called].map(([name, is]) => [is, name]));
  const names = key.map((name) => declared.get(name));
  return key.length > 0 && names.every((name) => name !== undefined) ? names : undefined;
}
