// Run by name, with ESTEIRA_TEST_SUPABASE=<file>: npm test -- test/servers/supabase
import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, describe, test } from 'node:test';
import type { EsteiraError } from '../../../src/errors.ts';
import type { Asked } from './gateway.ts';
import { inDatabase, withoutSupabase } from './support.ts';
import { OwnTime, TimedProject } from './time.ts';
import { LeadsWorld } from './world.ts';

const minute = 60_000;
const isRead = ({ method, path }: Asked): boolean => method === 'GET' && path.includes('/events?');
const isWrite = ({ method, path }: Asked): boolean => method === 'PATCH' && path.includes('id=eq.');
const failing = async (work: Promise<unknown>): Promise<EsteiraError> =>
  work.then(
    () => assert.fail('it does not fail'),
    (error: unknown) => error as EsteiraError,
  );

describe('a gateway that is away, and one that does not answer', { skip: withoutSupabase }, () => {
  let world: LeadsWorld;
  let time: OwnTime;
  let timed: TimedProject;
  /** Milliseconds until an answer is awaited no longer. */
  const answer = 2000;
  let again = false;
  before(async () => {
    if (!withoutSupabase) world = await LeadsWorld.of(400, 'row by row', { ofSources: true });
  });
  beforeEach(async () => {
    time = new OwnTime();
    timed = await TimedProject.of(world, time, { answer });
  });
  afterEach(async () => {
    time.end();
    await timed.project.close();
    world.gateway.onRequest = () => {};
    await world.gateway.gone();
    await world.gateway.back();
    await world.forget();
    again = true;
  });

  /** From the third of such requests on, for so long, or until somebody brings it back; `heard` says when a request reached it again. */
  function goneAt(of: (asked: Asked) => boolean, milliseconds?: number): { readonly heard: number } {
    let count = 0;
    const told = { heard: Number.NaN };
    world.gateway.onRequest = async (asked) => {
      count += of(asked) ? 1 : 0;
      if (count !== 3) return;
      world.gateway.onRequest = () => {};
      time.begin();
      const isOver = milliseconds === undefined ? new Promise<void>(() => {}) : time.until(milliseconds);
      void isOver.then(() => {
        world.gateway.onRequest = () => {
          if (Number.isNaN(told.heard)) told.heard = time.passed;
        };
        return world.gateway.back();
      });
      await world.gateway.gone();
    };
    return told;
  }
  const retries = async (): Promise<number> => {
    const newest = '(select run_id from users.lead_score_batches order by delivered_at desc limit 1)';
    const [[sum] = []] = await timed.rows(`select sum(retries) from users.lead_score_batches where run_id = ${newest}`);
    return Number(sum);
  };

  test('gone for a minute within its batches: it waits, goes on, and each row is written once', async () => {
    const told = goneAt(isWrite, minute);
    assert.equal((await timed.score(again)).state, 'succeeded');
    assert.ok(told.heard >= minute && told.heard < 2 * minute, `${told.heard} ms`);
    assert.ok((await retries()) >= 4, `${await retries()} retries`);
    assert.deepEqual(await world.differences(), []);
  });

  test('gone for a minute while users and events are read: the step is tried again, and all of them are there', async () => {
    const told = goneAt(isRead, minute);
    assert.equal((await timed.score(again)).state, 'succeeded');
    assert.ok(told.heard >= minute && told.heard < 2 * minute, `${told.heard} ms`);
    assert.deepEqual(await world.differences(), []);
  });

  test('gone for longer than two minutes: the run ends and says so; the next one writes what is left, and nothing twice', async () => {
    goneAt(isWrite);
    const error = await failing(timed.score(again));
    assert.equal(error.code, 'SOURCE_UNREACHABLE');
    assert.match(error.message, /The API does not answer, or went away/);
    assert.ok(time.passed >= 2 * minute, `${time.passed} ms`);
    const [{ written = 0 } = {}] = await inDatabase('select count(*)::int as written from lead_writes');
    assert.ok(Number(written) < world.golden.size, `${written} were written before`);
    await world.gateway.back();
    assert.equal((await timed.score(false)).state, 'succeeded');
    assert.deepEqual(await world.differences(), []);
  });

  test('requests that hang, answers that stall, carried out or not: asked again in time, and each row is written once', async () => {
    const faults = [
      { is: 'hang' },
      { is: 'stall' },
      { is: 'hang', carriedOut: true },
      { is: 'stall', carriedOut: true },
    ] as const;
    for (const which of [isRead, isWrite])
      world.gateway.fail(...faults.map((fault) => ({ ...fault, times: 1, of: which })));
    assert.equal((await timed.score(again)).state, 'succeeded');
    assert.deepEqual(await world.differences(), []);
    const unanswered = world.gateway.seen.filter(({ status }) => status === 0);
    assert.ok(unanswered.length >= 2 * faults.length, `${unanswered.length} without an answer`);
  });

  test('a gateway that takes each request and never answers ends the run like one that is gone, and nothing is lost', async () => {
    world.gateway.fail({ is: 'hang', of: isWrite, times: 1000, carriedOut: true });
    world.gateway.onRequest = (asked) => {
      if (isWrite(asked)) time.begin();
    };
    const error = await failing(timed.score(again));
    assert.equal(error.code, 'SOURCE_UNREACHABLE');
    assert.match(`${error.message} ${error.details.got}`, /no answer in time/);
    const unanswered = world.gateway.seen.filter((one) => isWrite(one) && one.status === 0);
    assert.ok(unanswered.length < world.golden.size / 2, `${unanswered.length} requests are waited for`);
    world.gateway.heal();
    assert.equal((await timed.score(false)).state, 'succeeded');
    assert.deepEqual(await world.differences(), []);
  });
});
