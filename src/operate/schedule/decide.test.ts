import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Late } from '../../plan/ticks-due.ts';
import type { RunState, TickRecord } from '../../ports/index.ts';
import { decide } from './decide.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
/** Due at 02:00 of that day of March, and noted then or at another time. */
function tick(day: number, noted?: string, run?: { state: RunState; finished?: string }): TickRecord {
  const date = `2026-03-${String(day).padStart(2, '0')}`;
  const due = at(`${date}T02:00:00Z`);
  return {
    ...{ job: 'daily', due, date: Temporal.PlainDate.from(date), zone: 'UTC', cause: '0 2 * * * UTC' },
    state: run ? 'claimed' : 'due',
    noted: noted ? at(noted) : due,
    ...(run && {
      run: { runId: `run ${day}`, state: run.state, ...(run.finished && { finishedAt: at(run.finished) }) },
    }),
  };
}
const told = (ticks: readonly TickRecord[], missed: Late['missed'], limit = 100) => {
  const { next, skipped } = decide(ticks, () => ({ missed, limit }));
  return { next: next?.date.day, skipped: skipped.map(({ tick: one, why }) => `${one.date.day}: ${why}`) };
};
const monday = '2026-03-09T08:00:00Z';
const late = [tick(7, monday), tick(8, monday), tick(9, monday)];

test('one that is due in time is run, whatever the job does about others', () => {
  for (const missed of ['run each', 'run once', 'skip'] as const)
    assert.deepEqual(told([tick(7)], missed), { next: 7, skipped: [] });
});

test('run each: the oldest first, one at a time, and no more than the limit', () => {
  assert.deepEqual(told(late, 'run each'), { next: 7, skipped: [] });
  assert.deepEqual(told(late, 'run each', 2), {
    next: 8,
    skipped: ['7: more than 2 were missed: the newest 2 are run'],
  });
});

test('run once: the newest, and the others are named', () => {
  const why = `nobody ran the schedules until ${monday}; 2026-03-09 is run in its place`;
  assert.deepEqual(told(late, 'run once'), { next: 9, skipped: [`7: ${why}`, `8: ${why}`] });
});

test('skip: none of those that were missed; one that came while the job was busy waits for it', () => {
  const { next, skipped } = told(late, 'skip');
  assert.deepEqual([next, skipped.length], [undefined, 3]);
  assert.match(skipped[2] ?? '', /^9: nobody ran the schedules until .*; the job skips what it missed$/);
  const busy = told([tick(7), tick(8)], 'skip');
  assert.deepEqual(busy, { next: 8, skipped: ['7: the job was not free in time; 2026-03-08 is run in its place'] });
});

test('of one that could not begin it is said why, also when another is run in its place', () => {
  const held = { ...tick(7), why: 'RUN_NOT_READY: APP_KEY: not set' };
  const why = '7: it could not begin: RUN_NOT_READY: APP_KEY: not set; 2026-03-08 is run in its place';
  for (const missed of ['run once', 'skip'] as const)
    assert.deepEqual(told([held, tick(8)], missed), { next: 8, skipped: [why] });
});

test('a short absence is none', () => {
  assert.deepEqual(told([tick(7, '2026-03-07T02:09:00Z')], 'skip').next, 7);
});

test('what was interrupted goes on before anything else', () => {
  const ticks = [tick(6), tick(7, undefined, { state: 'running' }), ...late.slice(1)];
  for (const missed of ['run each', 'run once', 'skip'] as const)
    assert.deepEqual(told(ticks, missed), { next: 7, skipped: [] });
});

test('what failed is tried once more when another tick has come, and not a second time because of it', () => {
  const failed = (finished: string) => tick(7, undefined, { state: 'failed', finished });
  assert.deepEqual(told([failed('2026-03-07T02:05:00Z')], 'run each'), { next: undefined, skipped: [] });
  assert.deepEqual(told([failed('2026-03-07T02:05:00Z'), tick(8)], 'run each'), { next: 7, skipped: [] });
  assert.deepEqual(told([failed('2026-03-08T02:05:00Z'), tick(8)], 'run each'), { next: 8, skipped: [] });
  const once = told([failed('2026-03-07T02:05:00Z'), tick(8)], 'run once');
  assert.deepEqual(once, { next: 8, skipped: ['7: its run run 7 failed; 2026-03-08 is run in its place'] });
});

test('what failed for a moment only is tried again without another tick', () => {
  const failed = tick(7, undefined, { state: 'failed', finished: '2026-03-07T02:05:00Z' });
  const again = new Set([failed.due.toString()]);
  assert.equal(decide([failed], () => ({ missed: 'run once', limit: 100 }), again).next, failed);
});

test('what a person has cancelled is not run again', () => {
  const ticks = [tick(7, undefined, { state: 'cancelled' }), tick(8)];
  assert.deepEqual(told(ticks, 'run each'), { next: 8, skipped: ['7: its run run 7 was cancelled'] });
});

test('each schedule of a job has its own way; the oldest of what they choose is run', () => {
  const weekly = { ...tick(8, monday), cause: 'weekly' };
  const { next, skipped } = decide([tick(7, monday), weekly, tick(9, monday)], (cause) => ({
    missed: cause === 'weekly' ? 'run each' : 'run once',
    limit: 100,
  }));
  assert.equal(next, weekly);
  assert.deepEqual(
    skipped.map(({ tick: one }) => one.date.day),
    [7],
  );
});
