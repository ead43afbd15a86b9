import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EsteiraError } from '../../../src/errors.ts';
import { temporaryFolder, writeProject } from '../../run/support/folder.ts';
import { World } from '../../run/support/world.ts';
import { firstOffset, makeTopic, plain } from './broker.ts';

const words = `import { byHand, col, cron, env, files, firstOf, from, history, job, keepLatest, mergeDeleting, replaceEach, source, sql, table } from 'esteira';
import { kafka } from 'esteira/kafka';
`;
const start = Temporal.Instant.from('2026-03-10T06:00:00Z');

/** A project that reads a topic of its own. */
export class Shop {
  world: World;
  readonly topic: string;
  readonly folder: string;
  #minutes = 0;

  private constructor(world: World, topic: string, folder: string) {
    this.world = world;
    this.topic = topic;
    this.folder = folder;
  }

  static async open(of: {
    readonly definitions: string;
    readonly partitions?: number;
    readonly configs?: Readonly<Record<string, string>>;
    /** In place of the broker itself. */
    readonly servers?: string;
    readonly trace?: (point: string) => void | Promise<void>;
  }): Promise<Shop> {
    const topic = await makeTopic(of.partitions, of.configs);
    const folder = temporaryFolder('topics');
    writeProject(folder, { catalog: 'shop', definitions: words + of.definitions });
    process.env['KAFKA_BOOTSTRAP_SERVERS'] = of.servers ?? plain;
    process.env['KAFKA_TOPIC'] = topic;
    const world = await World.open(folder, start.toString(), of.trace);
    await world.do('setup', {});
    return new Shop(world, topic, folder);
  }

  file(name: string, text: string): void {
    const file = path.join(this.folder, 'files', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  /** The run of a job, and what it warned of. */
  async run(date?: string, job = 'daily', other = {}): Promise<readonly string[]> {
    this.world.events.length = 0;
    this.#minutes += 1;
    this.world.setClock(start.add({ minutes: this.#minutes }).toString());
    await this.world.run(job, date, other);
    return this.world.events.flatMap((event) => (event.type === 'note' && event.level === 'warn' ? [event.text] : []));
  }
  /** As the run itself meets it, not the look before it. */
  async fails(date?: string): Promise<EsteiraError> {
    const error = await this.run(date, 'daily', { anyway: true }).then(
      () => new Error('the run did not fail'),
      (thrown: unknown) => thrown,
    );
    if (error instanceof EsteiraError) return error;
    throw error;
  }
  /** The first message that a partition of its topic still has. */
  async first(partition: number): Promise<bigint> {
    return await firstOffset(this.topic, partition);
  }
  async rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    return await this.world.rows(sql);
  }
  /** Other definitions, from now on. */
  async define(definitions: string): Promise<void> {
    // Under another name: a process loads a module once.
    rmSync(path.join(this.folder, 'definitions', 'all.ts'));
    writeFileSync(path.join(this.folder, 'definitions', 'others.ts'), words + definitions);
    await this.reopen(process.env['KAFKA_BOOTSTRAP_SERVERS'] ?? plain);
  }
  /** As another process would find it: with the broker at that address. */
  async reopen(servers: string): Promise<void> {
    await this.world.close();
    process.env['KAFKA_BOOTSTRAP_SERVERS'] = servers;
    this.world = await World.open(this.folder, start.add({ minutes: this.#minutes }).toString());
  }
  async close(): Promise<void> {
    await this.world.close();
  }
}
