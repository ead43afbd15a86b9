import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import { ask, server } from '../../../../src/adapters/postgres/testing.ts';
import { Sandbox } from '../../../sandbox.ts';
import { asLanded, differences, landedQuery } from './landed.ts';
import { type Expected, tables, Writer } from './writer.ts';

export const definitions = (
  schema: string,
  job: string,
): string => `import { always, col, env, job, source } from 'esteira';
import { postgres } from 'esteira/postgres';
const app = postgres(env('SHOP_URL'));
const text = () => col.text().optional();
export const things = source('landing.things', { reader: app.changes('${schema}.things'),
  columns: { id: col.integer().key(), part: col.integer().key(), amount: col.decimal(12, 2).optional(), note: text(), big: text() } });
export const wholes = source('landing.wholes', { reader: app.changes('${schema}.wholes'), columns: { id: col.integer().key(), note: text(), big: text() } });
export const follow = job('${job}', { when: always, build: [things, wholes] });
`;

/** A project that follows two tables of a schema of its own, by the command line; and who writes to them. */
export class Shop {
  readonly sandbox: Sandbox;
  readonly schema: string;
  readonly job: string;
  readonly url: string;
  readonly writer: Writer;

  private constructor(of: Pick<Shop, 'sandbox' | 'schema' | 'job' | 'url' | 'writer'>) {
    this.sandbox = of.sandbox;
    this.schema = of.schema;
    this.job = of.job;
    this.url = of.url;
    this.writer = of.writer;
  }

  static async open(options: { seed: number; url?: string; home?: string }): Promise<Shop> {
    const { seed, url = server, home } = options;
    const name = randomBytes(6).toString('hex');
    const schema = `esteira_test_${name}`;
    await ask(`create schema ${schema}; set search_path to ${schema}; ${tables}`, url);
    const job = `follow_${name}`;
    const files = { 'definitions/shop.ts': definitions(schema, job), '.env': `SHOP_URL=${url}\n` };
    const sandbox = new Sandbox(files, home === undefined ? {} : { home });
    const shop = new Shop({ sandbox, schema, job, url, writer: new Writer(url, schema, seed) });
    after(() => shop.close());
    await sandbox.succeed('setup');
    return shop;
  }

  get slot(): string {
    return `esteira_shop_local_${this.job}`;
  }

  say(sql: string): Promise<readonly Record<string, unknown>[]> {
    return ask(`set search_path to ${this.schema}; ${sql}`, this.url);
  }

  /** Brings in what there is; killed at that point of a run, where there is one. Says whether it came to its end. */
  async sync(stop?: string): Promise<boolean> {
    const env = stop === undefined ? {} : { ESTEIRA_STOP_AT: stop };
    const { exit, out, err } = await this.sandbox.start(['sync', '--once'], { env }).ended;
    if (exit !== 0 && (exit !== 137 || stop === undefined)) throw new Error(`sync ended with ${exit}: ${out}${err}`);
    return exit === 0;
  }

  async query(sql: string): Promise<readonly (readonly unknown[])[]> {
    const out = await this.sandbox.succeed('query', sql, '--limit', '1000000', '--json');
    return (JSON.parse(out) as { rows: readonly (readonly unknown[])[] }).rows;
  }

  /** In what the landing is not what the writer says it did. */
  async differences(): Promise<readonly string[]> {
    const read = async (table: Expected['table']) => (await this.query(landedQuery(table))).map(asLanded);
    const landed = { things: await read('things'), wholes: await read('wholes') };
    const found = differences(landed, await this.writer.history());
    const [[told] = []] = await this.query("select sum(n_in) from _esteira.publication where step like '%.landing.%'");
    const rows = landed.things.length + landed.wholes.length;
    return Number(told) === rows ? found : [...found, `${told} rows are published, and ${rows} are there`];
  }

  async close(): Promise<void> {
    await this.writer.end();
    await ask(
      `select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = '${this.slot}' and active`,
      this.url,
    ).catch(() => []);
    for (let left = 50; left > 0; left--) {
      const dropped = await ask(
        `select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '${this.slot}'`,
        this.url,
      ).catch(() => undefined);
      if (dropped) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await ask(
      `drop publication if exists "${this.slot}"; drop schema if exists ${this.schema} cascade`,
      this.url,
    ).catch(() => []);
  }
}
