import {
  appendFileSync,
  existsSync,
  globSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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

type Asked = Omit<Options, 'folder' | 'through'>;

/** Everything that will ever come, written. */
async function shelved(folder: string, options: readonly Asked[]): Promise<Manifest> {
  const [only] = options;
  if (options.length === 1 && only) return await generate({ folder, ...only });
  const manifests: Manifest[] = [];
  for (const one of options) {
    const own = path.join(folder, 'own');
    manifests.push(await generate({ folder: own, ...one, regions: 1 }));
    for (const file of globSync('*/*.csv', { cwd: own })) {
      const whole = path.join(folder, file);
      const [header = '', ...lines] = readFileSync(path.join(own, file), 'utf8').split('\n');
      const text = lines.join('\n').replaceAll('r01', `s${String(one.seed).padStart(2, '0')}`);
      mkdirSync(path.dirname(whole), { recursive: true });
      appendFileSync(whole, existsSync(whole) ? text : `${header}\n${text}`);
    }
    rmSync(own, { recursive: true });
  }
  const [first] = manifests as [Manifest];
  const days = first.days.map((day, index) => {
    const corrections = manifests.reduce((sum, { days: all }) => sum + (all[index]?.corrections ?? 0), 0);
    return { ...day, corrections };
  });
  return { ...first, days };
}

/** A project with the pipeline's own definitions, set up, and what came into its bucket night by night. */
export class Desk {
  readonly folder: string;
  readonly world: World;
  readonly #options: readonly Asked[];
  readonly #come = new Set<string>();
  #manifest: Promise<Manifest> | undefined;

  private constructor(folder: string, world: World, options: readonly Asked[]) {
    this.folder = folder;
    this.world = world;
    this.#options = options;
  }

  /**
   * With several plans each is a region of its own: `s01` that of seed 1. `files`: what stands in the configuration as the store of files, where that is not the
   * folder into which they come; `edited`: what is made of each file of definitions.
   */
  static async open(
    plans: Asked | readonly Asked[],
    files = "folder({ path: 'data' })",
    edited: (text: string) => string = (text) => text,
  ): Promise<Desk> {
    const folder = temporaryFolder('pricing');
    for (const name of ['node_modules', 'data', 'definitions']) mkdirSync(path.join(folder, name));
    // The package under its own name, so that the definitions meet the very modules that run them.
    symlinkSync(root, path.join(folder, 'node_modules', 'esteira'), 'dir');
    writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }\n');
    writeFileSync(path.join(folder, 'esteira.config.ts'), config.replace("folder({ path: 'data' })", files));
    for (const file of globSync('pipelines/pricing/definitions/*.ts', { cwd: root }))
      writeFileSync(
        path.join(folder, 'definitions', path.basename(file)),
        edited(readFileSync(path.join(root, file), 'utf8')),
      );
    const desk = new Desk(folder, await World.open(folder, '2026-01-01T00:00:00Z'), [plans].flat());
    await desk.world.do('setup', {});
    return desk;
  }

  /** The files that have come by the end of a date, each written once, and the clock of the morning after it. */
  async come(date: string): Promise<Manifest> {
    const [shelf, data] = [path.join(this.folder, 'shelf'), path.join(this.folder, 'data')];
    this.#manifest ??= shelved(shelf, this.#options);
    const manifest = await this.#manifest;
    for (const { date: of, delivered, corrections, corrected, seen } of manifest.days)
      for (const [file, on] of [
        [`sales/${of}.csv`, delivered],
        ...(corrections > 0 ? [[`sales/${of}-correcao.csv`, corrected] as const] : []),
        [`stock/${of}.csv`, of],
        [`competitors/${of}.csv`, seen],
      ] as const) {
        if (on > date || this.#come.has(file)) continue;
        mkdirSync(path.dirname(path.join(data, file)), { recursive: true });
        linkSync(path.join(shelf, file), path.join(data, file));
        this.#come.add(file);
      }
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
