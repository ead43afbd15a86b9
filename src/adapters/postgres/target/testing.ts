import type { MadeTable, TargetsUnderTest } from '../../../ports/conformance/targets.ts';
import { literal, quoted } from '../statements.ts';
import { ask, dropSchemas, newSchema, server } from '../testing.ts';

/** SQL for a table with its rows, which counts how often each of them is written. */
export function madeSql(schema: string, name: string, { columns, key, rows, isLoose }: MadeTable): readonly string[] {
  const place = `${quoted(schema)}.${quoted(name)}`;
  const names = Object.keys(columns).map(quoted);
  const said = (value: unknown): string => (value === null ? 'null' : literal(String(value)));
  const inserted = rows.map(
    (row) =>
      `(${Object.keys(columns)
        .map((column) => said(row[column] ?? null))
        .join(', ')})`,
  );
  const keys = key.map(quoted).join(', ');
  return [
    `create table ${place} (${Object.entries(columns)
      .map(([column, type]) => `${quoted(column)} ${type}`)
      .join(', ')}${isLoose ? '' : `, primary key (${keys})`})`,
    ...(inserted.length > 0 ? [`insert into ${place} (${names.join(', ')}) values ${inserted.join(', ')}`] : []),
    `create table ${quoted(schema)}.${quoted(`${name}_writes`)} (one boolean)`,
    `create function ${quoted(schema)}.${quoted(`${name}_count`)}() returns trigger language plpgsql as
      $f$ begin insert into ${quoted(schema)}.${quoted(`${name}_writes`)} values (true); return new; end $f$`,
    `create trigger counts before insert or update on ${place} for each row execute function ${quoted(schema)}.${quoted(`${name}_count`)}()`,
  ];
}

/** SQL for its rows, each value as text, by their first columns. */
export async function rowsSql(
  schema: string,
  name: string,
  asking: (text: string) => Promise<readonly Record<string, unknown>[]>,
): Promise<string> {
  const place = literal(`${quoted(schema)}.${quoted(name)}`);
  const columns = await asking(
    `select attname from pg_attribute where attrelid = ${place}::regclass and attnum > 0 and not attisdropped order by attnum`,
  );
  const list = columns.map(({ attname }) => `${quoted(String(attname))}::text`).join(', ');
  return `select ${list} from ${quoted(schema)}.${quoted(name)} order by 1, 2`;
}

/** Tables of the server for tests, in a schema of their own. */
export function keepingHere(): Omit<TargetsUnderTest, 'targets'> {
  const schema = newSchema();
  let count = 0;
  const split = (of: string): string => of.split('.').map(quoted).join('.');
  return {
    make: async (made) => {
      count += 1;
      if (count === 1) await ask(`create schema ${schema}`);
      for (const statement of madeSql(schema, `t${count}`, made)) await ask(statement);
      return { by: 'postgres', options: { url: server, name: `${schema}.t${count}` }, where: 'a test' };
    },
    rows: async ({ options: { name = '' } }) => {
      const [, table = ''] = name.split('.');
      return (await ask(await rowsSql(schema, table, ask))) as readonly Record<string, string | null>[];
    },
    writes: async ({ options: { name = '' } }) => {
      const [row] = await ask(`select count(*)::int4 as count from ${split(`${name}_writes`)}`);
      return Number(row?.['count']);
    },
    close: dropSchemas,
  };
}
