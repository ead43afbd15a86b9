import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MonitorView } from '../../operate/views.ts';
import { monitorsText } from './monitors.ts';

test('in a narrow terminal a monitor keeps its name, and of a limit the setting gives way, not the bound', () => {
  const monitor: MonitorView = {
    ...{ monitor: 'prices of rivals have moved', measure: 'drift', of: ['gold.days'], when: 'after each run' },
    ...{ limit: 'at most 0.4 (config.prices.largest_distance_of_rivals)', writtenAt: 'a.ts:1' },
  };
  const look = { columns: 72, rows: 24, color: false, unicode: true };
  const text = monitorsText({ monitors: [monitor] }, look);
  assert.match(text, /^prices of rivals have moved {2}never judged .* at most 0\.4 \(con.*…$/m);
  const closer = { ...monitor, limit: 'at most 1,200 (config.prices.largest_distance_of_rivals)' };
  for (let columns = 46; columns <= look.columns; columns += 1) {
    const tight = monitorsText({ monitors: [closer] }, { ...look, columns });
    assert.match(tight, /at most 1,200.*…$/m);
    for (const one of tight.split('\n')) assert.ok(one.length <= columns, one);
  }
  const long = { ...monitor, monitor: 'prices of rivals '.repeat(5) };
  for (const line of monitorsText({ monitors: [long] }, look).split('\n')) assert.ok(line.length <= 72, line);
});
