import { EsteiraError } from '../../../errors.ts';
import { type Place, placeText } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { insertSql, isDeleted, temporary, type Work } from './work.ts';
import type { Cells } from './written.ts';

const { identifier, literal } = dialect;

/** From here on several threads are worth a new table; an insert that readers see at once has one thread (see `insertSql`). */
const worthwhile = 122_880;

/** Makes the candidate's rows the whole content of the target, and says how many they are; rows by which one leaves are left out. */
export async function fill(work: Work, cells: Cells, rows: number): Promise<number> {
  const { session, target, write } = work;
  const deleted = write.mode.mode === 'merge' ? work.deleted : undefined;
  const from = `from ${temporary.candidate} as c where not ${isDeleted(deleted, 'c')}`;
  if (rows >= worthwhile) return await swap(work, write.target, { cells, from });
  await session.run(`delete from ${target}`);
  const scan = `select ${Object.values(cells).join(', ')} ${from}`;
  const inserted = await session.run(insertSql(target, Object.keys(cells).map(identifier), scan));
  return inserted.rowsChanged;
}

/** Puts a new table in the place of the old: readers have the one until the commit, then the other. Columns that nobody declares any more stay. */
export async function swap(
  { session }: Work,
  place: Place,
  { cells, from }: { readonly cells: Cells; readonly from: string },
): Promise<number> {
  const { catalog, schema, table } = place;
  const target = dialect.place(place);
  const own = `database_name = ${literal(catalog)} and schema_name = ${literal(schema)} and table_name = ${literal(table)}`;
  const columns = await session.rows(
    `select column_name, data_type from duckdb_columns() where ${own} order by column_index`,
  );
  // The engine does not tell case apart, and a definition may have changed it.
  const given = new Map(Object.entries(cells).map(([name, cell]) => [name.toLowerCase(), { name, cell }]));
  const list = columns.map((row) => {
    const name = String(row.column_name);
    const { cell = 'null' } = given.get(name.toLowerCase()) ?? {};
    given.delete(name.toLowerCase());
    return `cast(${cell} as ${row.data_type}) as ${identifier(name)}`;
  });
  if (given.size)
    throw lacking(
      place,
      [...given.values()].map((one) => one.name),
    );
  const [facts] = await session.rows(`select comment from duckdb_tables() where ${own}`);
  const made = await session.run(`create or replace table ${target} as select ${list.join(', ')} ${from}`);
  if (facts?.comment) await session.run(`comment on table ${target} is ${literal(String(facts.comment))}`);
  return Number(made.getChunk(0).getColumnVector(0).getItem(0));
}

/** An insert would be refused; here the values would be lost silently. */
const lacking = (target: Place, names: readonly string[]): EsteiraError =>
  new EsteiraError('SETUP_NEEDED', {
    what: `${placeText(target)} has no column ${names.join(', ')}.`,
    where: placeText(target),
    next: 'Run `esteira setup`, which adds it.',
  });

/** Whether the table has no row, asked where filling it would be worthwhile. */
export async function canBeFilled({ session }: Work, rows: number, ...tables: readonly string[]): Promise<boolean> {
  if (rows < worthwhile) return false;
  const any = tables.map((table) => `(select count(*) from (select 1 from ${table} limit 1))`);
  return (await session.number(`select ${any.join(' + ')}`)) === 0;
}
