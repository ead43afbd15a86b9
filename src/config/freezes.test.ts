import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Graph } from '../graph/index.ts';
import { refuseForgottenDays } from './freezes.ts';

const jobs = (frozen: string) =>
  ({ jobs: new Map([['back', { name: 'back', rollback: [{ frozen }, {}] }]]) }) as unknown as Pick<Graph, 'jobs'>;

test('a freeze that could never end is refused: good days are counted from figures that are kept', () => {
  const usual = { environments: { local: {} } };
  refuseForgottenDays(usual, jobs('29 days'));
  assert.throws(() => refuseForgottenDays(usual, jobs('30 days')), {
    code: 'CONFIG_INVALID',
    message: /The job back counts good days for longer than environments\.local keeps/,
  });
  refuseForgottenDays({ environments: { local: { keep: { figures: '3 months' } } } }, jobs('30 days'));
  refuseForgottenDays({ environments: { local: { keep: { figures: 'forever' } } } }, jobs('400 days'));
  const short = { environments: { local: {}, production: { keep: { figures: '3 days' } } } } as const;
  assert.throws(() => refuseForgottenDays(short, jobs('3 days')), { message: /environments\.production/ });
});
