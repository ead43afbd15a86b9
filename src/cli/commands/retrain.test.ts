import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RetrainView } from '../../operate/views.ts';
import { retrainText } from './retrain.ts';

const look = { columns: 80, rows: 24, color: false, unicode: true };

test('what each training of a preview would have come to is said whole, however narrow the terminal is', () => {
  const why = 'no row is of the days that are held out by date, from 2026-10-04 to 2026-10-31: nothing to judge with';
  const mape = { measure: 'mape', members: [{ value: 0.21, champion: 0.3 }] };
  const limits = [mape, mape];
  const view = {
    ...{ job: 'learn', when: '0 7 1 * * UTC', from: '2026-10-01', to: '2026-11-01', monitors: [], unfired: [] },
    fires: ['2026-10-01', '2026-11-01'].map((on) => ({ on, date: '2026-09-30', cause: '0 7 1 * * UTC' })),
    trials: [
      { model: 'elasticity', date: '2026-09-30', passed: true, beside: '2026-08-31', limits },
      { model: 'elasticity', date: '2026-10-31', why },
    ],
  } as unknown as RetrainView;
  const lines = retrainText(view, look).split('\n');
  assert.ok(lines.slice(1).every((line) => line.length <= 80));
  const text = lines.map((line) => line.trim()).join(' ');
  assert.match(text, /2026-09-30, elasticity: would have won \(mape 0\.21, before 0\.3\)/);
  assert.ok(text.includes(`2026-10-31, elasticity: ${why}`));
});
