import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newBucket, server, storeIn, withoutServer } from '../../../src/adapters/s3/testing.ts';
import { Wire } from '../../../src/ports/conformance/wire.ts';
import { downForAnHour } from '../../publish/hour.ts';
import { seeds } from '../../run/support/rounds.ts';
import { cuts, kills, races } from './campaign.ts';

describe('publishing to a bucket, disturbed', { skip: withoutServer }, () => {
  test('of forty who publish at once one wins', async () => {
    const { differences } = await races(2);
    assert.deepEqual(differences, []);
  });

  test('a server that is down for an hour has the history of the state once it is up', async () => {
    const [wire, bucket] = [await Wire.to(server), await newBucket()];
    const store = storeIn(bucket, { endpoint: wire.url.replace(/\/$/, ''), attempts: 2 });
    await downForAnHour({ store, beside: storeIn(bucket), down: () => wire.cut(), up: () => wire.mend() });
    await wire.close();
  });

  test('whatever is cut on the way, latest is whole and the histories come to be equal', async () => {
    let broken = 0;
    for (const seed of seeds(3)) {
      const { counts, differences } = await cuts(seed);
      assert.deepEqual(differences, []);
      broken += counts['cuts'] ?? 0;
    }
    assert.ok(broken >= 10, `cut ${broken} times`);
  });

  test('whenever a process is killed, the next brings the bucket up to the state', async () => {
    for (const seed of seeds(1)) {
      const { counts, differences } = await kills(seed, 4);
      assert.deepEqual(differences, []);
      assert.ok((counts['kills'] ?? 0) > 0);
    }
  });
});
