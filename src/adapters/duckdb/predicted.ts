import {
  type DuckDBAppender,
  DuckDBDataChunk,
  type DuckDBDoubleVector,
  DuckDBDoubleType as double,
} from '@duckdb/node-api';
import type { PredictedInput } from '../../ports/index.ts';
import { dialect } from './dialect.ts';
import type { Session } from './session.ts';
import { vectorsOf } from './vectors.ts';

const { identifier, literal } = dialect;
/** Rows that are computed with at once. */
const atOnce = 122_880;
/** Rows that a chunk holds. */
const ofChunk = 2048;

/** Makes a temporary view of rows and of what is computed from them, row beside row; it goes with the session. */
export async function stagePredicted(session: Session, input: PredictedInput): Promise<void> {
  const { relation, query, columns, output, constants } = input;
  const [given, made] = [`${relation}#rows`, `${relation}#predicted`];
  session.made.add(given).add(made);
  session.views.add(relation);
  const outputs = Object.entries(output);
  const stored = outputs.map(([name]) => `${identifier(name)} double`).join(', ');
  await session.run(`create or replace temp table ${identifier(given)} as ${query};
    create or replace temp table ${identifier(made)} (${stored})`);
  const rows = await session.number(`select count(*) from ${identifier(given)}`);
  for (let from = 0; from < rows; from += atOnce) {
    const count = Math.min(atOnce, rows - from);
    const part = `${identifier(given)} where rowid >= ${from} and rowid < ${from + count} order by rowid`;
    const read = await vectorsOf(session, { columns, from: part, rows: count });
    const found = input.predict(read.columns, count);
    const values = outputs.map(([name]) => found[name] as Float64Array);
    const appender = await session.connection.createAppender(made, 'main', 'temp');
    try {
      append(appender, values, count);
      appender.flushSync();
    } finally {
      appender.closeSync();
    }
  }
  const named = outputs.map(
    ([name, { facts }]) =>
      `cast(case when isnan(p.${identifier(name)}) then null else p.${identifier(name)} end as ${dialect.type(facts)}) as ${identifier(name)}`,
  );
  const same = Object.entries(constants).map(([name, value]) => `${literal(value)} as ${identifier(name)}`);
  await session.run(`create or replace temp view ${identifier(relation)} as select r.*, ${[...named, ...same].join(', ')}
    from ${identifier(given)} as r positional join ${identifier(made)} as p`);
}

function append(appender: DuckDBAppender, columns: readonly Float64Array[], rows: number): void {
  const types = columns.map(() => double.instance);
  for (let from = 0; from < rows; from += ofChunk) {
    const count = Math.min(ofChunk, rows - from);
    const chunk = DuckDBDataChunk.create(types, count);
    for (const [index, values] of columns.entries()) {
      const vector = chunk.getColumnVector(index) as DuckDBDoubleVector;
      for (let row = 0; row < count; row += 1) vector.setItem(row, values[from + row] as number);
      vector.flush();
    }
    appender.appendDataChunk(chunk);
  }
}
