import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../columns/index.ts';
import { byHand, job, sql, table } from '../define/index.ts';
import { collect } from '../graph/index.ts';
import { logsIn, refuseIdleLogs } from './logs-of.ts';
import type { Place } from './project.ts';

const rows = table('silver.numbers', { columns: { n: col.integer() }, rows: sql`select 1 as n` });
const jobs = ['train_ltr_daily', 'train_ltr_hourly', 'other'].map((name) => job(name, { when: byHand, build: [rows] }));
const exports = Object.fromEntries([rows, ...jobs].map((one) => [one.name, one]));
const graph = collect([{ catalog: 'shop', file: 'shop.ts', exports }], { suffix: '_invalidos' });
const place = { folder: '/project', value: (of: string) => of } as Place;

test('jobs may share a file; the first name that fits counts', () => {
  const found = logsIn({ logs: { train_ltr_daily: 'logs/daily.log', 'train_ltr_*': 'logs/ltr.log' } }, place, graph);
  assert.deepEqual(
    [...found].map(([name, { describe }]) => `${name} ${describe}`),
    ['train_ltr_daily logs/daily.log', 'train_ltr_hourly logs/ltr.log'],
  );
  const same = logsIn({ logs: { other: 'logs/ltr.log', '*': './logs/ltr.log' } }, place, graph);
  assert.equal(new Set(same.values()).size, 1, 'one file, whatever it is called');
});

test('a file that no job writes to is refused', () => {
  refuseIdleLogs({ logs: { '*': 'all.log' } }, graph);
  assert.throws(() => refuseIdleLogs({ logs: { train_lrt: 'a.log' } }, graph), {
    code: 'CONFIG_INVALID',
    message: /logs\.train_lrt/,
  });
});
