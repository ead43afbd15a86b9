import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trainedTexts, usedText } from './settings-used.ts';

const days = Array.from({ length: 20 }, (_, index) => `2026-11-${String(index + 1).padStart(2, '0')}`);

test('a table of settings of a model is said row by row where it is short, and in one line where it is long', () => {
  const calendar = days.flatMap((day) => [
    { name: `config.calendar[${day}].event`, value: 'v. 2' },
    { name: `config.calendar[${day}].weight`, value: '1' },
  ]);
  assert.deepEqual(
    trainedTexts([
      ...calendar,
      { name: 'config.shops[a].size', value: '9' },
      { name: 'config.limits.floor', value: '0.1' },
    ]),
    [
      'config.calendar: 20 rows, such as config.calendar[2026-11-01].event = v. 2',
      'config.shops[a].size = 9',
      'config.limits.floor = 0.1',
    ],
  );
});

test('a table is long by its rows, however many values each has', () => {
  const wide = Array.from({ length: 10 }, (_, index) => ({ name: `config.shops[a].size_${index}`, value: '9' }));
  assert.deepEqual(
    trainedTexts(wide),
    wide.map(({ name }) => `${name} = 9`),
  );
});

test('so are the settings of a run', () => {
  const row = (day: string): string => `date date '${day}', event 'rain; snow'`;
  assert.equal(
    usedText('config.calendar', days.map(row).join('; ')),
    "config.calendar of 20 rows, such as date date '2026-11-01', event 'rain; snow'",
  );
  assert.equal(
    usedText('config.calendar', days.slice(0, 2).map(row).join('; ')),
    "config.calendar date date '2026-11-01', event 'rain; snow'; date date '2026-11-02', event 'rain; snow'",
  );
});
