import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EsteiraError } from '../errors.ts';
import { limit, mayPass, rest, waitAfter } from './patience.ts';

const error = (code: 'FILES_UNREADABLE' | 'FENCED' | 'CHECK_FAILED') => new EsteiraError(code, { what: '', next: '' });
/** A clock of which each look is a minute later. */
const hasty = () => {
  let now = Temporal.Instant.from('2026-03-01T00:00:00Z');
  return {
    look: 1,
    now: () => {
      now = now.add({ minutes: 1 });
      return now;
    },
  };
};

test('waits double with each attempt, up to an hour, and differ by at most a tenth', () => {
  const retries = { times: 9, wait: '10 seconds' } as const;
  assert.deepEqual(
    [1, 2, 3, 9, 20].map((attempt) => waitAfter(attempt, retries, 0)),
    [10_000, 20_000, 40_000, 2_560_000, 3_600_000],
  );
  assert.equal(waitAfter(1, retries, 1), 11_000);
});

test('only what may pass by itself is tried again, and nothing that another process has taken over', () => {
  assert.deepEqual([error('FILES_UNREADABLE'), error('FENCED'), error('CHECK_FAILED')].map(mayPass), [
    true,
    false,
    false,
  ]);
});

test('a rest goes by the clock that is given, and a signal ends it', async () => {
  const started = performance.now();
  await rest(hasty(), 3_600_000, new AbortController().signal);
  await rest({ now: () => Temporal.Now.instant() }, 3_600_000, AbortSignal.timeout(20));
  assert.ok(performance.now() - started < 5000);
});

test('where the clock stands still a rest is as long as the machine says', async () => {
  const now = Temporal.Instant.from('2026-03-01T00:00:00Z');
  const started = performance.now();
  await rest({ look: 5, now: () => now }, 50, new AbortController().signal);
  const took = performance.now() - started;
  assert.ok(took >= 50 && took < 5000, `${took} ms`);
});

test('a limit is over with its error, or ended before', async () => {
  const late = limit(hasty(), '2 hours', () => error('CHECK_FAILED'));
  await new Promise((resolve) => late.signal.addEventListener('abort', resolve));
  assert.equal((late.signal.reason as EsteiraError).code, 'CHECK_FAILED');
  const ended = limit(hasty(), '1 hour', () => error('CHECK_FAILED'));
  ended.end();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(ended.signal.aborted, false);
});
