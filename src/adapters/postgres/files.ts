import { createReadStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { EsteiraError } from '../../errors.ts';
import { type Content, type KeptFiles, type LookedFile, namesIn } from '../../ports/index.ts';
import { addressOf } from './address.ts';
import { openPool } from './connection.ts';
import { isLost, isPassing, isRefused } from './faults.ts';
import { lockOf, quoted } from './statements.ts';

interface FilesOptions {
  readonly url: string;
  readonly schema: string;
  /** How long a connection that was lost is sought, in milliseconds. */
  readonly patience?: number;
}
/** Of one row, in bytes: a value of Postgres has its limit, and a message is in memory as a whole. */
const partSize = 4 * 2 ** 20;
const longestPause = 2000;

type PostgresFiles = KeptFiles & Required<Pick<KeptFiles, 'probe'>>;

/** Whole files in two tables of a schema of their own: their names, and what they contain, in parts. Nothing is asked before the first of them is. */
export function postgresFiles({ url, schema, patience = 20_000 }: FilesOptions): PostgresFiles {
  const describe = `Postgres ${addressOf(url)}, schema ${schema}`;
  // Stores are not closed: a connection that nobody uses keeps no process alive.
  const pool = openPool(url, { max: 4, allowExitOnIdle: true });
  const [file, part, numbers] = ['file', 'file_part', 'file_content'].map((one) => `${quoted(schema)}.${one}`);
  let isMade: Promise<void> | undefined;

  /** Does it again while what kept it from being done may pass. */
  async function repeated<Result>(attempt: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    const until = performance.now() + patience;
    for (let pause = 50; ; pause = Math.min(pause * 2, longestPause)) {
      try {
        const client = await pool.connect();
        let failed: unknown;
        try {
          return await attempt(client);
        } catch (error) {
          failed = error;
          throw error;
        } finally {
          client.release(failed !== undefined);
        }
      } catch (error) {
        if (!isPassing(error) || performance.now() + pause > until) throw named(error, describe);
      }
      await sleep(pause);
    }
  }

  function made(): Promise<void> {
    isMade ??= repeated(async (client) => {
      const { rows } = await client.query('select to_regclass($1) is not null as found', [file]);
      if (rows[0]?.found) return;
      await client.query(`begin; select pg_advisory_xact_lock(${lockOf(schema)})`);
      // Asked first: the right to make schemas is needed even for one that is there.
      const there = await client.query('select to_regnamespace($1) is not null as found', [quoted(schema)]);
      if (!there.rows[0]?.found) await client.query(`create schema ${quoted(schema)}`);
      await client.query(`create sequence if not exists ${numbers};
        create table if not exists ${file} (path text collate "C" primary key, content bigint not null);
        create table if not exists ${part} (content bigint, number integer, bytes bytea not null, primary key (content, number));
        commit`);
    }).catch((error) => {
      isMade = undefined;
      throw error;
    });
    return isMade;
  }
  const asked = async (text: string, values: readonly unknown[]): Promise<readonly Record<string, unknown>[]> => {
    await made();
    return (await repeated((client) => client.query(text, [...values]))).rows;
  };
  /** Each content has a number of its own, by which it is known again after an answer that was lost. */
  const numberOf = async (): Promise<bigint> =>
    (await asked(`select nextval('${numbers}') as number`, []))[0]?.['number'] as bigint;

  /** In one transaction: `name` gives the name to the content, or does not. */
  async function put(
    content: Content,
    number: bigint,
    name: (client: pg.PoolClient) => Promise<boolean>,
  ): Promise<boolean> {
    return repeated(async (client) => {
      await client.query('begin');
      if (!(await name(client))) {
        await client.query('rollback');
        return false;
      }
      let index = 0;
      for await (const bytes of partsOf(content)) {
        await client.query(`insert into ${part} values ($1, $2, $3)`, [number, index, bytes]);
        index += 1;
      }
      await client.query('commit');
      return true;
    });
  }
  const isNamed = async (client: pg.PoolClient, path: string, number: bigint): Promise<boolean> => {
    const { rows } = await client.query(`select 1 from ${file} where path = $1 and content = $2`, [path, number]);
    return rows.length > 0;
  };
  async function look(path: string): Promise<LookedFile | undefined> {
    const name = namesIn(path).join('/');
    const rows = await asked(
      `select f.content, p.bytes from ${file} f left join ${part} p on p.content = f.content where f.path = $1 order by p.number`,
      [name],
    );
    const [first] = rows;
    if (!first) return undefined;
    const parts = rows.flatMap(({ bytes }) => (bytes === null ? [] : [bytes as Buffer]));
    return { bytes: parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts), mark: String(first['content']) };
  }

  return Object.freeze<PostgresFiles>({
    describe,
    look,
    read: async (path) => (await look(path))?.bytes,
    async keep(path, content) {
      const name = namesIn(path).join('/');
      const number = await numberOf();
      let isOurs = false;
      const isKept = await put(content, number, async (client) => {
        const insert = `insert into ${file} values ($1, $2) on conflict do nothing returning 1`;
        if ((await client.query(insert, [name, number])).rows.length > 0) return true;
        // By an attempt whose commit had no answer.
        isOurs = await isNamed(client, name, number);
        return false;
      });
      return isKept || isOurs ? 'kept' : 'there';
    },
    async replace(path, { bytes, mark }) {
      const name = namesIn(path).join('/');
      if (!/^\d{1,18}$/.test(mark)) return 'overtaken';
      const number = await numberOf();
      let isOurs = false;
      const isReplaced = await put({ bytes }, number, async (client) => {
        const update = `update ${file} set content = $3 where path = $1 and content = $2 returning 1`;
        if ((await client.query(update, [name, mark, number])).rows.length === 0) {
          isOurs = await isNamed(client, name, number);
          return false;
        }
        await client.query(`delete from ${part} where content = $1`, [mark]);
        return true;
      });
      return isReplaced || isOurs ? 'replaced' : 'overtaken';
    },
    async remove(path) {
      const name = namesIn(path).join('/');
      await asked(
        `with gone as (delete from ${file} where path = $1 returning content) delete from ${part} where content in (select content from gone)`,
        [name],
      );
    },
    async below(folder, limit) {
      const start = folder === '' ? '' : `${namesIn(folder).join('/')}/`;
      const rows = await asked(
        `select path from ${file} where starts_with(path, $1) and substr(path, length($1) + 1) !~ '(^|/)[.]' order by path limit $2`,
        [start, limit],
      );
      return rows.map(({ path }) => String(path));
    },
    probe: async () => {
      await asked(`select 1 from ${file} limit 1`, []);
    },
  });
}

async function* partsOf(content: Content): AsyncGenerator<Buffer> {
  if ('file' in content) {
    yield* createReadStream(content.file, { highWaterMark: partSize });
    return;
  }
  const bytes = Buffer.from(content.bytes.buffer, content.bytes.byteOffset, content.bytes.byteLength);
  for (let from = 0; from < bytes.length; from += partSize) yield bytes.subarray(from, from + partSize);
}

/** What Postgres or the way to it said, with a code of ours; any other error as it is. */
function named(error: unknown, where: string): unknown {
  if (error instanceof EsteiraError || !(isPassing(error) || isRefused(error) || isLost(error))) return error;
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const got = message.includes(code) ? message || 'no answer' : `${message} (${code})`.trim();
  if (isRefused(error))
    return new EsteiraError(
      'STORE_REFUSED',
      {
        ...{ what: 'The database that is to keep files refuses Esteira.', where, got },
        next: 'Correct the address, the password or the rights of its user: it makes and writes tables in its schema.',
      },
      { cause: error },
    );
  return new EsteiraError(
    'STORE_UNREACHABLE',
    {
      ...{ what: 'The database that keeps files does not answer.', where, got },
      next: 'See whether it runs and can be reached from here, and give the command again: nothing is lost.',
    },
    { cause: error },
  );
}
