// Run by name, with ESTEIRA_TEST_KAFKA=<the file of .ci/kafka start>: npm test -- test/servers/kafka
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seeds } from '../../run/support/rounds.ts';
import { withoutBroker } from './broker.ts';
import { campaign } from './campaign.ts';

describe('a reader that is killed has each message once', { skip: withoutBroker }, () => {
  for (const seed of seeds(1))
    test(`killed at any point, the broker away on some days and killed on one, seed ${seed}`, async (t) => {
      const { differences, ...counts } = await campaign({ seed, days: 5, crashes: 1 });
      t.diagnostic(JSON.stringify(counts));
      assert.deepEqual(differences, []);
      assert.ok(counts.kills > 0 && counts.owed > 0 && counts.crashes === 1);
    });
});
