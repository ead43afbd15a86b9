import { EsteiraError } from '../../errors.ts';
import type { QueryResult } from '../../ports/index.ts';
import type { Engine } from './connection.ts';
import { dialect } from './dialect.ts';
import { ofStatement } from './errors.ts';
import type { Row, Session } from './session.ts';
import { type Named, nameText, parse, queryInvalid, readersOf, tablesOf } from './tree.ts';
import { readRows } from './values.ts';

const { literal, identifier } = dialect;

const refused = (got: string): EsteiraError =>
  new EsteiraError('QUERY_NOT_READ_ONLY', {
    what: 'The statement does more than read tables of the project.',
    got,
    allowed: 'one SELECT, WITH, FROM, VALUES, DESCRIBE, SHOW, SUMMARIZE or EXPLAIN, over tables',
    next: 'Ask with a SELECT; change data with a run, settings with `esteira settings`.',
  });

interface Known {
  readonly catalog: string;
  readonly schema: string;
  readonly table: string;
  readonly internal: boolean;
}

/** Every table and view that a statement could name, those of the engine itself among them. */
async function knownTables(session: Session, catalogs: readonly string[]): Promise<readonly Known[]> {
  const rows = await session.rows(`
    select database_name, schema_name, table_name, internal from duckdb_tables()
    union all select database_name, schema_name, view_name, internal from duckdb_views()`);
  return rows.map(asKnown).filter(({ catalog, internal }) => internal || catalogs.includes(catalog));
}
const asKnown = (row: Row): Known => ({
  catalog: String(row.database_name),
  schema: String(row.schema_name),
  table: String(row.table_name),
  internal: row.internal === true,
});

const alike = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Refuses a name that two catalogs have: the engine alone takes the first. */
function resolve(named: Named, known: readonly Known[]): void {
  const fits = known.filter(
    ({ catalog, schema, table }) =>
      alike(table, named.table) &&
      (!named.schema ||
        alike(schema, named.schema) ||
        (!named.catalog && schema === 'main' && alike(catalog, named.schema))) &&
      (!named.catalog || alike(catalog, named.catalog)),
  );
  const own = fits.filter(({ internal }) => !internal).map(nameText);
  if (own.length > 1) {
    throw new EsteiraError('NAME_AMBIGUOUS', {
      what: `More than one catalog has ${nameText(named)}.`,
      got: own.toSorted().join(', '),
      allowed: 'a name that says its catalog',
      next: `Write ${own.toSorted()[0]}, or the other.`,
    });
  }
  if (fits.length > 0) return;
  const there = known.filter(({ internal, schema }) => !internal && schema !== '_esteira').map(nameText);
  const near = there.filter((name) => alike(name.split('.').at(-1) ?? '', named.table));
  const few = (near.length > 0 ? near : there).toSorted().slice(0, 8);
  throw new EsteiraError('NAME_UNKNOWN', {
    what: `There is no table ${nameText(named)}.`,
    allowed: few.join(', ') || 'nothing has been set up yet',
    next: 'Correct the name; `esteira setup` creates the tables that are declared.',
  });
}

/** Looks through the statement before anything of it is carried out. */
async function guard(session: Session, statement: string, catalogs: readonly string[]): Promise<void> {
  // The engine's parser gives a tree of what is explained, but none of `explain` itself.
  const inner = statement.replace(/^\s*explain(\s+analyze)?\b/i, '');
  const tree = await parse(session, inner);
  if ('why' in tree) throw tree.otherStatement ? refused(statement.trim()) : queryInvalid(tree.why);
  if (tree.statements.length === 0) throw queryInvalid('It is empty.');
  if (tree.statements.length !== 1) throw refused(`${tree.statements.length} statements`);
  // Functions that read files of the machine, whatever they are called.
  const [reader] = readersOf(tree);
  if (reader !== undefined) throw refused(reader);
  const known = await knownTables(session, catalogs);
  for (const named of tablesOf(tree)) resolve(named, known);
}

/** Carries out a person's statement on what was committed last; at most `limit` rows of it. */
export async function query(
  engine: Engine,
  statement: string,
  {
    limit,
    catalogs,
    signal,
  }: { readonly limit: number; readonly catalogs: readonly string[]; readonly signal?: AbortSignal },
): Promise<QueryResult> {
  for (const catalog of catalogs) await engine.has(catalog);
  await engine.prepare(0);
  return await engine.use(async (session) => {
    await guard(session, statement, catalogs);
    const schemas = await session.rows(`select database_name, schema_name from duckdb_schemas()
      where database_name in ${literal(catalogs)} and schema_name <> '_esteira' order by all`);
    // So that a person may leave out the catalog, and the schema where only one has the table.
    const path = schemas.map(
      (row) => `${identifier(String(row.database_name))}.${identifier(String(row.schema_name))}`,
    );
    await session.run(`set search_path = ${literal(path.join(','))}`);
    try {
      // As a stream: of a statement that gives millions only the first rows are made.
      return await session.interruptible(async () => readRows(await session.connection.stream(statement), { limit }));
    } catch (error) {
      throw ofStatement(error, String, engine.memoryLimit);
    } finally {
      session.deafen();
      // Ends what is left of the stream, too.
      await session.run(`set search_path = ''`);
    }
  }, signal);
}
