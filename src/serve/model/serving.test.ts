import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServedModel } from './served.ts';
import { InService } from './serving.ts';

test('what was refused or left counts as ended, and not as an answer that took no time', async () => {
  const own = new InService({ model: {} as ServedModel, timing: undefined, since: '2028-02-29T12:00:00Z' });
  for (let request = 0; request < 3; request += 1) own.begin();
  own.end({ failed: false, milliseconds: undefined });
  own.end({ failed: true, milliseconds: undefined });
  own.end({ failed: false, milliseconds: 8 });
  await own.drained();
  assert.deepEqual([own.inFlight, own.failed], [0, 1]);
  assert.deepEqual([own.durations.count, own.durations.p95], [1, 8]);
});
