// Writes so many scores into a table that is there, as one of the contenders does; what it says at the end is what was written.
import pg from 'pg';
import { postgresTargets } from '../../src/adapters/postgres/target/tables.ts';
import { supabaseTargets } from '../../src/adapters/supabase/target/tables.ts';
import { asked, column } from './rows.ts';

const [how = '', count = '', size = '', where = '', key = ''] = process.argv.slice(2);
const rows = Number(count);
const batch = Number(size);
const { parallel } = asked;
const scores = Float64Array.from({ length: rows }, (_, index) => ((index * 7919) % 1_000_003) / 1_000_003);
const table = { by: how, options: { url: where, key, name: column.table }, where: 'bench' };

async function byTarget(): Promise<number> {
  const of =
    how === 'postgres' ? postgresTargets((url) => url) : supabaseTargets({ value: (one) => one, secret: (one) => one });
  const target = await of.open(table, asked);
  let next = 0;
  let sent = 0;
  const work = async (): Promise<void> => {
    while (next < rows) {
      const from = next;
      next = Math.min(rows, from + batch);
      const ids = Array.from({ length: next - from }, (_, index) => String(from + index + 1));
      const columns = { id: ids, lead_score: [...scores.subarray(from, next)] };
      for (const { is } of await target.write({ rows: ids.length, columns })) if (is === 'sent') sent += 1;
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: parallel }, work));
  say(performance.now() - started);
  await target.close();
  return sent;
}

/** As a script does it: one statement for each row, prepared once, one after the other. */
async function rowByRow(): Promise<number> {
  const client = new pg.Client(where);
  await client.connect();
  let sent = 0;
  const started = performance.now();
  for (let row = 1; row <= rows; row += 1) {
    const values = [scores[row - 1], row];
    const text = `update ${column.table} set lead_score = $1 where id = $2`;
    const { rowCount } = await client.query({ name: 'one', text, values });
    sent += rowCount ?? 0;
  }
  say(performance.now() - started);
  await client.end();
  return sent;
}

/** All rows into a table of their own, and one UPDATE from it: neither compared nor in batches. */
async function atOnce(): Promise<number> {
  const client = new pg.Client(where);
  await client.connect();
  const started = performance.now();
  await client.query('create temporary table given (id int8, lead_score float8)');
  const ids = Array.from({ length: rows }, (_, index) => index + 1);
  await client.query('insert into given select * from unnest($1::int8[], $2::float8[])', [ids, [...scores]]);
  const { rowCount } = await client.query(
    `update ${column.table} as t set lead_score = g.lead_score from given g where t.id = g.id`,
  );
  say(performance.now() - started);
  await client.end();
  return rowCount ?? 0;
}

/** Seconds of the writing itself, without the start of the process. */
function say(milliseconds: number): void {
  process.stdout.write(`${JSON.stringify({ seconds: milliseconds / 1000 })}\n`);
}

const sent = await (how === 'row by row' ? rowByRow() : how === 'at once' ? atOnce() : byTarget());
if (sent !== rows) throw new Error(`${sent} rows of ${rows} were written`);
