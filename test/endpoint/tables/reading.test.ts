import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openExportReader } from '../../../src/adapters/duckdb/export-reader.ts';
import { col } from '../../../src/columns/index.ts';
import type { Endpoint } from '../../../src/define/index.ts';
import type { KeptFiles } from '../../../src/ports/index.ts';
import { Tables } from '../../../src/serve/tables/index.ts';
import { latestText } from '../../../src/serve/tables/latest.ts';
import { settingsText } from '../../../src/serve/tables/settings.ts';
import { fallible } from '../../publish/world.ts';
import { folder, Shop } from './world.ts';

const shop = await Shop.open();
after(() => shop.world.close());
await shop.round(1);

type Line = Readonly<Record<string, unknown>>;
/** As a process of the endpoint has them, with what it says. */
function reading({ files = shop.store, endpoint = shop.endpoint }: { files?: KeptFiles; endpoint?: Endpoint } = {}) {
  const said: Line[] = [];
  const tables = new Tables({
    ...{ endpoint, files, exports: openExportReader, say: (line: Line) => void said.push(line) },
    idOf: (definition) => shop.project.graph.nodeOf(definition).id,
    clock: { now: () => shop.now },
  });
  return { tables, said };
}
const found = (tables: Tables, key = 'i7'): unknown => tables.current.lookup['items']?.([key])[0]?.['round'];
const troubles = (said: readonly Line[]): readonly unknown[] =>
  said.flatMap((line) => (line['why'] ? [line['why']] : []));
const stateOf = (tables: Tables) => (tables.state() as { tables: readonly Line[] }).tables[0] ?? {};

/** Puts other bytes in the place of a file, whatever stands there. */
async function overwrite(path: string, bytes: Uint8Array): Promise<void> {
  const there = await shop.store.look(path);
  await shop.store.replace(path, { bytes, mark: there?.mark ?? '' });
}
const latestPath = `${folder}/latest.json`;

test('before anything is published the table is missing, and whoever looks up is told so', async () => {
  const { tables, said } = reading({ files: { ...shop.store, look: async () => undefined } });
  await tables.start();
  assert.deepEqual(tables.missing, ['items']);
  assert.throws(() => tables.current.lookup['items']?.(['i1']), /items: nothing is published yet/);
  assert.match(String(troubles(said)), /^nothing is published yet: esteira run .* esteira publish/);
  assert.equal(tables.setting(shop.endpoint.facts.sample), 0.5, 'settings are as their definitions say');
  await tables.close();
});

test('while a table is missing it is looked for after 1 second, 2, 4 and so on, and no more than every 30', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let looks = 0;
  const look = async (path: string) => {
    if (path === latestPath) looks += 1;
    return undefined;
  };
  const { tables } = reading({ files: { ...shop.store, look } });
  await tables.start();
  const after = async (milliseconds: number): Promise<number> => {
    context.mock.timers.tick(milliseconds);
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return looks;
  };
  const seen: number[] = [looks];
  for (const pause of [1000, 1000, 1000, 4000, 8000, 16_000, 30_000, 30_000]) seen.push(await after(pause));
  assert.deepEqual(seen, [1, 2, 2, 3, 4, 5, 6, 7, 8]);
  await tables.close();
});

test('whoever has begun with rows keeps them, while others get those that are published meanwhile', async () => {
  const { tables, said } = reading();
  await tables.start();
  const { lookup } = tables.current;
  await shop.round(2);
  await tables.refresh();
  assert.equal(lookup['items']?.(['i7'])[0]?.['round'], 1);
  assert.equal(found(tables), 2);
  assert.deepEqual([stateOf(tables)['rows'], stateOf(tables)['sequence']], [40, 2]);
  const loaded = said.filter(({ result }) => result === 'loaded').length;
  await tables.refresh();
  assert.equal(
    said.filter(({ result }) => result === 'loaded').length,
    loaded,
    'what has not changed is not loaded again',
  );
  await tables.close();
});

test('what is torn, changed, gone, older, or of other columns leaves what is there in place, is said once, and is over with the next', async () => {
  const { tables, said } = reading();
  await tables.start();
  const used = await shop.latest();
  await shop.round(3);
  const latest = await shop.latest();
  const text = latestText(latest);
  const rows = (await shop.store.read(latest.path)) ?? Buffer.alloc(0);
  const changed = Uint8Array.from(rows);
  changed[rows.length >> 1] = (changed[rows.length >> 1] ?? 0) ^ 1;
  const other = (of: Partial<typeof latest>) => () => overwrite(latestPath, latestText({ ...latest, ...of }));
  const columns = (name: string, of: object) =>
    latest.columns.map((one) => (one.name === name ? { ...one, ...of } : one));
  const broken: readonly (readonly [what: RegExp, work: () => Promise<void>])[] = [
    [/latest\.json is broken/, () => overwrite(latestPath, text.subarray(0, text.length >> 1))],
    [
      /latest\.json is broken: its content has another hash/,
      () => overwrite(latestPath, Buffer.from(Buffer.from(text).toString().replace('"rows":40', '"rows":41'))),
    ],
    [
      /latest\.json is broken: it has the format/,
      async () =>
        overwrite(latestPath, (await import('../../../src/registry/index.ts')).sealed({ ...latest, format: 2 })),
    ],
    [/latest\.json is of/, other({ table: 'shop.silver.others' })],
    [/is gone/, other({ path: `${folder}/3-0000.parquet` })],
    [/has another content/, other({ sha256: used.sha256 })],
    [/has 40 rows, and 41 were written/, other({ rows: 41 })],
    [/written at .*, before what is in use/, other({ writtenAt: '2020-01-01T00:00:00Z' })],
    [/its key is round, and here id/, other({ key: 'round' })],
    [/it has no column half/, other({ columns: latest.columns.slice(0, 3) })],
    [/column half is of the kind text, and here real/, other({ columns: columns('half', { type: 'text' }) })],
    [/values of its column half may be missing/, other({ columns: columns('half', { optional: true }) })],
    [/6000000 rows of about .* are too many/, other({ rows: 6_000_000 })],
    [/are too many/, other({ memory: 2 ** 31 })],
  ];
  for (const [what, work] of broken) {
    said.length = 0;
    await work();
    await tables.refresh();
    await tables.refresh();
    assert.equal(found(tables), 2, String(what));
    const [why, ...more] = troubles(said);
    assert.match(String(why), what);
    assert.deepEqual(more, [], 'it is said once');
    assert.match(String(stateOf(tables)['trouble']), what);
    assert.equal(tables.figures().find(({ name }) => name === 'table_trouble')?.values[0]?.value, 1);
    await overwrite(latestPath, text);
  }
  // The file itself, cut and changed, with a hash that says nothing of it.
  for (const bytes of [rows.subarray(0, rows.length >> 1), changed]) {
    const path = `${folder}/3-torn.parquet`;
    await shop.store.keep(path, { bytes });
    await overwrite(latestPath, latestText({ ...latest, path }));
    await tables.refresh();
    assert.match(String(stateOf(tables)['trouble']), /another content/);
    await shop.store.remove(path);
  }
  await overwrite(latestPath, latestText({ ...latest, columns: [...latest.columns, { name: 'more', type: 'text' }] }));
  await tables.refresh();
  assert.equal(found(tables), 3, 'a column more than the definition has is left');
  assert.equal(stateOf(tables)['trouble'], undefined);
  assert.ok(said.some(({ result }) => result === 'well again'));
  await overwrite(latestPath, text);
  await tables.close();
});

test('a file that is taken away while it is about to be read is looked for again', async () => {
  await shop.round(4);
  const old = latestText(await shop.latest());
  await shop.round(5);
  let asked = 0;
  const files = {
    ...shop.store,
    look: async (path: string) => {
      if (path !== latestPath || asked > 0) return shop.store.look(path);
      asked += 1;
      const latest = await shop.latest();
      const gone = latestText({ ...latest, path: `${folder}/4-gone.parquet` });
      return { bytes: gone.length > 0 ? gone : old, mark: 'old' };
    },
  };
  const { tables, said } = reading({ files });
  await tables.start();
  assert.equal(found(tables), 5);
  assert.deepEqual(troubles(said), []);
  await tables.close();
});

test('a store that does not answer stops no answer: what is there goes on, and is renewed when it is back', async () => {
  const files = fallible(shop.store);
  const { tables, said } = reading({ files });
  await tables.start();
  files.isDown = true;
  await shop.round(6);
  await tables.refresh();
  assert.equal(found(tables), 5);
  assert.equal(troubles(said).length, 2, 'of the settings, and of the table');
  files.isDown = false;
  await tables.refresh();
  assert.equal(found(tables), 6);
  await tables.close();
});

test('a definition that has got a column takes no rows that have not', async () => {
  const facts = shop.endpoint.facts;
  const items = facts.lookup['items'];
  const columns = { ...items?.columns, weight: col.real() };
  const changed = Object.create(items ?? null, { columns: { value: columns } });
  const more: Endpoint = Object.create(shop.endpoint, { facts: { value: { ...facts, lookup: { items: changed } } } });
  const graph = shop.project.graph;
  const tables = new Tables({
    ...{ endpoint: more, files: shop.store, exports: openExportReader, say: () => {}, clock: { now: () => shop.now } },
    idOf: (definition) => (definition.kind === 'table' ? 'shop.silver.items' : graph.nodeOf(definition).id),
  });
  await tables.start();
  assert.deepEqual(tables.missing, ['items']);
  assert.match(String(stateOf(tables)['trouble']), /it has no column weight/);
  await tables.close();
});

test('settings reach the endpoint at its next look; one that breaks its rules keeps its value, and the others get theirs', async () => {
  const { tables, said } = reading();
  await tables.start();
  const { sample, deadline } = shop.endpoint.facts;
  const values = () => [tables.setting(sample), tables.setting(deadline as NonNullable<typeof deadline>)];
  assert.deepEqual(values(), [0.5, '40 ms']);
  await shop.world.do('settings set', { name: 'config.limits.wait', value: '20 ms', by: 'ana', reason: 'quicker' });
  await tables.refresh();
  assert.deepEqual(values(), [0.5, '20 ms']);
  const path = 'endpoints/shop/settings.json';
  const set = (share: string, wait: string) =>
    overwrite(path, settingsText({ 'shop.config.limits.share': share, 'shop.config.limits.wait': wait }, shop.now));
  for (const [share, wait, why] of [
    ['1.5', '30 ms', /limits\.share is 1\.5, which is no share/],
    ['much', '31 ms', /limits\.share is much, which its column refuses/],
    ['0.5', '0 ms', /limits\.wait is 0 ms, which is no time/],
  ] as const) {
    shop.later({ seconds: 1 });
    said.length = 0;
    const before = values();
    await set(share, wait);
    await tables.refresh();
    assert.deepEqual(values(), [0.5, wait === '0 ms' ? before[1] : wait]);
    assert.match(String(troubles(said)[0]), why);
  }
  await overwrite(path, Buffer.from('{"values":{'));
  await tables.refresh();
  assert.deepEqual(values(), [0.5, '31 ms']);
  assert.match(
    String((tables.state() as { settings: Line }).settings['trouble']),
    /does not end as a published file does/,
  );
  await tables.close();
});

test('in fifty exchanges under load every request sees the rows of one publication, and never older ones than before', async () => {
  const { tables } = reading();
  await tables.start();
  const keys = Array.from({ length: 40 }, (_, index) => `i${index}`);
  const seen = new Set<number>();
  let isOver = false;
  let requests = 0;
  const asking = async (): Promise<void> => {
    let last = 0;
    while (!isOver) {
      const { lookup } = tables.current;
      const first = lookup['items']?.(keys.slice(0, 20)) ?? [];
      // Meanwhile others are exchanged.
      await sleep(1);
      const all = [...first, ...(lookup['items']?.(keys.slice(20)) ?? [])] as { round: number; seven: number }[];
      const rounds = new Set(all.map(({ round }) => round));
      assert.equal(rounds.size, 1);
      const [round = 0] = rounds;
      assert.ok(all.length === 40 && all.every(({ seven }, index) => seven === round * 7 + index));
      assert.ok(round >= last, 'never back');
      last = round;
      seen.add(round);
      requests += 1;
    }
  };
  const clients = Array.from({ length: 8 }, asking);
  for (let round = 100; round < 150; round += 1) {
    await shop.round(round);
    await tables.refresh();
    assert.equal(found(tables), round);
  }
  isOver = true;
  await Promise.all(clients);
  assert.ok(seen.size >= 50 && requests > 1000, `${requests} requests saw ${seen.size} publications`);
  await tables.close();
});
