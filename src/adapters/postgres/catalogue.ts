import type pg from 'pg';
import { type CatalogueType, catalogueQuery, type PostgresType, typesOf } from './values/types.ts';

export interface DescribedColumn {
  readonly name: string;
  readonly type: PostgresType;
  /** It may have no value. */
  readonly nullable: boolean;
  /** The user may read it. */
  readonly readable: boolean;
}

/** A table, view, or whatever else has rows, as the catalogue has it. */
export interface Described {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly DescribedColumn[];
  /** The columns of its primary key, in the key's order; none where it has no such key. */
  readonly key: readonly string[];
  /** About so many rows, where the server has counted them. */
  readonly rows: number | undefined;
}

/** The first dot ends the schema. */
export function placeIn(name: string): { readonly schema: string; readonly name: string } {
  const dot = name.indexOf('.');
  return dot < 0 ? { schema: 'public', name } : { schema: name.slice(0, dot), name: name.slice(dot + 1) };
}

const tableQuery = `select c.oid::int8::float8 as oid, c.reltuples::float8 as rows from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm', 'f')`;
const columnsQuery = `select a.attname as name, a.atttypid::int8::float8 as oid, a.atttypmod as modifier, not a.attnotnull as nullable,
    has_schema_privilege(c.relnamespace, 'usage') and has_column_privilege(c.oid, a.attnum, 'select') as readable,
    array_position(i.indkey::int2[], a.attnum) as place
  from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid left join pg_catalog.pg_index i on i.indrelid = c.oid and i.indisprimary
  where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped order by a.attnum`;

interface FoundColumn {
  readonly name: string;
  readonly oid: number;
  readonly modifier: number;
  readonly nullable: boolean;
  readonly readable: boolean;
  readonly place: number | null;
}

/** Nothing where there is no such table. */
export async function describe(client: pg.Client, called: string): Promise<Described | undefined> {
  const { schema, name } = placeIn(called);
  const tables = await client.query<{ oid: number; rows: number }>(tableQuery, [schema, name]);
  const [table] = tables.rows;
  if (!table) return undefined;
  const { rows } = await client.query<FoundColumn>(columnsQuery, [table.oid]);
  const ask = async (oids: readonly number[]) => (await client.query<CatalogueType>(catalogueQuery, [oids])).rows;
  const types = await typesOf(ask, rows);
  const key = rows
    .filter(({ place }) => place !== null)
    .toSorted((one, other) => Number(one.place) - Number(other.place));
  return {
    schema,
    name,
    columns: rows.map((row, index) => ({ ...row, type: types[index] as PostgresType })),
    key: key.map((column) => column.name),
    rows: table.rows < 0 ? undefined : table.rows,
  };
}
