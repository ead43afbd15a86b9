import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { isLost } from './faults.ts';
import { decodeText, encodeText } from './text.ts';

/** An answer that takes longer, in milliseconds, does not come: the connection is given up. */
const longestAnswer = 30_000;
const bigintType = 20;

export function openPool(url: string, other: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'esteira',
    max: 6,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    query_timeout: longestAnswer,
    types: {
      getTypeParser: (type: number, format?: 'text' | 'binary') =>
        type === bigintType && format !== 'binary' ? BigInt : pg.types.getTypeParser(type, format as 'text'),
    } as pg.CustomTypesConfig,
    ...other,
  });
  // A connection that is lost while nothing is asked over it: whoever asks next hears of it, or gets another.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

const encoded = (value: unknown): unknown => (typeof value === 'string' ? encodeText(value) : value);
function decoded(row: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(row)) if (typeof value === 'string') row[name] = decodeText(value);
  return row;
}

/** What Kysely's PostgresDialect asks of a pool. A connection that was lost does not go back into it. */
export function thinPool(pool: pg.Pool): PostgresPool {
  const wrap = (client: pg.PoolClient): PostgresPoolClient => {
    let lost = false;
    return {
      async query(text: string, parameters: readonly unknown[] = []) {
        try {
          const answer = await client.query(text, parameters.map(encoded));
          // Several statements have several results: the last is meant.
          const result: pg.QueryResult = Array.isArray(answer) ? answer.at(-1) : answer;
          result.rows = result.rows.map(decoded);
          return result;
        } catch (error) {
          lost ||= isLost(error);
          throw error;
        }
      },
      // Whoever gets it next must not find a transaction that nobody has ended.
      release: (destroy?: boolean) => client.release(destroy || lost || client.getTransactionStatus() !== 'I'),
    } as unknown as PostgresPoolClient; // Kysely also asks with cursors, which nothing here does
  };
  return { connect: async () => wrap(await pool.connect()), end: () => pool.end(), options: {} };
}
