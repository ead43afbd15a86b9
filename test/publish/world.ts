import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { folderStore } from '../../src/adapters/files/store.ts';
import { openSqliteState } from '../../src/adapters/sqlite/state.ts';
import { EsteiraError } from '../../src/errors.ts';
import { begun, newOwner, newRun } from '../../src/ports/conformance/runs.ts';
import type { KeptFiles, ModelMove, StateStore } from '../../src/ports/index.ts';
import { keepVersion } from '../../src/registry/index.ts';
import type { Project, Target } from '../../src/run/index.ts';

const root = mkdtempSync(path.join(tmpdir(), 'esteira-owed-'));
after(() => rmSync(root, { recursive: true }));
export const model = 'ranking.analytics.ltr';
let worlds = 0;

/** A project with a state and files, whose stores are what a test says, and whose clock it moves. */
export class World {
  readonly folder: string;
  readonly state: StateStore;
  now = Temporal.Instant.from('2025-07-14T02:30:00Z');
  #runs = 0;
  #targets: readonly Target[];

  private constructor(folder: string, state: StateStore, targets: readonly Target[]) {
    this.folder = folder;
    this.state = state;
    this.#targets = targets;
  }

  static async with(...targets: readonly Target[]): Promise<World> {
    worlds += 1;
    const folder = path.join(root, String(worlds));
    const files = folderStore({ path: path.join(folder, 'data') });
    await files.keep('made', { bytes: new Uint8Array() });
    const state = await openSqliteState({ file: path.join(folder, 'state.sqlite') });
    await state.own(newOwner('first'));
    return new World(folder, state, targets);
  }

  /** As a process has it; what it noted of others is not there. `trace` is called at its named points. */
  project(trace: (point: string) => void = () => {}): Project {
    const files = folderStore({ path: path.join(this.folder, 'data') });
    const own: Partial<Project> = {
      ...{ name: 'ranking', folder: this.folder, environment: 'local', holder: 'first', trace },
      ...{ state: this.state, files, versions: files, published: this.#targets },
      clock: { now: () => this.now },
      redact: (text) => text,
      graph: { catalogs: ['ranking', 'shop'] } as unknown as Project['graph'],
    };
    return own as Project;
  }

  /** Another version, trained and whole. */
  async train(of = model): Promise<string> {
    this.#runs += 1;
    const { held } = begun(
      await this.state.open(
        newRun(`r${this.#runs}`, { day: 1 + ((this.#runs - 1) % 28), again: true, holder: 'first' }),
      ),
    );
    const version = await this.state.models.begin(held, of, this.now);
    const parts = {
      'model.txt': { bytes: Buffer.from(`trees of ${version}\n`.repeat(50)) },
      'rows.parquet': { bytes: Buffer.alloc(999) },
    };
    const files = folderStore({ path: path.join(this.folder, 'data') });
    const about = { rows: this.#runs };
    const contentHash = await keepVersion(files, { model: of, version }, { parts, about });
    await this.state.models.complete(held, { model: of, version, state: 'candidate', contentHash, about });
    await this.state.finish(held, 'succeeded', undefined, this.now);
    return version;
  }

  /** It is the champion from now on. */
  async move(to: string, reason = 'better', of = model): Promise<void> {
    const from = (await this.state.models.champions()).get(of)?.version;
    const models = [{ model: of, to, ...(from !== undefined && { from }) }];
    const { moved } = await this.state.models.move({ models, by: 'ana', reason, now: this.now });
    if (moved !== 'all') throw new Error(`${to} is ${moved}`);
  }

  later(time: Temporal.DurationLike): void {
    this.now = this.now.add(time);
  }

  async moves(): Promise<readonly ModelMove[]> {
    return (await this.state.models.moves({ model, limit: 1000 })).toReversed();
  }
}

export const unreachable = (where: string): EsteiraError =>
  new EsteiraError('STORE_UNREACHABLE', { what: 'The bucket does not answer.', where, next: 'Wait.' });

/** A store that can be taken away. */
export function fallible(store: KeptFiles): KeptFiles & { isDown: boolean; asked: number } {
  const asked =
    <Args extends readonly unknown[], Result>(work: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      own.asked += 1;
      if (own.isDown) throw unreachable(store.describe);
      return work(...args);
    };
  const own = {
    ...{ isDown: false, asked: 0, describe: store.describe },
    ...{ keep: asked(store.keep), read: asked(store.read), look: asked(store.look), replace: asked(store.replace) },
    ...{ remove: asked(store.remove), below: asked(store.below) },
  };
  return own;
}
