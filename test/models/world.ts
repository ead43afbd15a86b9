import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import type { Ended } from '../sandbox.ts';
import { Sandbox } from '../sandbox.ts';

/** Whoever gives the commands. */
export const me = userInfo().username;

const words =
  'approvedBy, atLeast, atMost, byHand, col, drift, inertia, job, kmeans, model, monitor, noWorse, settings, settingsTable, sql, table';

/** People in segments that stand far apart, of two shops; how many segments, how far up they are and which shops there are is set. */
const definitions = ({ release = '', more = '' }: { readonly release?: string; readonly more?: string }): string => `
import { ${words} } from 'esteira';

export const planted = settings('config.planted', {
  segments: col.integer().default(3), shift: col.real().default(0), silhouette: col.real().default(0.5),
  age: col.duration().default('30 days'),
});
export const shops = settingsTable('config.shops', { shop: col.text().key(), size: col.integer() }, [
  { shop: 'store', size: 300 }, { shop: 'web', size: 200 },
]);
export const people = table('silver.people', {
  columns: { id: col.integer().key(), shop: col.text().key(), plan: col.text(), minutes: col.real(), visits: col.real().optional() },
  rows: sql\`select cast(p.range as integer) as id, s.shop, case when p.range % \${planted.segments} = 0 then 'básico' else 'pro' end as plan,
    (p.range % \${planted.segments}) * 1000.0 + (p.range * 37) % 101 + \${planted.shift} as minutes,
    case when p.range % 50 = 0 then null else (p.range % \${planted.segments}) * 5.0 + ((p.range * 53) % 97) / 97.0 end as visits
    from range(300) as p, \${shops} as s where p.range < s.size\`,
});
export const usage = model('analytics.usage', {
  from: people, each: ['shop'], features: ['minutes', 'visits', 'plan'], missing: { visits: 'leave out' },
  learner: kmeans({ clusters: { from: 2, to: 5 }, restarts: 3 }),
  gate: [atLeast('silhouette', planted.silhouette), atLeast('samples', 50)],
  maxAge: planted.age, ${release}
});
export const labels = table('analytics.labels', {
  columns: { shop: col.text().key(), centroid_id: col.integer().key(), label: col.text() },
  rows: sql\`select shop, centroid_id, 'nível ' || rank() over (partition by shop order by minutes) as label from \${usage.centroids}\`,
});
export const scores = table('analytics.scores', {
  columns: { id: col.integer().key(), shop: col.text().key(), label: col.text().optional(), model_version: col.text() },
  rows: sql\`select p.id, p.shop, l.label, p.model_version from \${usage.predict(people)} as p left join \${labels} as l on l.shop = p.shop and l.centroid_id = p.centroid_id\`,
});
export const train = job('train', { when: byHand, train: [usage] });
export const label = job('label', { when: byHand, build: [labels] });
export const retrain = job('retrain', { when: byHand, train: [usage], build: [labels] });
export const daily = job('daily', { when: byHand, build: [scores] });
${more}
`;
const config = (group: string): string => `import { duckdb, folder, project, sqlite } from 'esteira/config';
export default project({
  name: 'shop', pipelines: { shop: 'definitions/*.ts' }, standard: 'local', groups: { dados: ['${group}'] },
  environments: { local: {
    warehouse: duckdb({ folder: 'warehouse', threads: 1 }), state: sqlite({ file: 'warehouse/state.sqlite' }),
    files: folder({ path: 'data' }), retries: { times: 0, wait: '1 second' },
  } },
});
`;

export const waiting = "release: approvedBy('dados')";

/** That project, set up. */
export class World {
  readonly sandbox: Sandbox;
  #now = Temporal.Instant.from('2026-03-10T12:00:00Z');

  constructor(options: { readonly release?: string; readonly more?: string; readonly group?: string }) {
    const { group = me, ...of } = options;
    this.sandbox = new Sandbox(
      { 'definitions/shop.ts': definitions(of), 'esteira.config.ts': config(group) },
      { inside: true },
    );
  }

  /** Versions are named by the minute: each training is of its own. */
  later(duration: Temporal.DurationLike): void {
    this.#now = this.#now.add(duration);
  }
  get env(): NodeJS.ProcessEnv {
    return { ESTEIRA_NOW: this.#now.toString() };
  }
  give(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.sandbox.give(words, { ...this.env, ...env });
  }
  async succeed(...words: string[]): Promise<string> {
    const { exit, out, err } = await this.give(words);
    assert.equal(exit, 0, `esteira ${words.join(' ')}: ${out}${err}`);
    return out;
  }
  async ask<Result>(...words: string[]): Promise<Result> {
    return JSON.parse(await this.succeed(...words, '--json')) as Result;
  }
  /** The code with which it ends. */
  async refused(...words: string[]): Promise<string> {
    const { exit, out } = await this.give([...words, '--json']);
    assert.notEqual(exit, 0, `esteira ${words.join(' ')} succeeded: ${out}`);
    return JSON.parse(out).error.code;
  }
  /** Trains a version an hour later, and gives its name. */
  async trained(jobName: 'train' | 'retrain' = 'retrain'): Promise<string> {
    this.later({ hours: 1 });
    await this.succeed('run', jobName);
    const { versions } = await this.history();
    return versions[0]?.version ?? '';
  }
  history(): Promise<{
    readonly champion?: string;
    readonly moves: readonly { from?: string; to: string; by: string; reason: string }[];
    readonly versions: readonly { version: string; state: string; waits?: string; next?: string }[];
  }> {
    return this.ask('models', 'history', 'usage');
  }
  async champion(): Promise<string | undefined> {
    return (await this.history()).champion;
  }
  async rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    return (await this.ask<{ readonly rows: readonly (readonly unknown[])[] }>('query', sql)).rows;
  }
}
