import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { operate, type RunEvent } from '../../src/operate/index.ts';
import type { ModelHistoryView, ModelsView } from '../../src/operate/views.ts';
import { temporaryFolder } from '../run/support/folder.ts';
import { Random } from '../run/support/random.ts';
import { World } from '../run/support/world.ts';

const definitions = ({ frozen = '', limit = '', aside = false }: Of): string => `
import { alerted, atLeast, atMost, boostedTrees, byHand, col, degradation, files, job, model, monitor, scalar, settings, source, sql, table } from 'esteira';

export const people = table('silver.people', {
  columns: { id: col.integer().key(), minutes: col.real(), chosen: col.boolean() },
  rows: sql\`select cast(p.range as integer) as id, p.range % 100 as minutes, p.range % 100 > 50 as chosen from range(200) as p\`,
});
export const ltr = model('gold.ltr', { from: people, features: ['minutes'], target: 'chosen', learner: boostedTrees({ trees: 1, refine: { trees: 1, most: 40 } }) });
export const answers = source('bronze.answers', {
  reader: files('answers/*.csv'),
  columns: { id: col.text().key(), role: col.text(), model_version: col.text(), predicted_at: col.timestamp(), hit: col.boolean().optional() },
});
export const outcomes = table('gold.outcomes', { columns: answers.columns, rows: sql\`select * from \${answers.unread}\`, write: 'merge' });
export const limits = settings('config.limits', { worse: col.real().default(0.02) });
export const worse = monitor('hits', {
  expect: atMost(degradation(outcomes, { model: ltr, of: 'hit', version: 'model_version', at: 'predicted_at', matures: '2 hours' }), limits.worse),
  tell: 'people',
});
export const plain = monitor('plain', {
  expect: atLeast(scalar(sql\`select avg(case when hit then 1.0 else 0.0 end) from \${outcomes}
    where role = 'champion' and model_version = \${ltr.champion} having count(hit) >= 100\`), ${limit || '0.1'}),
});
export const train = job('train', { when: byHand, train: [ltr] });
export const hourly = job('hourly', { when: byHand, refine: [ltr] });
export const log = job('log', { when: byHand, build: [outcomes] });
${aside ? besides : ''}
export const back = job('ltr_rollback', { when: alerted(worse), rollback: [${frozen ? `{ model: ltr, frozen: '${frozen}' }` : 'ltr'}${aside ? ', aside' : ''}], tell: 'people' });`;
/** A model that has nothing to go back to. */
const besides = `
export const aside = model('gold.aside', { from: people, features: ['minutes'], target: 'chosen', learner: boostedTrees({ trees: 1 }) });
export const once = job('once', { when: byHand, train: [aside] });
`;
const config = `import { duckdb, folder, project, sqlite, toFile } from 'esteira/config';
export default project({
  name: 'litgo', pipelines: { ranking: 'definitions/*.ts' }, standard: 'local', channels: { people: [toFile({ path: 'told.txt' })] },
  environments: { local: {
    warehouse: duckdb({ folder: 'warehouse', threads: 1 }), state: sqlite({ file: 'warehouse/state.sqlite' }),
    files: folder({ path: 'data' }), retries: { times: 0, wait: '1 second' },
  } },
});
`;
const root = path.join(import.meta.dirname, '..', '..');

interface Of {
  /** Good days that end a freeze. */
  readonly frozen?: string;
  readonly limit?: string;
  /** Another model is taken back with it. */
  readonly aside?: boolean;
  readonly seed?: number;
}

/** A project whose model answers, whose answers have outcomes as planted, and whose schedules are looked at every hour. */
export class Served {
  readonly folder: string;
  readonly #random: Random;
  #world: World | undefined;
  #now: Temporal.Instant;
  #rows = 0;

  private constructor(folder: string, seed: number) {
    this.folder = folder;
    this.#random = new Random(seed);
    this.#now = Temporal.Instant.from('2026-03-02T00:00:00Z');
  }

  /** With a champion that has answered for so many days, and had that share of hits. */
  static async after(days: number, rate: number, of: Of = {}): Promise<Served> {
    const folder = temporaryFolder('served');
    for (const [file, text] of Object.entries({
      'package.json': '{ "type": "module" }',
      'esteira.config.ts': config,
      'definitions/ltr.ts': definitions(of),
      'data/answers/none.csv': 'id,role,model_version,predicted_at,hit\n',
    })) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    }
    mkdirSync(path.join(folder, 'node_modules'));
    symlinkSync(root, path.join(folder, 'node_modules', 'esteira'));
    const served = new Served(folder, of.seed ?? 1);
    const { world } = await served.open();
    await world.do('setup', {});
    await served.keep();
    await served.train();
    served.answer(days * 24, rate);
    await served.log();
    return served;
  }

  get now(): Temporal.Instant {
    return this.#now;
  }
  get world(): World {
    if (!this.#world) throw new Error('the project is not open');
    return this.#world;
  }
  async open(): Promise<this> {
    this.#world ??= await World.open(this.folder, this.#now.toString());
    return this;
  }
  async close(): Promise<void> {
    await this.#world?.close();
    this.#world = undefined;
  }

  later(duration: Temporal.DurationLike): void {
    this.#now = this.#now.add(duration);
    this.#world?.setClock(this.#now.toString());
  }

  /** So many hours pass in which a version answers 60 requests each, of which that share has a hit; `of`: which version, by default the champion. */
  answer(hours: number, rate: number, of = this.champion, role = 'champion'): void {
    const lines: string[] = [];
    for (let hour = 0; hour < hours; hour += 1) {
      for (let one = 0; one < 60; one += 1) {
        this.#rows += 1;
        const at = this.#now.add({ minutes: one });
        lines.push(`r${this.#rows},${role},${of},${at},${this.#random.chance(rate)}`);
      }
      this.later({ hours: 1 });
    }
    writeFileSync(
      path.join(this.folder, 'data', 'answers', `${this.#rows}.csv`),
      `id,role,model_version,predicted_at,hit\n${lines.join('\n')}\n`,
    );
  }
  champion = '';

  /** A version that is whole; the champion, unless something keeps it from that. */
  async train(job = 'train'): Promise<string> {
    this.later({ minutes: 1 });
    await this.world.run(job);
    const { versions } = await this.history();
    return versions[0]?.version ?? '';
  }
  /** What has come is brought in, and monitors look at it. */
  async log(): Promise<void> {
    this.later({ minutes: 1 });
    await this.world.run('log');
  }
  /** What is due is run; gives what was said of it. */
  async keep(): Promise<readonly string[]> {
    const before = this.world.events.length;
    await this.world.do('start', { once: true });
    await this.history();
    return this.world.events.slice(before).flatMap((event) => (event.type === 'schedule' ? [event.text] : []));
  }
  /** Keeps the schedules while the work goes on, which is given what was said so far. */
  async keepDuring(work: (said: readonly string[]) => Promise<void>): Promise<void> {
    const said: string[] = [];
    const stop = new AbortController();
    const emit = (event: RunEvent): void => {
      if (event.type === 'schedule') said.push(event.text);
    };
    const keeping = operate(this.world.project, 'start', {}, { emit, signal: stop.signal });
    try {
      await work(said);
    } finally {
      stop.abort();
      await keeping;
    }
  }
  async history(): Promise<ModelHistoryView> {
    const history = await this.world.do('models history', { model: 'ltr', limit: 50 });
    this.champion = history.champion ?? '';
    return history;
  }
  async model(): Promise<ModelsView['models'][number]> {
    const { models } = await this.world.do('models', {});
    return models[0] as ModelsView['models'][number];
  }
  async verdict(): Promise<string> {
    const { monitors } = await this.world.do('monitors', { name: 'hits' });
    return monitors[0]?.last?.verdict ?? '';
  }
}
