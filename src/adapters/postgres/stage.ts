import type pg from 'pg';
import type { KeptRow } from '../../ports/index.ts';
import { load } from '../state/copy.ts';
import { addressOf } from './address.ts';
import { openPool } from './connection.ts';
import { openEngine } from './engine.ts';
import { named } from './faults.ts';
import { migrate } from './migrate.ts';
import { literal, lockOf, quoted } from './statements.ts';

interface Where {
  readonly url: string;
  readonly schema: string;
  readonly project?: string;
}
// A name has at most 63 bytes.
const stagedOf = (schema: string): string => `${schema.slice(0, 50)}_restoring`;
const replacedOf = (schema: string): string => `${schema.slice(0, 50)}_replaced`;

async function on<Result>({ url, schema }: Where, work: (pool: pg.Pool) => Promise<Result>): Promise<Result> {
  const pool = openPool(url);
  try {
    return await work(pool);
  } catch (error) {
    throw named(error, `Postgres ${addressOf(url)}, schema ${schema}`);
  } finally {
    await pool.end();
  }
}

/** Does the schema have runs? */
export const isPostgresStateThere = (where: Where): Promise<boolean> =>
  on(where, async (pool) => {
    const { rows } = await pool.query('select to_regclass($1) is not null as found', [`${quoted(where.schema)}.run`]);
    return rows[0]?.found === true;
  });

/** The rows of another state, whose tables had that version, in a schema beside. */
export async function stagePostgresState(where: Where, version: number, rows: AsyncIterable<KeptRow>): Promise<void> {
  const { schema, ...others } = where;
  const staged = stagedOf(schema);
  await on(where, async (pool) => {
    await pool.query(`drop schema if exists ${quoted(staged)} cascade`);
    await migrate(pool, { schema: staged, where: staged, project: where.project, upTo: version });
  });
  const engine = await openEngine({ ...others, schema: staged, upTo: version });
  try {
    await engine.transaction('take', (state) => load(state, rows));
  } finally {
    await engine.close();
  }
  // Brought up to the tables of today.
  await (await openEngine({ ...others, schema: staged })).close();
}

/** In one transaction, and alone; done again it finds nothing to do. */
export const swapPostgresState = (where: Where): Promise<void> =>
  on(where, async (pool) => {
    const { schema } = where;
    const there = (name: string): string => `to_regnamespace(${literal(quoted(name))}) is not null`;
    const rename = (from: string, to: string): string => `alter schema ${quoted(from)} rename to ${quoted(to)}`;
    await pool.query(`do $$ begin
      perform pg_advisory_xact_lock(${lockOf(schema)});
      if ${there(stagedOf(schema))} then
        if ${there(schema)} and not ${there(replacedOf(schema))} then ${rename(schema, replacedOf(schema))}; end if;
        ${rename(stagedOf(schema), schema)};
      end if;
    end $$`);
  });

export const clearPostgresState = (where: Where): Promise<void> =>
  on(where, async (pool) => {
    for (const name of [stagedOf(where.schema), replacedOf(where.schema)])
      await pool.query(`drop schema if exists ${quoted(name)} cascade`);
  });
