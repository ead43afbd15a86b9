import type { Column, Columns } from '../../columns/index.ts';
import type { Place, Warehouse } from '../../ports/index.ts';
import type { Engine } from './connection.ts';
import { dialect } from './dialect.ts';
import { engineError } from './errors.ts';
import { readObjects } from './values.ts';

const { identifier, literal, place: spelled } = dialect;
type Replace = Parameters<Warehouse['replaceRows']>;

/** A value as SQL of the column's own type, so that '01' stays text and 1.10 a decimal. */
// `any`: a column of every type is meant.
function constant({ facts }: Column<any, any>, value: unknown): string {
  const plain = value === undefined || value === null ? null : value;
  const asText = plain !== null && (facts.kind === 'json' || facts.kind === 'list') ? JSON.stringify(plain) : plain;
  return `cast(${literal(asText)} as ${dialect.type(facts)})`;
}

/** Statements that put a few typed rows into a table. */
export function insertRows(place: Place, columns: Columns, rows: readonly object[]): readonly string[] {
  if (rows.length === 0) return [];
  const names = Object.keys(columns).map(identifier).join(', ');
  const values = rows.map((row) => {
    const cells = Object.entries(columns).map(([name, column]) =>
      constant(column, (row as Record<string, unknown>)[name]),
    );
    return `(${cells.join(', ')})`;
  });
  return [`insert into ${spelled(place)} (${names}) values ${values.join(', ')}`];
}

/** Typed rows of a small table of Esteira's own, such as settings. */
export async function readRows(
  engine: Engine,
  place: Place,
  columns: Columns,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  await engine.has(place.catalog);
  return await engine.use(async (session) => {
    try {
      const names = Object.keys(columns);
      const result = await session.run(`select ${names.map(identifier).join(', ')} from ${spelled(place)}`);
      return await readObjects(result, columns);
    } catch (error) {
      throw engineError(error, { where: `${place.schema}.${place.table}` });
    }
  });
}

/** A few rows at most: they are written anew as a whole, with their history, in one transaction. */
export async function replaceRows(engine: Engine, ...[place, columns, rows, history]: Replace): Promise<void> {
  await engine.attach(place.catalog);
  const list = [
    `delete from ${spelled(place)}`,
    ...insertRows(place, columns, rows),
    ...(history ? insertRows(history.place, history.columns, history.rows) : []),
  ];
  await engine.use(async (session) => {
    try {
      await session.transaction(async () => {}, list.join(';\n'));
    } catch (error) {
      throw engineError(error, { where: `${place.schema}.${place.table}` });
    }
  });
}

export async function removeRows(
  engine: Engine,
  {
    place,
    condition,
    signal,
  }: { readonly place: Place; readonly condition: string; readonly signal?: AbortSignal | undefined },
): Promise<number> {
  await engine.attach(place.catalog);
  return await engine.use(async (session) => {
    try {
      const { rowsChanged } = await session.run(`delete from ${spelled(place)} where ${condition}`);
      return rowsChanged;
    } catch (error) {
      throw engineError(error, { where: `${place.schema}.${place.table}` });
    }
  }, signal);
}
