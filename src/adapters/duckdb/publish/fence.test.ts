// Two processes on one database, which the engine's lock of its file does not allow elsewhere: what keeps an older token from publishing.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { col } from '../../../columns/index.ts';
import type { EsteiraError } from '../../../errors.ts';
import { Desk, type Kept } from '../../../ports/conformance/warehouse/desk.ts';
import { Engine, memory } from '../connection.ts';
import { warehouseOf } from '../warehouse.ts';

const columns = { id: col.integer().key(), word: col.text() };
const rows = [{ id: 1, word: 'one' }];
let engine: Engine;
let older: Desk;
let newer: Desk;
let kept: Kept;
let pause: (point: string) => Promise<void> | undefined = () => undefined;

before(async () => {
  engine = await Engine.open({ folder: memory, catalogs: ['one'], trace: (point) => pause(point) });
});
after(() => engine.close());
let tables = 0;
beforeEach(async () => {
  [older, newer] = [new Desk(warehouseOf(engine)), new Desk(warehouseOf(engine))];
  newer.token = 2n;
  tables += 1;
  kept = await older.make(`fenced_${tables}`, columns);
  await older.claim(kept);
});

/** A publication of the older process, which waits at the point. */
async function publishing(point: string) {
  const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  pause = (met) => {
    if (met !== point) return undefined;
    pause = () => undefined;
    reached.resolve();
    return gate.promise;
  };
  const ended = older.warehouse.publish(older.write(kept, older.rows(columns, rows))).then(
    () => 'published',
    (error: EsteiraError) => error.code,
  );
  await reached.promise;
  return { goOn: gate.resolve, ended };
}

for (const point of ['fenced', 'candidate', 'judged', 'written', 'checked', 'before-commit']) {
  test(`no newer token is claimed beside a transaction that has come as far as "${point}"`, async () => {
    const { goOn, ended } = await publishing(point);
    await assert.rejects(newer.claim(kept));
    goOn();
    assert.equal(await ended, 'published');
    await newer.claim(kept);
    assert.deepEqual(await newer.read(kept), [[1, 'one']]);
  });
}

test('once a newer token is claimed, an older one that had prepared everything publishes nothing', async () => {
  const { goOn, ended } = await publishing('staged');
  await newer.claim(kept);
  goOn();
  assert.equal(await ended, 'FENCED');
  assert.deepEqual(await newer.read(kept), []);
});
