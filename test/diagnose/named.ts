import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { commands } from '../../src/cli/commands.ts';
import type { Variant } from './faults.ts';

const names = new Set(commands.map(({ name }) => name.split(' ')[0]));

/** Plants each, asks what is wrong, and counts how often the first line names it. */
export function named(faults: Readonly<Record<string, readonly Variant[]>>): void {
  let right = 0;
  let planted = 0;
  after(() => console.log(`${right} of ${planted} planted faults are named by the first line`));
  for (const [fault, variants] of Object.entries(faults))
    describe(`the first line names the cause: ${fault}`, { concurrency: 2 }, () => {
      for (const { how, plant, names: cause } of variants)
        test(how, async () => {
          planted += 1;
          const world = await plant();
          const { exit, out, err } = await world.at('diagnose');
          const [first = ''] = out.split('\n');
          assert.match(first, cause, out + err);
          assert.equal(exit, 1);
          for (const [, command = ''] of out.matchAll(/\besteira ([a-z]+)\b/g))
            assert.ok(names.has(command), `esteira ${command} is no command`);
          right += 1;
        });
    });
}
