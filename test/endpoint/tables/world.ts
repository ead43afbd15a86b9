import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { folderStore } from '../../../src/adapters/files/store.ts';
import type { Endpoint } from '../../../src/define/index.ts';
import type { KeptFiles } from '../../../src/ports/index.ts';
import type { Project } from '../../../src/run/index.ts';
import { type Latest, latestPath, readLatestText } from '../../../src/serve/tables/index.ts';
import { temporaryFolder, writeProject } from '../../run/support/folder.ts';
import { World } from '../../run/support/world.ts';

export const table = 'shop.silver.items';
export const folder = `endpoints/shop/tables/${table}`;

export const definitions = `import { byHand, col, cron, endpoint, files, job, keepLatest, linearRegression, model, settings, source, table } from 'esteira';
export const limits = settings('config.limits', {
  share: col.real().default(0.5), wait: col.duration().default('40 ms'), slowest: col.duration().default('15 ms'),
});
const columns = { id: col.text().key(), round: col.integer(), seven: col.integer(), half: col.real() };
export const raw = source('landing.items', { reader: files('items/*.jsonl'), columns: { ...columns, id: col.text() } });
export const items = table('silver.items', { columns, rows: raw.unread, write: 'merge', duplicates: keepLatest('round') });
export const demand = model('gold.demand', { from: items, features: ['round'], target: 'half', learner: linearRegression() });
export const shop = endpoint('shop', {
  path: '/api/items', model: demand, request: { ids: col.list(col.text()) }, answer: { rows: col.integer() }, lookup: { items },
  handle: ({ request, lookup }) => ({ rows: lookup.items(request.ids).length }),
  fallback: ({ request, lookup }) => ({ rows: lookup.items(request.ids).length }),
  deadline: limits.wait, sample: limits.share,
});
export const daily = job('daily', { when: byHand, build: [items] });
export const nightly = job('nightly', { when: cron('0 2 * * *'), build: [items] });
`;

/** A project with an endpoint that looks items up; each round writes all of them anew. */
export class Shop {
  readonly world: World;
  readonly folder: string;
  /** The store that endpoints read. */
  readonly store: KeptFiles;
  #now = Temporal.Instant.from('2026-09-17T06:00:00Z');

  private constructor(folder: string, world: World) {
    this.folder = folder;
    this.world = world;
    this.store = folderStore({ path: path.join(folder, 'files') });
  }

  static async open(trace?: (point: string) => void | Promise<void>): Promise<Shop> {
    const root = temporaryFolder('shop');
    writeProject(root, { catalog: 'shop', definitions });
    const shop = new Shop(root, await World.open(root, '2026-09-17T06:00:00Z', trace));
    await shop.world.do('setup', {});
    return shop;
  }

  get project(): Project {
    return this.world.project;
  }
  get endpoint(): Endpoint {
    return this.project.graph.endpoints.get('shop') as Endpoint;
  }
  get now(): Temporal.Instant {
    return this.#now;
  }
  later(time: Temporal.DurationLike): void {
    this.#now = this.#now.add(time);
    this.world.setClock(this.#now.toString());
  }

  /** What a round says in each of its rows, so that one row tells of another whether they are of one. */
  async deliver(round: number, rows = 40): Promise<void> {
    // Runs of one moment are one run.
    this.later({ seconds: 1 });
    const lines = Array.from({ length: rows }, (_, index) =>
      JSON.stringify({ id: `i${index}`, round, seven: round * 7 + index, half: round / 2 }),
    );
    await this.store.keep(`items/${round}.jsonl`, { bytes: Buffer.from(`${lines.join('\n')}\n`) });
  }

  /** All of them anew, and published: `run` does all that `esteira run` does. */
  async round(round: number, rows?: number): Promise<void> {
    await this.deliver(round, rows);
    await this.world.run('daily');
  }

  /** As the store says it; throws where it says nothing whole. */
  async latest(of: KeptFiles = this.store): Promise<Latest> {
    const found = readLatestText(await of.read(latestPath('shop', table)));
    if (found.is !== 'whole') throw new Error(`latest is ${found.is}`);
    return found.latest;
  }
  async files(): Promise<readonly string[]> {
    const all = await this.store.below(folder, 99);
    return all.map((one) => one.slice(folder.length + 1));
  }
  async owed(): Promise<readonly (readonly [string, string | undefined])[]> {
    const records = await this.project.state.published.all();
    return records.map(({ model, owed }) => [model, owed?.error] as const);
  }

  put(file: string, text: string): void {
    writeFileSync(path.join(this.folder, 'files', file), text);
  }
}
