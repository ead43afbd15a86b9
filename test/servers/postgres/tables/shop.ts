import { randomBytes } from 'node:crypto';
import { ask, server } from '../../../../src/adapters/postgres/testing.ts';
import { EsteiraError } from '../../../../src/errors.ts';
import { temporaryFolder, writeProject } from '../../../run/support/folder.ts';
import { World } from '../../../run/support/world.ts';

/** The words of a definition file. */
export const words = `import { byHand, col, cron, files, history, job, keepLatest, mergeDeleting, run, source, sql, table } from 'esteira';
import { env } from 'esteira';
import { postgres } from 'esteira/postgres';
const app = postgres(env('SHOP_URL'));
`;

const start = Temporal.Instant.from('2026-03-10T06:00:00Z');

/** A project that reads tables of a schema of its own on the server; `$` stands for the schema. */
export class Shop {
  readonly world: World;
  readonly schema: string;

  #minutes = 0;

  private constructor(world: World, schema: string) {
    this.world = world;
    this.schema = schema;
  }

  static async open(of: {
    /** What is there before the first run. */
    readonly sql: string;
    readonly definitions: string;
    /** In place of the server itself. */
    readonly url?: string;
    readonly trace?: (point: string) => void | Promise<void>;
  }): Promise<Shop> {
    const schema = `esteira_test_${randomBytes(6).toString('hex')}`;
    await ask(`create schema ${schema}; set search_path to ${schema}; ${of.sql}`);
    const folder = temporaryFolder('tables');
    writeProject(folder, { catalog: 'shop', definitions: words + of.definitions.replaceAll('$.', `${schema}.`) });
    process.env['SHOP_URL'] = of.url ?? server;
    try {
      const world = await World.open(folder, start.toString(), of.trace);
      await world.do('setup', {});
      return new Shop(world, schema);
    } catch (error) {
      await ask(`drop schema ${schema} cascade`);
      throw error;
    }
  }

  /** On the server. */
  async say(sql: string): Promise<readonly Record<string, unknown>[]> {
    return await ask(`set search_path to ${this.schema}; ${sql}`);
  }
  /** The run of a job, and what it warned of. */
  async run(job = 'daily', date?: string, other = {}): Promise<readonly string[]> {
    this.world.events.length = 0;
    this.#minutes += 1;
    this.world.setClock(start.add({ minutes: this.#minutes }).toString());
    await this.world.run(job, date, other);
    return this.world.events.flatMap((event) => (event.type === 'note' && event.level === 'warn' ? [event.text] : []));
  }
  /** As the run itself meets it; that it is found before is seen by `refused`. */
  async fails(job = 'daily', other: object = { anyway: true }): Promise<EsteiraError> {
    const error = await this.run(job, undefined, other).then(
      () => new Error('the run did not fail'),
      (thrown: unknown) => thrown,
    );
    if (error instanceof EsteiraError) return error;
    throw error;
  }
  async refused(): Promise<EsteiraError> {
    return await this.fails('daily', {});
  }
  async rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    return await this.world.rows(sql);
  }
  async close(): Promise<void> {
    await this.world.close();
    await ask(`drop schema ${this.schema} cascade`);
  }
}
