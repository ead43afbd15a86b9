import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MonitorView } from '../../operate/views.ts';
import { monitorsText } from './monitors.ts';

test('in a narrow terminal a monitor keeps its name, and of a limit the setting gives way', () => {
  const monitor: MonitorView = {
    ...{ monitor: 'prices of rivals have moved', measure: 'drift', of: ['gold.days'], when: 'after each run' },
    ...{ limit: 'at most 0.4 (config.prices.largest_distance_of_rivals)', writtenAt: 'a.ts:1' },
  };
  const text = monitorsText({ monitors: [monitor] }, { columns: 72, rows: 24, color: false, unicode: true });
  assert.match(text, /^prices of rivals have moved {2}never judged .* at most 0\.4 \(con.*…$/m);
});
