// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withoutServer } from '../../../../src/adapters/postgres/testing.ts';
import { Shop } from './shop.ts';

describe('changes of a database are landed as they were made', { skip: withoutServer }, () => {
  test('a snapshot while others write, then each change once, whatever it is', async () => {
    const shop = await Shop.open({ seed: 1 });
    for (let index = 0; index < 40; index++) await shop.writer.transact();
    const stop = new AbortController();
    const writing = shop.writer.write(stop.signal);
    for (let round = 0; round < 3; round++) assert.ok(await shop.sync());
    stop.abort();
    assert.ok((await writing) > 50);
    assert.ok(await shop.sync());
    assert.deepEqual(await shop.differences(), []);
  });
});
