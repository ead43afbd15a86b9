import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishText } from './publish.ts';

const look = { columns: 80, rows: 24, color: false, unicode: true } as const;

test('what endpoints read is told with its rows, and where a table has none yet', () => {
  const at = { store: 's3', endpoint: 'ltr' };
  const text = publishText(
    {
      ...{ taken: 0, stores: ['s3'], models: [], shadows: [] },
      served: [
        { ...at, label: 'serving.lawyers', path: 'endpoints/ltr/…', state: 'published', rows: 12_345, sequence: 7 },
        { ...at, label: 'serving.areas', path: 'endpoints/ltr/…', state: 'nothing yet' },
        { ...at, label: 'settings', path: 'endpoints/ltr/settings.json', state: 'there' },
      ],
    },
    look,
  );
  assert.match(text, /^No model has a champion yet\. s3: ready\.\n\n/);
  assert.match(text, /ltr +serving\.lawyers +12,345 +s3 +published/);
  assert.match(text, /ltr +serving\.areas +s3 +nothing yet/);
  assert.match(text, /ltr +settings +s3 +was there/);
});
