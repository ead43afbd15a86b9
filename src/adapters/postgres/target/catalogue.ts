import type pg from 'pg';
import { placeIn } from '../catalogue.ts';
import { type CatalogueType, catalogueQuery, type PostgresType, typesOf } from '../values.ts';

export interface WrittenColumn {
  readonly name: string;
  readonly type: PostgresType;
  /** As the table declares it: `numeric(5,2)`, `character varying(40)`. */
  readonly declared: string;
  /** The server alone says what it has. */
  readonly isGenerated: boolean;
  readonly may: { readonly select: boolean; readonly insert: boolean; readonly update: boolean };
}

/** A table that is to be written, as the catalogue has it. */
export interface WrittenTable {
  readonly schema: string;
  readonly name: string;
  /** `r` a table, `p` a partitioned one; else a view or something other. */
  readonly is: string;
  readonly columns: readonly WrittenColumn[];
  /** The columns of each index by which no two rows are the same; `isAtOnce`: it is not deferred to the end of the transaction. */
  readonly unique: readonly { readonly columns: readonly string[]; readonly isAtOnce: boolean }[];
  /** What a statement returns of a row may not be what is kept: something else writes after it. */
  readonly writesAfter: boolean;
  /** Its user may see some of the rows only. */
  readonly isSecured: boolean;
  readonly rows: number | undefined;
  /** The server's clock, in milliseconds since 1970. */
  readonly now: number;
}

// 2 and 64 of a trigger: before the row is written, or in its place.
const tableQuery = `select c.oid::int8::float8 as oid, c.relkind::text as "is", c.reltuples::float8 as rows,
    c.relkind <> 'r' or c.relhasrules or exists (select from pg_catalog.pg_trigger g where g.tgrelid = c.oid and not g.tgisinternal and g.tgtype::int4 & 66 = 0) as "writesAfter",
    row_security_active(c.oid) as "isSecured", extract(epoch from clock_timestamp())::float8 * 1000 as now
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm', 'f')`;
// Servers before 12 have no generated columns, and no attribute that would say so.
const columnsQuery = `select a.attname as name, a.atttypid::int8::float8 as oid, a.atttypmod as modifier, format_type(a.atttypid, a.atttypmod) as declared,
    coalesce(to_jsonb(a) ->> 'attgenerated', '') <> '' or a.attidentity = 'a' as "isGenerated",
    u.may and has_column_privilege(c.oid, a.attnum, 'select') as "maySelect", u.may and has_column_privilege(c.oid, a.attnum, 'insert') as "mayInsert",
    u.may and has_column_privilege(c.oid, a.attnum, 'update') as "mayUpdate"
  from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid, lateral (select has_schema_privilege(c.relnamespace, 'usage') as may) u
  where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped order by a.attnum`;
const uniqueQuery = `select i.indimmediate as "isAtOnce", array(select a.attname::text from unnest(i.indkey::int2[]) with ordinality as k(number, place)
      join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number where k.place <= i.indnkeyatts order by k.place) as columns
  from pg_catalog.pg_index i where i.indrelid = $1 and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null`;

interface FoundColumn {
  readonly name: string;
  readonly oid: number;
  readonly modifier: number;
  readonly declared: string;
  readonly isGenerated: boolean;
  readonly maySelect: boolean;
  readonly mayInsert: boolean;
  readonly mayUpdate: boolean;
}
type FoundTable = Pick<WrittenTable, 'is' | 'writesAfter' | 'isSecured' | 'now'> & {
  readonly oid: number;
  readonly rows: number;
};

/** Nothing where there is no such table. */
export async function lookUp(client: pg.Client, called: string): Promise<WrittenTable | undefined> {
  const { schema, name } = placeIn(called);
  const tables = await client.query<FoundTable>(tableQuery, [schema, name]);
  const [table] = tables.rows;
  if (!table) return undefined;
  const columns = (await client.query<FoundColumn>(columnsQuery, [table.oid])).rows;
  const unique = (await client.query<WrittenTable['unique'][number]>(uniqueQuery, [table.oid])).rows;
  const ask = async (oids: readonly number[]) => (await client.query<CatalogueType>(catalogueQuery, [oids])).rows;
  const types = await typesOf(ask, columns);
  return {
    ...{ schema, name, unique, is: table.is, writesAfter: table.writesAfter, isSecured: table.isSecured },
    now: table.now,
    rows: table.rows < 0 ? undefined : table.rows,
    columns: columns.map((column, index) => ({
      ...{ name: column.name, declared: column.declared, isGenerated: column.isGenerated },
      type: types[index] as PostgresType,
      may: { select: column.maySelect, insert: column.mayInsert, update: column.mayUpdate },
    })),
  };
}
