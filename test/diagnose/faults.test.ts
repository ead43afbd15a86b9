import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { faults } from './faults.ts';
import { later } from './later.ts';

let named = 0;
let planted = 0;
after(() => console.log(`${named} of ${planted} planted faults are named by the first line`));

for (const [fault, variants] of Object.entries({ ...faults, ...later }))
  describe(`the first line names the cause: ${fault}`, { concurrency: 2 }, () => {
    for (const { how, plant, names } of variants)
      test(how, async () => {
        planted += 1;
        const world = await plant();
        const { exit, out, err } = await world.at('diagnose');
        const [first = ''] = out.split('\n');
        assert.match(first, names, out + err);
        assert.equal(exit, 1);
        named += 1;
      });
  });
