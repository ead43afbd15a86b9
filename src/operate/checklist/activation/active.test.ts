import assert from 'node:assert/strict';
import { test } from 'node:test';
import { after, byHand, cron, type Job, job } from '../../../define/index.ts';
import type { Project } from '../../../run/index.ts';
import { active } from './activation.ts';

const at = Temporal.Instant.from('2026-09-02T12:00:00Z');
const project = {
  state: { ticks: { seen: async () => new Map([['daily', at]]) }, runs: async () => [] },
  clock: { now: () => at },
} as unknown as Project;
const daily = job('daily', { when: cron('15 2 * * *'), build: [] });
const found = async (of: Job) => {
  const { state, what } = await active(project, of);
  return [state, what];
};

test('a job is active whose schedule, or that of the job that it comes after, is looked at and is due again', async () => {
  const due = 'due 2026-09-03 02:15Z';
  const looked = 'looked at up to 2026-09-02 12:00Z';
  assert.deepEqual(await found(daily), ['ok', `${due} (15 2 * * * UTC); ${looked}`]);
  assert.deepEqual(await found(job('next', { when: after(daily), build: [] })), [
    'ok',
    `${due} (after daily); ${looked}`,
  ]);
  const never = job('daily', { when: byHand, build: [] });
  assert.deepEqual(await found(never), ['failed', 'it is never due again (by hand)']);
  const [state, what] = await found(job('other', { when: cron('15 2 * * *'), build: [] }));
  assert.deepEqual([state, what?.startsWith('no schedule of it was ever kept')], ['failed', true]);
});
