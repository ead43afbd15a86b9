import { DuckDBInstance } from '@duckdb/node-api';
import { columns } from './tables.ts';

const times = new Set(['updated_at', 'last_at']);
/** Sums of reals come out in another order each time: cents are what must be equal. */
const cents = new Set(['price', 'last_price', 'amount', 'ltv']);
/** One spelling for a value, whatever type a contender gave its column. */
function spelled(column: string): string {
  if (times.has(column)) return `epoch_us(${column})::varchar`;
  if (cents.has(column)) return `round(${column} * 100)::bigint::varchar`;
  return `${column}::varchar`;
}

/** Rows and content of each of the sixteen tables, as one line each; equal lines mean equal rows. */
export async function sums(file: string, named: (table: string) => string): Promise<readonly string[]> {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
  const lines: string[] = [];
  for (const [table, names] of Object.entries(columns)) {
    const row = names.split(' ').map(spelled).join(', ');
    const query = `select count(*) as rows, sum(hash([${row}]))::varchar as content from ${named(table)}`;
    const [found] = (await connection.runAndReadAll(query)).getRowObjectsJson();
    lines.push(`${table}: ${found?.['rows']} rows, ${found?.['content']}`);
  }
  connection.closeSync();
  instance.closeSync();
  return lines;
}
