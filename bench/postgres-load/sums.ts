import { DuckDBInstance } from '@duckdb/node-api';
import { names } from './rows.ts';

/** One spelling for a value, whatever type a contender gave its column. */
const spelled: Readonly<Record<string, string>> = {
  updated_at: 'epoch_us(updated_at)::varchar',
  amount: 'round(amount * 100)::bigint::varchar',
  payload: `(payload->>'$.customer') || (payload->>'$.lines')`,
  uid: `replace(uid::varchar, '-', '')`,
  score: 'score::double::varchar',
};

/** Rows and content of a table, as one line: equal lines mean equal rows. */
export async function contentOf(file: string, table: string): Promise<string> {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
  const row = names.map((name) => spelled[name] ?? `${name}::varchar`).join(', ');
  const query = `select count(*) as rows, sum(hash([${row}]))::varchar as content from ${table}`;
  const [found] = (await connection.runAndReadAll(query)).getRowObjectsJson();
  connection.closeSync();
  instance.closeSync();
  return `${found?.['rows']} rows, ${found?.['content']}`;
}
