import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { folderStore } from '../adapters/files/store.ts';
import { EsteiraError } from '../errors.ts';
import type { KeptFiles, Warehouse } from '../ports/index.ts';
import { duckdb } from './adapters.ts';
import type { KeptAdapter, Place } from './project.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'esteira-kept-'));
const beforeLocal = process.env['ESTEIRA_LOCAL'];
before(() => delete process.env['ESTEIRA_LOCAL']);
after(() => {
  if (beforeLocal !== undefined) process.env['ESTEIRA_LOCAL'] = beforeLocal;
  rmSync(root, { recursive: true, force: true });
});

/** A store, and machines that have their warehouse there. */
class World {
  readonly folder = mkdtempSync(path.join(root, 'w'));
  readonly store = folderStore({ path: path.join(this.folder, 'store') });
  /** What the next machines meet in the place of the store. */
  met: KeptFiles = this.store;
  readonly #kept: KeptAdapter = {
    ...{ role: 'kept', adapter: 'test', options: {}, secrets: [], writes: () => [] },
    open: async () => this.met,
  };

  at(machine: string, of: Partial<Place> & { readonly isKept?: boolean; readonly data?: string } = {}) {
    const { isKept = true, data = '.esteira/warehouse', ...others } = of;
    const adapter = duckdb({ folder: data, threads: 1, ...(isKept ? { kept: this.#kept } : {}) });
    const place: Place = {
      ...{ folder: path.join(this.folder, machine), project: 'shop', environment: 'prod', prefix: '' },
      ...{ catalogs: ['one'], value: (value) => value, secret: (value) => value, trace: () => {} },
      ...others,
    };
    return { open: () => adapter.open(place), look: () => adapter.look(place), place };
  }
  in(machine: string): string {
    return path.join(this.folder, machine, '.esteira/warehouse');
  }
  latest(): { number: number; catalogs: Record<string, { file: string }> } {
    return JSON.parse(readFileSync(path.join(this.folder, 'store/warehouse/latest.json'), 'utf8'));
  }
}

/** What is there is told by the greatest number that a table was claimed with. */
const write = async (warehouse: Warehouse, token: bigint): Promise<void> => {
  const place = { catalog: 'one', schema: 'main', table: 't' };
  if ((await warehouse.greatest('one')).token === 0n) await warehouse.change('one', [{ change: 'register', place }]);
  await warehouse.claim('one', [place], token);
};
const read = async (warehouse: Warehouse): Promise<bigint> => (await warehouse.greatest('one')).token;
const written = async (opened: Promise<Warehouse>, token: bigint): Promise<void> => {
  const warehouse = await opened;
  await write(warehouse, token);
  await warehouse.close();
};
const readOnce = async (opened: Promise<Warehouse>): Promise<bigint> => {
  const warehouse = await opened;
  try {
    return await read(warehouse);
  } finally {
    await warehouse.close();
  }
};
const coded = (code: string, says = /./) => ({ name: 'EsteiraError', code, message: says });
/** Another process of this machine ended without a word: what it had open is as it was. */
const killed = async (warehouse: Warehouse, world: World): Promise<void> => {
  world.met = world.store;
  await assert.rejects(warehouse.close());
};
const unreachable = (): never => {
  throw new EsteiraError('STORE_UNREACHABLE', { what: 'It does not answer.', next: 'Wait.' });
};

test('what one machine puts, another has; what was not put is gone with its process, and so are its halves', async () => {
  const world = new World();
  await written(world.at('a').open(), 1n);
  assert.equal(await readOnce(world.at('b').open()), 1n);
  world.met = { ...world.store, replace: async () => unreachable() };
  const dying = await world.at('b').open();
  await write(dying, 2n);
  await killed(dying, world);
  const work = path.join(world.in('b'), '.kept-prod/work');
  mkdirSync(path.join(work, 'copy'), { recursive: true });
  for (const half of ['copy/one.duckdb', 'one.packed', 'one.fetched']) writeFileSync(path.join(work, half), 'half');
  const again = await world.at('b').open();
  assert.equal(await read(again), 1n);
  assert.equal(existsSync(work), false);
  await again.close();
});

test('files that were never put are not taken away for those that are kept', async () => {
  const world = new World();
  await written(world.at('desk', { isKept: false }).open(), 7n);
  const file = path.join(world.in('desk'), 'one.duckdb');
  const bytes = readFileSync(file);
  await written(world.at('container').open(), 1n);
  await assert.rejects(world.at('desk').open(), coded('FOLDER_NOT_EMPTY', /never put there/));
  assert.deepEqual(readFileSync(file), bytes);
  // Moved away, what is kept is brought.
  rmSync(file);
  assert.equal(await readOnce(world.at('desk').open()), 1n);
});

test('a catalog that stands alone in the folder keeps it from being filled, too', async () => {
  const world = new World();
  await written(world.at('desk', { isKept: false, catalogs: ['two', 'one'] }).open(), 7n);
  await written(world.at('container').open(), 1n);
  rmSync(path.join(world.in('desk'), 'one.duckdb'));
  writeFileSync(path.join(world.in('desk'), 'two.duckdb'), 'months');
  await assert.rejects(world.at('desk', { catalogs: ['one', 'two'] }).open(), coded('FOLDER_NOT_EMPTY'));
  assert.ok(existsSync(path.join(world.in('desk'), 'two.duckdb')));
});

test('where nothing is kept yet the files that are here stay, and are what is put', async () => {
  const world = new World();
  await written(world.at('desk', { isKept: false }).open(), 7n);
  const desk = await world.at('desk').open();
  assert.equal(await read(desk), 7n);
  // Killed after they were put, they are the store's: nobody is asked about them.
  await write(desk, 8n);
  await desk.keep?.();
  const note = readFileSync(path.join(world.in('desk'), '.kept-prod/note.json'), 'utf8');
  await write(desk, 9n);
  await desk.close();
  writeFileSync(path.join(world.in('desk'), '.kept-prod/note.json'), note);
  assert.equal(await readOnce(world.at('elsewhere').open()), 9n);
  assert.equal(await readOnce(world.at('desk').open()), 9n);
});

test('who looks at the warehouse of another folder touches nothing of what its owner has open', async () => {
  const world = new World();
  const data = path.join(world.folder, 'volume');
  await written(world.at('a', { data }).open(), 1n);
  const owner = await world.at('a', { data }).open();
  await write(owner, 2n);
  assert.equal(await readOnce(world.at('b', { data }).look()), 1n, 'what is kept, not what is going on');
  assert.equal(await readOnce(world.at('b', { data }).look()), 1n);
  await owner.keep?.();
  assert.equal(await readOnce(world.at('b', { data }).look()), 2n);
  await assert.rejects(world.at('b', { data }).open(), coded('OWNED_ELSEWHERE'));
  await write(owner, 3n);
  await owner.close();
  assert.equal(await readOnce(world.at('a', { data }).open()), 3n);
  assert.equal(await readOnce(world.at('c').open()), 3n);
});

test('an owner who is late takes away nothing of the one who took over', async () => {
  const world = new World();
  await written(world.at('a').open(), 1n);
  const [reached, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  world.met = {
    ...world.store,
    below: async (folder, limit) => {
      reached.resolve();
      await goOn.promise;
      return world.store.below(folder, limit);
    },
  };
  const frozen = await world.at('a').open();
  await write(frozen, 2n);
  const closing = frozen.close();
  await reached.promise;
  // It has put, and stands still; another goes on from there and is about to put in turn.
  const [kept, put] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  world.met = {
    ...world.store,
    replace: async (...given) => {
      kept.resolve();
      await put.promise;
      return world.store.replace(...given);
    },
  };
  const next = await world.at('b').open();
  assert.equal(await read(next), 2n);
  await write(next, 3n);
  const other = next.close();
  await kept.promise;
  goOn.resolve();
  await closing;
  put.resolve();
  await other;
  world.met = world.store;
  assert.equal(await readOnce(world.at('c').open()), 3n);
});

test('an answer that is lost after a put, or while it is put, is no other process', async () => {
  const world = new World();
  let breaks: 'replace' | 'look' | undefined;
  world.met = {
    ...world.store,
    replace: async (...given) => {
      const done = await world.store.replace(...given);
      return breaks === 'replace' ? unreachable() : done;
    },
    look: async (file) => (breaks === 'look' ? unreachable() : world.store.look(file)),
  };
  const warehouse = await world.at('a').open();
  await write(warehouse, 1n);
  await warehouse.keep?.();
  await write(warehouse, 2n);
  breaks = 'replace';
  await assert.rejects(async () => warehouse.keep?.(), coded('STORE_UNREACHABLE'));
  breaks = undefined;
  await warehouse.keep?.();
  await write(warehouse, 3n);
  breaks = 'look';
  await assert.rejects(async () => warehouse.keep?.(), coded('STORE_UNREACHABLE'));
  breaks = undefined;
  await warehouse.close();
  world.met = world.store;
  assert.equal(await readOnce(world.at('b').open()), 3n);
  const stays = Object.values(world.latest().catalogs).map(({ file }) => path.basename(file));
  assert.deepEqual(readdirSync(path.join(world.folder, 'store/warehouse/one')), stays);
});

test('of two who have fetched the same the second to put is fenced out, and puts nothing later', async () => {
  const world = new World();
  await written(world.at('a').open(), 1n);
  const late = await world.at('a').open();
  await written(world.at('b').open(), 2n);
  await write(late, 3n);
  await assert.rejects(async () => late.keep?.(), coded('FENCED'));
  await assert.rejects(late.close(), coded('FENCED'));
  assert.equal(await readOnce(world.at('a').open()), 2n);
});

test('the warehouse of another project, or environment, is not fetched, nor put in its place', async () => {
  const world = new World();
  await written(world.at('a').open(), 1n);
  for (const other of [{ project: 'office' }, { environment: 'dev' }]) {
    await assert.rejects(world.at('b', other).open(), coded('ENVIRONMENTS_SHARE'));
    await assert.rejects(world.at('b', other).look(), coded('ENVIRONMENTS_SHARE'));
  }
  assert.equal(await readOnce(world.at('c').open()), 1n);
});
