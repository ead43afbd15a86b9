import { globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generate, type Manifest, type Options } from '../../pipelines/pricing/data/generate.ts';
import { temporaryFolder } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

const root = path.join(import.meta.dirname, '..', '..');
const config = `import { duckdb, env, folder, project, s3, sqlite, toFile } from 'esteira/config';

export default project({
  name: 'precos',
  pipelines: { pricing: 'definitions/*.ts' },
  standard: 'local',
  channels: { comercial: [toFile({ path: 'told.txt' })], dados: [toFile({ path: 'told.txt' })] },
  groups: { comercial: ['ana', 'rui'], precos: ['eva'] },
  environments: {
    local: {
      warehouse: duckdb({ folder: 'warehouse', threads: 2 }),
      state: sqlite({ file: 'warehouse/state.sqlite' }),
      files: folder({ path: 'data' }),
      models: [folder({ path: 'models' })],
      retries: { times: 0, wait: '1 second' },
    },
  },
});
`;

/** A project with the pipeline's own definitions, set up, and what came into its bucket night by night. */
export class Desk {
  readonly folder: string;
  readonly world: World;
  readonly #options: Omit<Options, 'folder' | 'through'>;

  private constructor(folder: string, world: World, options: Omit<Options, 'folder' | 'through'>) {
    this.folder = folder;
    this.world = world;
    this.#options = options;
  }

  /** `files`: what stands in the configuration as the store of files, where that is not the folder into which they come. */
  static async open(options: Omit<Options, 'folder' | 'through'>, files = "folder({ path: 'data' })"): Promise<Desk> {
    const folder = temporaryFolder('pricing');
    for (const name of ['node_modules', 'data', 'definitions']) mkdirSync(path.join(folder, name));
    // The package under its own name, so that the definitions meet the very modules that run them.
    symlinkSync(root, path.join(folder, 'node_modules', 'esteira'), 'dir');
    writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }\n');
    writeFileSync(path.join(folder, 'esteira.config.ts'), config.replace("folder({ path: 'data' })", files));
    for (const file of globSync('pipelines/pricing/definitions/*.ts', { cwd: root }))
      writeFileSync(path.join(folder, 'definitions', path.basename(file)), readFileSync(path.join(root, file), 'utf8'));
    const desk = new Desk(folder, await World.open(folder, '2026-01-01T00:00:00Z'), options);
    await desk.world.do('setup', {});
    return desk;
  }

  /** The files that have come by the end of a date, and the clock of the morning after it. */
  async come(date: string): Promise<Manifest> {
    const manifest = await generate({ folder: path.join(this.folder, 'data'), ...this.#options, through: date });
    this.world.setClock(`${Temporal.PlainDate.from(date).add({ days: 1 })}T05:00:00Z`);
    return manifest;
  }
  /** The nightly run of a date, as far as it needs no model. */
  async night(date: string): Promise<Manifest> {
    const manifest = await this.come(date);
    await this.world.do('run', { job: 'pricing_diario', date, select: ['+gold.to_price'] });
    return manifest;
  }
  /** Trained on what is known of a date, and let through. */
  async learn(date: string): Promise<void> {
    await this.world.run('pricing_retreino', date);
    await this.world.do('approve', { model: 'price_elasticity', by: 'ana', reason: 'a test' });
  }
  close(): Promise<void> {
    return this.world.close();
  }
}
