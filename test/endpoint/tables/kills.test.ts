import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openExportReader } from '../../../src/adapters/duckdb/export-reader.ts';
import { bringServed } from '../../../src/operate/serve/bring.ts';
import { Tables } from '../../../src/serve/tables/index.ts';
import { Shop } from './world.ts';

let stopAt = '';
const met = new Set<string>();
const shop = await Shop.open((point) => {
  met.add(point);
  if (point === stopAt) throw new Error(`killed at ${point}`);
});
after(() => shop.world.close());

const reading = () =>
  new Tables({
    ...{ endpoint: shop.endpoint, files: shop.store, exports: openExportReader, say: () => {} },
    idOf: (definition) => shop.project.graph.nodeOf(definition).id,
    clock: { now: () => shop.now },
  });
const roundOf = (tables: Tables): unknown => tables.current.lookup['items']?.(['i7'])[0]?.['round'];

await shop.round(1);
let round = 1;
for (const point of ['rows-exported', 'rows-kept', 'rows-latest', 'former-rows-removed', 'values-published'])
  test(`killed at ${point}, who reads has the rows of one publication, and the next goes on`, async () => {
    const before = round;
    round += 1;
    await shop.deliver(round);
    const share = `0.${round}`;
    stopAt = point;
    met.clear();
    // Nothing is noted by what is dead, and nobody is told.
    await shop.world.run('daily');
    await shop.world.do('settings set', { name: 'config.limits.share', value: share, by: 'ana', reason: 'tried' });
    assert.ok(met.has(point), 'the point was met');
    const tables = reading();
    await tables.start();
    const wasWritten = ['rows-latest', 'former-rows-removed', 'values-published'].includes(point);
    assert.equal(roundOf(tables), wasWritten ? round : before);
    stopAt = '';
    shop.later({ minutes: 10 });
    await bringServed(shop.project, { due: shop.now });
    await tables.refresh();
    assert.equal(roundOf(tables), round);
    assert.equal(tables.setting(shop.endpoint.facts.sample), Number(share));
    await tables.close();
    const { path, former } = await shop.latest();
    const kept = [path, ...former.map((one) => one.path)].map((one) => one.split('/').at(-1));
    assert.deepEqual((await shop.files()).toSorted(), [...kept, 'latest.json'].toSorted(), 'nothing else is left');
  });
