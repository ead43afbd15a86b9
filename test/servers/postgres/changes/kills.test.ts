// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { withoutServer } from '../../../../src/adapters/postgres/testing.ts';
import { seeds } from '../../../run/support/rounds.ts';
import { campaign, Server } from './campaign.ts';

describe('a reader that is killed lands each change once', { skip: withoutServer }, () => {
  for (const seed of seeds(1))
    test(`killed at any point, while others write, seed ${seed}`, async () => {
      const { differences, kills } = await campaign({ seed, kills: 6, crashes: 0 });
      assert.deepEqual(differences, []);
      assert.equal(kills, 6);
    });

  test('killed with its server, which sends again what it was told to forget', async () => {
    const server = new Server();
    after(() => server.stop());
    const { differences, crashes } = await campaign({ seed: 7, kills: 4, crashes: 2, server });
    assert.deepEqual(differences, []);
    assert.equal(crashes, 2);
  });
});
