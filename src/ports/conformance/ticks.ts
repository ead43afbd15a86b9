import assert from 'node:assert/strict';
import type { NewTick, StateStore, TickRecord } from '../index.ts';
import { at, begun, newOwner, newRun } from './runs.ts';

type On = (title: string, work: (state: StateStore, another: () => Promise<StateStore>) => Promise<void>) => void;

/** The tick that `newRun` of that day is for. */
function tickOf(day: number, job = 'daily'): NewTick {
  const { date, logicalTime: due, zone } = newRun('any', { day });
  return { job, due, date, zone, cause: '0 0 * * * America/Sao_Paulo' };
}
const note = (state: StateStore, days: readonly number[], job = 'daily') =>
  state.ticks.note('first', job, { ticks: days.map((day) => tickOf(day, job)), upTo: at(1), now: at(1) });
const days = (ticks: readonly TickRecord[]): string[] => ticks.map(({ date, state }) => `${date.day} ${state}`);
const listed = async (state: StateStore, of: TickRecord['state'], job?: string): Promise<string[]> =>
  days(await state.ticks.list({ state: of, limit: 9, ...(job ? { job } : {}) }));

/** Due times, as every state store keeps them. */
export function ticksConformance(on: On): void {
  on('a tick is written once, with the time up to which its job was looked at', async (state, another) => {
    assert.deepEqual([...(await state.ticks.seen())], []);
    await note(state, [2, 1]);
    await state.ticks.note('first', 'daily', { ticks: [tickOf(2), tickOf(3)], upTo: at(5), now: at(5) });
    const other = await another();
    assert.deepEqual([...(await other.ticks.seen())], [['daily', at(5)]]);
    const found = await other.ticks.pending();
    assert.deepEqual(days(found), ['1 due', '2 due', '3 due']);
    assert.deepEqual(found[1], { ...tickOf(2), state: 'due', noted: at(1) });
  });

  on(
    'a tick that was written by a clock ahead of now is due again; what is too much to be told is skipped at once',
    async (state) => {
      await note(state, [1]);
      await state.ticks.skip(tickOf(1), 'the job was not free in time');
      await state.ticks.note('first', 'daily', { ticks: [tickOf(1)], upTo: at(2), now: at(2) });
      assert.deepEqual(await listed(state, 'skipped'), ['1 skipped']);
      const before = at(1).subtract({ hours: 48 });
      const all = { ...tickOf(2), why: 'for all before' };
      await state.ticks.note('first', 'daily', { ticks: [tickOf(1), all], upTo: before, now: before });
      assert.deepEqual(await state.ticks.pending(), [{ ...tickOf(1), state: 'due', noted: before }]);
      assert.deepEqual(await listed(state, 'skipped'), ['2 skipped']);
    },
  );

  on('a schedule does not begin anew what was cancelled after it looked; a person does', async (state) => {
    await note(state, [1]);
    const { held, run } = begun(await state.open(newRun('r1')));
    await state.finish(held, 'cancelled', undefined, at(2));
    const again = { ...newRun('r2'), logicalTime: run.logicalTime };
    const refused = await state.open({ ...again, reason: 'schedule' });
    assert.deepEqual([refused.opened, refused.run.runId, refused.run.state], ['done', 'r1', 'cancelled']);
    const [claimed] = await state.ticks.pending();
    assert.deepEqual([claimed?.state, claimed?.run?.state], ['claimed', 'cancelled']);
    assert.equal(begun(await state.open({ ...again, reason: 'manual' })).held.runId, 'r2');
  });

  on('a clock that goes back by a part of a second makes a tick due again, too', async (state) => {
    const late = at(1).add({ milliseconds: 500 });
    await state.ticks.note('first', 'daily', { ticks: [{ ...tickOf(1), why: 'none' }], upTo: late, now: late });
    await state.ticks.note('first', 'daily', { ticks: [tickOf(1)], upTo: at(1), now: at(1) });
    assert.deepEqual(await state.ticks.pending(), [{ ...tickOf(1), state: 'due', noted: at(1) }]);
  });

  on('a run claims the tick of its time, whatever started it; when it succeeds the tick is done', async (state) => {
    await note(state, [1, 2]);
    const { held } = begun(await state.open(newRun('r1')));
    const [claimed, due] = await state.ticks.pending();
    assert.deepEqual([claimed?.state, claimed?.run], ['claimed', { runId: 'r1', state: 'running' }]);
    assert.equal(due?.state, 'due');
    await state.finish(held, 'failed', undefined, at(3));
    const [failed] = await state.ticks.pending();
    assert.deepEqual(failed?.run, { runId: 'r1', state: 'failed', finishedAt: at(3) });
    const again = begun(await state.open(newRun('r2')));
    assert.equal(again.opened, 'resumed');
    await state.finish(again.held, 'succeeded', undefined, at(4));
    assert.deepEqual(days(await state.ticks.pending()), ['2 due']);
    assert.deepEqual(await listed(state, 'done'), ['1 done']);
  });

  on('a tick that is written after its date was done is done when a run is asked for', async (state) => {
    await state.finish(begun(await state.open(newRun('r1'))).held, 'succeeded', undefined, at(2));
    await note(state, [1]);
    assert.deepEqual(days(await state.ticks.pending()), ['1 due']);
    assert.equal((await state.open(newRun('r2'))).opened, 'done');
    assert.deepEqual(await state.ticks.pending(), []);
  });

  on('a run that goes on with an older date claims no other tick', async (state) => {
    await note(state, [1, 2]);
    begun(await state.open(newRun('r1')));
    const resumed = begun(await state.open(newRun('r2', { day: 2, holder: 'second' })));
    assert.equal(resumed.run.runId, 'r1');
    assert.deepEqual(days(await state.ticks.pending()), ['1 claimed', '2 due']);
  });

  on('a tick for which nothing could be begun says why while it is due, and no longer', async (state) => {
    await note(state, [1, 2]);
    await state.ticks.hold(tickOf(1), 'the key is refused');
    const whys = async () => (await state.ticks.pending()).map(({ date, state: is, why }) => [date.day, is, why]);
    const before = [1, 'due', 'the key is refused'];
    assert.deepEqual(await whys(), [before, [2, 'due', undefined]]);
    const { held } = begun(await state.open(newRun('r1')));
    await state.ticks.hold(tickOf(1), 'too late');
    assert.deepEqual(await whys(), [
      [1, 'claimed', undefined],
      [2, 'due', undefined],
    ]);
    await state.finish(held, 'succeeded', undefined, at(2));
  });

  on('a tick that is skipped says why, until a person has its date run', async (state) => {
    await note(state, [1, 2]);
    await state.ticks.skip(tickOf(1), 'nobody was there');
    assert.deepEqual(days(await state.ticks.pending()), ['2 due']);
    const [skipped] = await state.ticks.list({ state: 'skipped', limit: 9 });
    assert.equal(skipped?.why, 'nobody was there');
    await state.finish(begun(await state.open(newRun('r1'))).held, 'succeeded', undefined, at(2));
    await state.ticks.skip(tickOf(1), 'too late');
    assert.deepEqual(await listed(state, 'skipped'), []);
    const [done] = await state.ticks.list({ state: 'done', limit: 9 });
    assert.deepEqual([done?.date.day, done?.why, done?.run?.runId], [1, undefined, 'r1']);
  });

  on(
    'jobs that come after one that succeeds are due for its date, once, where their schedules are kept',
    async (state) => {
      await note(state, [], 'then');
      const opened = begun(await state.open(newRun('r1', { day: 4 })));
      await state.finish(opened.held, 'succeeded', undefined, at(2), { after: ['then', 'unknown'] });
      const again = begun(await state.open(newRun('r2', { day: 4, again: true })));
      await state.finish(again.held, 'succeeded', undefined, at(3), { after: ['then', 'unknown'] });
      const failing = begun(await state.open(newRun('r3', { day: 5 })));
      await state.finish(failing.held, 'failed', undefined, at(3), { after: ['then'] });
      const pending = await state.ticks.pending();
      assert.deepEqual(pending, [{ ...tickOf(4, 'then'), cause: 'after daily', state: 'due', noted: at(2) }]);
    },
  );

  on('ticks are listed newest first, of one job or of all', async (state) => {
    await note(state, [1, 3]);
    await note(state, [2], 'other');
    for (const tick of [tickOf(1), tickOf(2, 'other'), tickOf(3)]) await state.ticks.skip(tick, 'for the test');
    assert.deepEqual(await listed(state, 'skipped'), ['3 skipped', '2 skipped', '1 skipped']);
    assert.deepEqual(await listed(state, 'skipped', 'other'), ['2 skipped']);
    assert.equal((await state.ticks.list({ state: 'skipped', limit: 1 })).length, 1);
  });

  on(
    'of two that would fire the ticks of one state only its owner writes and opens anything',
    async (state, another) => {
      const first = await state.own(newOwner('first'));
      await note(state, [1]);
      await first.release();
      const other = await another();
      await other.own(newOwner('second'));
      await assert.rejects(note(state, [2]), { code: 'OWNED_ELSEWHERE' });
      await assert.rejects(state.open(newRun('r1')), { code: 'OWNED_ELSEWHERE' });
      assert.deepEqual(days(await other.ticks.pending()), ['1 due']);
      assert.equal((await other.open(newRun('r2', { holder: 'second' }))).opened, 'new');
      assert.deepEqual(days(await state.ticks.pending()), ['1 claimed']);
    },
  );
}
