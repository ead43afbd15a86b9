import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EsteiraError } from '../../src/errors.ts';
import { inProcess } from '../crash/kill.ts';
import { Changing } from '../run/support/changing.ts';
import { Looking, ofTheArrival } from '../run/support/compare.ts';
import { World } from '../run/support/world.ts';
import { customersOf, forked, ordersOf, shop } from './shop.ts';

const date = '2026-01-01';
let first: Promise<Changing> | undefined;
async function built(): Promise<Changing> {
  first ??= (async () => {
    const changing = new Changing().define(shop());
    changing.file(
      'customers-1.csv',
      customersOf(1, [
        [1, 'rio'],
        [2, 'natal', true],
      ]),
    );
    changing.file(
      'orders-1.csv',
      ordersOf(1, [
        [10, 1, 5],
        [11, 2, 50],
        [12, 1, 400],
      ]),
    );
    await changing.run(date);
    return changing;
  })();
  return forked(await first, shop());
}
async function differences(changing: Changing): Promise<readonly string[]> {
  const looking = await Looking.at({ before: (await built()).folder, after: changing.folder }, 'shop');
  try {
    return await looking.differences('before', 'after', { without: ofTheArrival });
  } finally {
    looking.close();
  }
}
const names = (drops: readonly { readonly table: string; readonly rows?: number }[]): string[] =>
  drops.map(({ table, rows }) => `${table.replace('shop.', '')} ${rows ?? 'view'}`).toSorted();

test('reset says what it would drop, and drops it only when its name is said', async () => {
  const changing = await built();
  const foreseen = await changing.do('reset', { layer: 'gold' });
  assert.deepEqual([foreseen.name, foreseen.isDone], ['gold', false]);
  assert.deepEqual(names(foreseen.drops), [
    'gold.appended 2',
    'gold.dimension 2',
    'gold.dimension__rows 2',
    'gold.latest 1',
    'gold.summed 1',
    'gold.total 1',
  ]);
  await assert.rejects(
    changing.do('reset', { layer: 'gold', confirmed: 'silver' }),
    (error) => error instanceof EsteiraError && error.code === 'RESET_UNCONFIRMED',
  );
  assert.deepEqual(await differences(changing), []);
  assert.equal((await changing.do('reset', { layer: 'gold', confirmed: 'gold' })).isDone, true);
  assert.deepEqual((await changing.do('reset', { layer: 'gold' })).drops, []);
});

for (const layer of ['gold', 'silver', 'bronze', 'curated', undefined]) {
  const what = layer ?? 'everything';
  test(`after reset of ${what}, set-up and the same run build it again as it was`, async () => {
    const changing = await built();
    const name = layer ?? 'world';
    const view = await changing.do('reset', { ...(layer ? { layer } : {}), confirmed: name });
    assert.equal(view.isDone, true);
    assert.deepEqual(
      view.drops.filter(({ lost }) => lost !== undefined),
      [],
    );
    await changing.run(date);
    if (layer === 'bronze' || layer === 'silver') await changing.do('reprocess', { scope: 'all' });
    assert.deepEqual(await differences(changing), []);
    const again = await changing.run(date);
    assert.equal(again.alreadyDone, true);
  });
}

test('a reset that was killed is given again; what cannot be had once more is named before', async () => {
  const changing = await built();
  const input = { confirmed: 'world' };
  const ended = await inProcess(
    changing.folder,
    [{ name: 'reset', input, now: '2026-02-01T00:00:00Z' }],
    'before-drop@1',
  );
  assert.equal(ended.killedAt, 0);
  assert.deepEqual(await differences(changing), []);
  assert.equal((await changing.do('reset', input)).isDone, true);
  await changing.run(date);
  assert.deepEqual(await differences(changing), []);
  const [last] = (await changing.do('runs', { job: 'reset world' })).runs;
  assert.equal(last?.state, 'succeeded');
});

test('nothing is dropped that a run writes or reads', async () => {
  const { folder } = forked(
    await built(),
    `${shop()}export const slow = table('slow.counted', { columns: { n: col.integer() },
      rows: sql\`select count(*) as n from \${bronzeOrders}, range(20000000) as r(x) where md5(x::varchar) = 'no'\` });
export const slowly = job('slowly', { when: byHand, build: [slow] });\n`,
  );
  const world = await World.open(folder, '2026-01-02T02:00:00Z');
  await world.do('setup', {});
  const going = world.run('slowly', '2026-01-02');
  while ((await world.project.state.going(world.project.holder)).length === 0) await new Promise(setImmediate);
  for (const layer of ['slow', 'bronze'])
    await assert.rejects(
      world.do('reset', { layer, confirmed: layer }),
      (error) => error instanceof EsteiraError && error.code === 'RUN_IN_PROGRESS',
    );
  assert.equal((await world.do('reset', { layer: 'gold', confirmed: 'gold' })).isDone, true);
  assert.equal((await going).state, 'succeeded');
  assert.equal((await world.do('reset', { layer: 'slow', confirmed: 'slow' })).isDone, true);
  await world.close();
});
