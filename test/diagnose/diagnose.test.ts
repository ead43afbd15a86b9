import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { faults } from './faults.ts';
import { healthy } from './healthy.ts';
import { later } from './later.ts';
import { named } from './named.ts';

// In one file, because all of them begin with copies of the same two worlds.
named(faults);
named(later);

describe('nothing is wrong, and that is said', { concurrency: 2 }, () => {
  for (const { how, pass } of healthy)
    test(how, async () => {
      const world = await pass();
      const { exit, out, err } = await world.at('diagnose');
      assert.match(out, /^Nothing is wrong\. /, out + err);
      assert.equal(exit, 0);
    });
});
