import { setImmediate as othersFirst } from 'node:timers/promises';
import type { Columns } from '../../../columns/index.ts';
import { EsteiraError } from '../../../errors.ts';
import type { Body } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { appendedType, appendRow, readChunks } from '../values.ts';
import { temporary, type Work } from './work.ts';

/** Rows of the input that are in Node at one time. */
const page = 122_880;
/** A function may take long: after so many milliseconds others are heard, who ask this process for something. */
const patience = 20;
type ByFunction = Extract<Body, { readonly by: 'function' }>;

/** Runs the function over the rows of its query, and leaves what it gives in a temporary table; gives the types of that, by name in lower case. */
export async function applyFunction(work: Work, body: ByFunction): Promise<ReadonlyMap<string, string>> {
  const { session, write, names } = work;
  const types = new Map(names.map((name) => [name, appendedType((write.columns[name] as Columns[string]).facts)]));
  const columns = [...types].map(([name, type]) => `${dialect.identifier(name)} ${type}`);
  const count = await session.make(temporary.input, body.sql);
  await session.run(`create temp table ${temporary.rows} (${columns.join(', ')})`);
  session.made.add(temporary.rows);
  // Rows of an open transaction are numbered from a high place on.
  const start = await session.bigint(`select min(rowid) from ${temporary.input}`);
  // An appender takes values as they are; as text in statements they would take many times as long.
  const appender = await session.connection.createAppender(temporary.rows, 'main', 'temp');
  try {
    for (let from = 0; from < count; from += page) {
      session.throwIfCancelled();
      // A result is not read on while another statement goes on its connection, so pages are asked for one by one.
      const [least, most] = [start + BigInt(from), start + BigInt(from + page)];
      const result = await session.run(`select * from ${temporary.input} where rowid >= ${least} and rowid < ${most}`);
      const given = result.columnNames();
      let number = from;
      let heard = performance.now();
      for await (const rows of readChunks(result, body.columns)) {
        for (const row of rows) {
          number += 1;
          if (performance.now() - heard > patience) {
            session.throwIfCancelled();
            await othersFirst();
            heard = performance.now();
          }
          const object = Object.fromEntries(given.map((name, index) => [name, row[index]]));
          for (const made of mapped(work, body, object, number)) {
            appendRow(appender, write.columns, made as Readonly<Record<string, unknown>>);
            appender.endRow();
          }
        }
      }
      appender.flushSync();
    }
  } finally {
    appender.closeSync();
  }
  return new Map([...types].map(([name, type]) => [name.toLowerCase(), type]));
}

/** What the function gives for a row. What it throws is its own fault, told with the row that it stumbled over. */
function mapped(work: Work, body: ByFunction, row: object, number: number): readonly object[] {
  try {
    return body.map(row);
  } catch (error) {
    if (error instanceof EsteiraError) throw error;
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new EsteiraError(
      'FUNCTION_FAILED',
      {
        what: `The function of ${work.name} threw at row ${number}.`,
        where: work.name,
        got: `${said.split('\n').slice(0, 2).join('\n')}\n${JSON.stringify(row, plain)}`,
        next: 'Mend the function, or the row it stumbles over.',
      },
      { cause: error },
    );
  }
}

const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
