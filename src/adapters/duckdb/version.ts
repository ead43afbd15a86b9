import { EsteiraError } from '../../errors.ts';
import { dialect } from './dialect.ts';
import type { Session } from './session.ts';

const { literal, place } = dialect;
const own = (catalog: string, table: string): string => place({ catalog, schema: '_esteira', table });

/** Each brings Esteira's own tables of a catalog from the version before to the next; never edited afterwards, and never going back. */
const changes: readonly ((catalog: string) => readonly string[])[] = [
  // Version 2: which job's run, of which date, has published: a state that was lost is made again from it.
  (catalog) => [
    ...['job varchar', '"date" date', 'zone varchar', 'reason varchar'].map(
      (column) => `alter table ${own(catalog, 'publication')} add column ${column}`,
    ),
    `create table ${own(catalog, 'version')} (number integer not null)`,
    `insert into ${own(catalog, 'version')} values (2)`,
  ],
  // Version 3: a file that gave no row may be read when it has some.
  (catalog) => [`alter table ${own(catalog, 'file')} add column "rows" bigint`],
  // Version 4: which versions of models views show.
  (catalog) => [
    `create table ${own(catalog, 'champion')} (model varchar primary key, version varchar not null, number bigint not null)`,
  ],
];
export const newest = changes.length + 1;

/** The first version did not say which it was. */
async function versionOf(session: Session, catalog: string): Promise<number | undefined> {
  const tables = await session.rows(
    `select table_name as name from duckdb_tables() where database_name = ${literal(catalog)} and schema_name = '_esteira'`,
  );
  if (!tables.some(({ name }) => name === 'publication')) return undefined;
  if (!tables.some(({ name }) => name === 'version')) return 1;
  return await session.number(`select number from ${own(catalog, 'version')}`);
}

/**
 * Brings a catalog up to this Esteira's tables, in one transaction; throws STATE_NEWER, before anything is written, for one of a newer Esteira.
 * Who only looks leaves an older one as it is: its tables are the same, and what is recorded of them is not asked.
 */
export async function bringUp(
  session: Session,
  catalog: string,
  { file, readOnly }: { readonly file: string; readonly readOnly: boolean },
): Promise<void> {
  const version = await versionOf(session, catalog);
  if (version === undefined || version === newest) return;
  if (version > newest)
    throw new EsteiraError('STATE_NEWER', {
      what: `The catalog ${catalog} was written by a newer version of Esteira.`,
      where: file,
      got: `tables of version ${version}`,
      allowed: `up to version ${newest}`,
      next: 'Use the version of Esteira that the project used last; its tables never go back.',
    });
  if (readOnly) return;
  const list = changes.slice(version - 1).flatMap((change) => change(catalog));
  const last = [`update ${own(catalog, 'version')} set number = ${newest}`];
  await session.transaction(() => session.run([...list, ...last].join(';\n')));
}

/** Of a catalog that is set up for the first time. */
export const versionSql = (catalog: string): string =>
  `create table if not exists ${own(catalog, 'version')} (number integer not null);
    insert into ${own(catalog, 'version')} select ${newest} where not exists (from ${own(catalog, 'version')})`;
