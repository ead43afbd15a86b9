import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RetrainView } from '../../operate/views.ts';
import { retrainText } from './retrain.ts';

const look = { columns: 80, rows: 24, color: false, unicode: true };

test('under each day that a job would have begun stands what its training would have come to, whole, however narrow the terminal is', () => {
  const why = 'no row is of the days that are held out by date, from 2026-10-04 to 2026-10-31: nothing to judge with';
  const mape = { measure: 'mape', members: [{ value: 0.21, champion: 0.3 }] };
  const limits = [mape, mape];
  const cause = '0 7 1 * * UTC';
  const trial = { model: 'elasticity', limits };
  const view = {
    ...{ job: 'learn', when: cause, from: '2026-10-01', to: '2026-11-15', unfired: [] },
    monitors: [{ monitor: 'MAPE', held: 30, broken: 1, unknown: 15, why: 'forecasts has no row of 2026-11-15' }],
    fires: [
      { on: '2026-10-01', date: '2026-09-30', cause },
      { on: '2026-11-01', date: '2026-10-31', cause },
      { on: '2026-11-15', date: '2026-11-14', cause: 'alert MAPE', waited: 'cool-down until 2026-11-15' },
    ],
    trials: [
      { ...trial, on: '2026-10-01', date: '2026-09-30', passed: true, beside: '2026-08-31' },
      { model: 'elasticity', on: '2026-11-01', date: '2026-10-31', why },
      { ...trial, on: '2026-11-15', date: '2026-11-14', passed: false, why: 'mape 0.21 is above 0.2' },
    ],
  } as unknown as RetrainView;
  const lines = retrainText(view, look).split('\n');
  assert.ok(lines.every((line) => line.length <= 80));
  assert.equal(
    lines.map((line) => line.trim()).join(' '),
    [
      'learn (0 7 1 * * UTC), dates 2026-10-01 to 2026-11-15: it would have begun 3 times, and 1 of 3 trainings would have passed the gate',
      'MAPE: held on 30 days, broken on 1, not known on 15 (forecasts has no row of 2026-11-15) ',
      '2026-10-01, for 2026-09-30: 0 7 1 * * UTC',
      'elasticity: passes its gate beside that of 2026-08-31 (mape 0.21, before 0.3)',
      '2026-11-01, for 2026-10-31: 0 7 1 * * UTC',
      `elasticity: ${why}`,
      '2026-11-15, for 2026-11-14: alert MAPE (waited: cool-down until 2026-11-15)',
      'elasticity: refused: mape 0.21 is above 0.2',
    ].join(' '),
  );
});
