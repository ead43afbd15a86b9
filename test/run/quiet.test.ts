import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EsteiraError } from '../../src/errors.ts';
import { operate, type RunEvent } from '../../src/operate/index.ts';
import { temporaryFolder, writeProject } from './support/folder.ts';
import { World } from './support/world.ts';

const depth = 6;
const definitions = `import { byHand, col, files, job, keepLatest, source, sql, table } from 'esteira';
const columns = { id: col.integer().key(), seen: col.integer() };
export const landing = source('landing.rows', { reader: files('*.csv'), columns });
export const t0 = table('silver.t0', { columns, rows: landing.unread, write: 'append' });
${Array.from({ length: depth }, (_, index) => `export const t${index + 1} = table('silver.t${index + 1}', { columns, rows: sql\`select * from \${t${index}.since('seen')}\`, write: 'merge', duplicates: keepLatest('seen') });`).join('\n')}
export const other = table('gold.other', { columns: { n: col.integer() }, rows: sql\`select count(*) as n from \${t0}\` });
export const all = job('all', { when: byHand, build: [t${depth}, other] });
`;
const deliver = (world: World, day: number): void =>
  writeFileSync(path.join(world.folder, 'files', `${day}.csv`), `id,seen\n${day},${day}\n`);

async function open(): Promise<World> {
  const folder = temporaryFolder('quiet');
  writeProject(folder, { catalog: 'shop', definitions });
  const world = await World.open(folder);
  deliver(world, 1);
  await world.do('setup', {});
  await world.run('all', '2026-09-01');
  return world;
}
const publications = async (world: World) =>
  await world.rows(
    'select run_id, count(*), count(distinct step) from shop._esteira.publication group by run_id order by run_id',
  );
/** The same world with some methods of one of its stores replaced. */
async function runWith(world: World, store: 'state' | 'warehouse', broken: Readonly<Record<string, unknown>>) {
  const events: RunEvent[] = [];
  const real = world.project[store];
  // A warehouse is a frozen record of functions, a state an object of a class.
  const get = (state: object, name: string | symbol): unknown => {
    const value = broken[String(name)] ?? Reflect.get(state, name);
    return typeof value === 'function' ? value.bind(state) : value;
  };
  const over = store === 'warehouse' ? { ...real, ...broken } : new Proxy(real, { get });
  const context = { emit: (event: RunEvent) => void events.push(event), signal: new AbortController().signal };
  const project = { ...world.project, [store]: over };
  const run = await operate(project, 'run', { job: 'all', date: '2026-09-02' }, context).catch((error) => error);
  return { run, ended: events.filter((event) => event.type === 'step' && event.state === 'done') };
}
const failing = (): Promise<never> => Promise.reject(new Error('no space left'));

test('steps that have nothing to do are recorded together, each with its publication and its attempt', async () => {
  const world = await open();
  let together = 0;
  const { publishUnchanged } = world.project.warehouse;
  const counting = (writes: readonly unknown[], signal: AbortSignal) => {
    together += writes.length;
    return publishUnchanged(writes as Parameters<typeof publishUnchanged>[0], signal);
  };
  const { run, ended } = await runWith(world, 'warehouse', { publishUnchanged: counting });
  assert.equal(run.state, 'succeeded');
  // The first reads files, and does so by itself.
  assert.equal(together, depth + 1);
  assert.equal(ended.filter((event) => event.type === 'step' && event.unchanged).length, depth + 2);
  assert.deepEqual(
    run.steps.map(({ attempt, account }: { attempt: number; account: { in: number } }) => [attempt, account.in]),
    run.steps.map(() => [1, 0]),
  );
  assert.deepEqual(
    (await publications(world)).map(([, all, steps]) => [all, steps]),
    [
      [8, 8],
      [8, 8],
    ],
  );
  deliver(world, 3);
  const next = await world.run('all', '2026-09-03');
  assert.deepEqual(
    next.steps.map(({ account }) => account?.inserted ?? 0),
    [1, 1, 1, 1, 1, 1, 1, 1],
  );
  await world.close();
});

test('when they cannot be recorded together each is recorded by itself', async () => {
  const world = await open();
  const { run, ended } = await runWith(world, 'warehouse', { publishUnchanged: failing });
  assert.equal(run.state, 'succeeded');
  assert.equal(ended.length, depth + 2);
  assert.deepEqual(
    (await publications(world)).map(([, all, steps]) => [all, steps]),
    [
      [8, 8],
      [8, 8],
    ],
  );
  await world.close();
});

test('what was published together before the state could be told is found there, and not published again', async () => {
  const world = await open();
  const once = await runWith(world, 'state', { doneUnchanged: failing });
  assert.equal(once.run.state, 'succeeded');
  assert.equal(once.ended.filter((event) => event.type === 'step' && event.adopted).length, depth + 1);
  assert.deepEqual(
    (await publications(world)).map(([, all, steps]) => [all, steps]),
    [
      [8, 8],
      [8, 8],
    ],
  );
  await world.close();
});

test('a run that ended between the two goes on with what is published', async () => {
  const world = await open();
  const broken = await runWith(world, 'state', {
    doneUnchanged: failing,
    done: failing,
    failed: failing,
  });
  assert.ok(broken.run instanceof Error && !(broken.run instanceof EsteiraError && broken.run.code === 'FENCED'));
  const published = await publications(world);
  assert.equal(published.length, 2);
  const again = await world.do('run', { job: 'all', date: '2026-09-02' });
  assert.equal(again.state, 'succeeded');
  assert.deepEqual(
    (await publications(world)).map(([, all, steps]) => [all, steps]),
    [
      [8, 8],
      [8, 8],
    ],
  );
  await world.close();
});
