import type { DuckDBListValue } from '@duckdb/node-api';
import { type ExistingTable, type Place, placeText } from '../../ports/index.ts';
import type { Engine } from './connection.ts';
import { dialect } from './dialect.ts';
import { book, scopeOf } from './setup.ts';

const { literal } = dialect;

/** Tables and views of a catalog as the engine lists them. */
interface Listed {
  readonly schema: string;
  readonly table: string;
  readonly view: boolean;
  readonly columns: ExistingTable['columns'];
}

/** One text for all: hundreds of columns as rows would take longer to be read than to be found. */
const listSql = (catalog: string): string => `
  select cast(to_json(list({schema: schema_name, 'table': table_name, 'view': is_view, columns: columns} order by schema_name, table_name)) as varchar) as listed
  from (
    select schema_name, table_name, table_oid in (select view_oid from duckdb_views() where database_name = ${literal(catalog)}) as is_view,
      list({name: column_name, type: data_type} order by column_index) as columns
    from duckdb_columns()
    where database_name = ${literal(catalog)} and schema_name <> '_esteira' and not internal
    group by all)`;

/** The hashes are asked apart: a catalog whose first set-up failed has no table of them. */
async function look(engine: Engine, catalog: string): Promise<readonly ExistingTable[]> {
  const [row] = await engine.use((session) => session.rows(listSql(catalog)));
  const listed = JSON.parse(String(row?.listed ?? '[]')) as readonly Listed[];
  const hasViews = listed.some(({ view }) => view) && (await engine.isSetUp(catalog));
  const hashes = hasViews
    ? await engine.use((session) => session.rows(`from ${book(catalog, 'view_definition')}`))
    : [];
  const definitions = new Map(hashes.map(({ name, hash }) => [String(name), String(hash)]));
  return listed.map(({ schema, table, view, columns }) => {
    const place = { catalog, schema, table };
    const definition = view ? definitions.get(scopeOf(place)) : undefined;
    return { place, view, columns, ...(definition === undefined ? {} : { definition }) };
  });
}

/** A value is lost that its own type does not get back as it was. */
export async function losses(
  engine: Engine,
  place: Place,
  columns: readonly { readonly name: string; readonly type?: string }[],
): Promise<readonly number[]> {
  const own = (await inspect(engine, place.catalog)).find((table) => placeText(table.place) === placeText(place));
  if (!own || columns.length === 0) return columns.map(() => 0);
  const counts = columns.map(({ name, type }) => {
    const column = dialect.identifier(name);
    const { type: before } = own.columns.find((one) => one.name.toLowerCase() === name.toLowerCase()) ?? {};
    if (type === undefined || before === undefined) return `count(${column})`;
    return `count(*) filter (where ${column} is distinct from try_cast(try_cast(${column} as ${type}) as ${before}))`;
  });
  const [row] = await engine.use((session) =>
    session.rows(`select [${counts.join(', ')}] as lost from ${dialect.place(place)}`),
  );
  const lost = row?.lost as DuckDBListValue | undefined;
  return (lost?.items ?? []).map(Number);
}

/** What is in a catalog. It is looked for once: only this process changes it, and only in set-up. */
export async function inspect(engine: Engine, catalog: string): Promise<readonly ExistingTable[]> {
  if (!(await engine.has(catalog))) return [];
  const known = engine.inspected.get(catalog);
  if (known) return await known;
  const looking = look(engine, catalog);
  engine.inspected.set(catalog, looking);
  looking.catch(() => engine.inspected.delete(catalog));
  return await looking;
}
