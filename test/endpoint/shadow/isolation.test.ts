import assert from 'node:assert/strict';
import { test } from 'node:test';
import { harms, Isolation } from './isolation.ts';

test('whatever the shadow does, every answer is the champion’s own, and none fails', async () => {
  const isolation = await Isolation.begin({ trees: 20 });
  try {
    for (const kind of ['none', 'healthy', ...harms] as const) {
      const { sent, failed, different, shadow } = await isolation.round(kind, { rate: 300, seconds: 1 });
      assert.ok(sent > 200, `${kind}: ${sent}`);
      assert.deepEqual([kind, failed, different], [kind, 0, 0]);
      const state = shadow['state'];
      // What it counts is of the whole process: each harm adds to one of these.
      if (kind === 'none') assert.equal(state, undefined);
      else assert.equal(state, kind === 'healthy' ? 'ready' : 'resting', `${kind}: ${JSON.stringify(shadow)}`);
    }
    const { shadow } = await isolation.round('none', { rate: 50, seconds: 1 });
    for (const result of ['predicted', 'late', 'died']) assert.ok(Number(shadow[result]) > 0, JSON.stringify(shadow));
  } finally {
    await isolation.end();
  }
});
