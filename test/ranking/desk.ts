import { cpSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generate, type Manifest, type Options } from '../../pipelines/ranking/data/generate.ts';
import { type Output, operate, type RunEvent } from '../../src/operate/index.ts';
import { temporaryFolder } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

const root = path.join(import.meta.dirname, '..', '..');
const config = `import { files } from 'esteira';
import { duckdb, folder, project, sqlite, toFile } from 'esteira/config';

export default project({
  name: 'litgo',
  pipelines: { ranking: 'definitions/*.ts' },
  standard: 'local',
  channels: { ltr: [toFile({ path: 'told.txt' })], plantao: [toFile({ path: 'plantao.txt' })] },
  logs: { 'train_ltr_*': 'logs/ltr_training.log' },
  environments: {
    local: {
      warehouse: duckdb({ folder: 'warehouse', threads: 2 }),
      state: sqlite({ file: 'warehouse/state.sqlite' }),
      files: folder({ path: 'data' }),
      models: [folder({ path: 'models' })],
      standIns: { 'landing.match_events': files('match_events/{date}*.jsonl') },
      retries: { times: 0, wait: '1 second' },
    },
  },
});
`;
/** The days before the first of the document's versions. */
export const lastDate = '2025-07-13';

export type Change = (text: string) => string;

/** A project with the pipeline's own definitions; `change` puts other words in the place of theirs. */
function layOut(change: Change): string {
  const folder = temporaryFolder('ranking');
  for (const name of ['node_modules', 'data', 'definitions']) mkdirSync(path.join(folder, name));
  // The package under its own name, so that the definitions meet the very modules that run them.
  symlinkSync(root, path.join(folder, 'node_modules', 'esteira'), 'dir');
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(path.join(folder, 'esteira.config.ts'), change(config));
  for (const file of globSync('pipelines/ranking/definitions/*.ts', { cwd: root }))
    writeFileSync(
      path.join(folder, 'definitions', path.basename(file)),
      change(readFileSync(path.join(root, file), 'utf8')),
    );
  return folder;
}

/** That project, set up, in this process. */
export class Desk {
  readonly folder: string;
  readonly world: World;

  private constructor(folder: string, world: World) {
    this.folder = folder;
    this.world = world;
  }

  static async open(change: Change = (text) => text): Promise<Desk> {
    return Desk.#in(layOut(change));
  }
  /** Another one with what this one had taken in when it was closed. */
  async again(change: Change = (text) => text): Promise<Desk> {
    const folder = layOut(change);
    for (const name of ['data', 'warehouse'])
      cpSync(path.join(this.folder, name), path.join(folder, name), { recursive: true, preserveTimestamps: true });
    return Desk.#in(folder);
  }
  /** As another process would find it. */
  async reopened(): Promise<Desk> {
    await this.close();
    return Desk.#in(this.folder);
  }
  static async #in(folder: string): Promise<Desk> {
    const desk = new Desk(folder, await World.open(folder, `${lastDate}T00:00:00Z`));
    await desk.world.do('setup', {});
    return desk;
  }

  async plant(more: Partial<Options> = {}): Promise<Manifest> {
    return generate({ folder: path.join(this.folder, 'data'), lastDate, ...more });
  }
  /** Takes in the days from one to another, the last one included. */
  async takeIn(first: string, last: string): Promise<void> {
    this.world.setClock(`${last}T23:59:00Z`);
    await this.world.do('backfill', { job: 'ltr_historico', from: first, to: last });
  }
  /** The daily run of a date, when it is due: early on the next day. `each`: what a prediction takes then, in milliseconds. */
  async train(date = lastDate, { again = false, at = due(date), each }: Training = {}): Promise<Version> {
    this.world.setClock(at);
    const { project, events } = this.world;
    let elapsed = 0;
    const clock = { ...project.clock, ...(each ? { elapsed: () => (elapsed += each) } : {}) };
    const told = { emit: (event: RunEvent) => void events.push(event), signal: new AbortController().signal };
    await operate({ ...project, clock }, 'run', { job: 'train_ltr_daily', date, again }, told);
    return await this.newest();
  }
  async newest(): Promise<Version> {
    const { versions } = await this.world.do('models history', { model: 'ltr' });
    return await this.world.do('models show', { model: 'ltr', version: versions[0]?.version ?? '' });
  }
  async champion(): Promise<string | undefined> {
    return (await this.world.do('models history', { model: 'ltr' })).champion;
  }
  /** What runs have said. */
  notes(): readonly string[] {
    return this.world.events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
  }
  rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    return this.world.rows(sql);
  }
  close(): Promise<void> {
    return this.world.close();
  }
}

const due = (date: string): string => `${Temporal.PlainDate.from(date).add({ days: 1 })}T02:15:00Z`;
interface Training {
  readonly again?: boolean;
  readonly at?: string;
  readonly each?: number;
}
type Version = Output<'models show'>;
/** Measures of what does not hold. */
export const failing = ({ trained }: Version): readonly string[] =>
  (trained?.gate.limits ?? []).filter(({ passed }) => !passed).map(({ measure }) => measure);
export function figureOf({ trained }: Version, measure: string): number {
  const limits = trained?.gate.limits ?? [];
  return limits.find((limit) => limit.measure === measure)?.members[0]?.value ?? Number.NaN;
}
