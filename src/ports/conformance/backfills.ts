import assert from 'node:assert/strict';
import type { NewBackfill, StateStore } from '../index.ts';
import { at, begun, newRun } from './runs.ts';

type On = (title: string, work: (state: StateStore, another: () => Promise<StateStore>) => Promise<void>) => void;

const day = (number: number): Temporal.PlainDate => new Temporal.PlainDate(2026, 3, number);
const wanted = (backfillId: string, more: Partial<NewBackfill> = {}): NewBackfill => ({
  backfillId,
  job: 'daily',
  from: day(1),
  to: day(3),
  parallel: 1,
  dates: [1, 2, 3].map(day),
  now: at(1),
  ...more,
});
const states = async (state: StateStore, backfillId: string): Promise<string[]> =>
  (await state.backfills.dates(backfillId)).map(({ date, state: now, runId }) =>
    `${date.day} ${now} ${runId ?? ''}`.trim(),
  );

/** Dates that somebody wants to have, as every state store keeps them; and runs side by side. */
export function backfillsConformance(on: On): void {
  on('a backfill that is not done goes on by the same words, with its dates as they stand', async (state, another) => {
    const first = await state.backfills.open(wanted('b1', { parallel: 2 }));
    assert.deepEqual([first.opened, first.backfill.parallel, first.backfill.state], ['new', 2, 'running']);
    await state.backfills.mark('b1', { date: day(1), state: 'done', runId: 'r1' });
    await state.backfills.mark('b1', { date: day(2), state: 'failed', error: { code: 'CHECK_FAILED' } });
    await state.backfills.end('b1', 'failed', at(2));
    const other = await another();
    assert.deepEqual((await other.backfills.dates('b1'))[1], {
      date: day(2),
      state: 'failed',
      error: { code: 'CHECK_FAILED' },
    });
    const again = await other.backfills.open(wanted('b2', { now: at(3) }));
    assert.deepEqual(again, {
      opened: 'resumed',
      backfill: { ...first.backfill, parallel: 1 },
    });
    assert.deepEqual(await states(other, 'b1'), ['1 done r1', '2 failed', '3 pending']);
  });

  on(
    'other dates, another job, and one that is done are backfills of their own; the newest comes first',
    async (state) => {
      await state.backfills.open(wanted('b1'));
      assert.equal((await state.backfills.open(wanted('b2', { to: day(2), dates: [day(1), day(2)] }))).opened, 'new');
      assert.equal((await state.backfills.open(wanted('b3', { job: 'other' }))).opened, 'new');
      await state.backfills.end('b1', 'done', at(2));
      assert.equal((await state.backfills.open(wanted('b4'))).opened, 'new');
      const ids = async (job?: string) =>
        (await state.backfills.list({ limit: 9, ...(job ? { job } : {}) })).map(({ backfillId }) => backfillId);
      assert.deepEqual(await ids(), ['b4', 'b3', 'b2', 'b1']);
      assert.deepEqual(await ids('other'), ['b3']);
      assert.deepEqual((await state.backfills.list({ limit: 9 })).at(-1)?.finishedAt, at(2));
    },
  );

  on('runs of several dates go on side by side under one that keeps the job, and no other does', async (state) => {
    const keeper = begun(await state.open(newRun('k1', { job: 'backfill daily', keeps: ['daily'], steps: [] })));
    const { token } = keeper.held;
    const under = { under: token, targets: [] };
    const first = begun(await state.open(newRun('r1', { ...under, day: 1 })));
    const second = begun(await state.open(newRun('r2', { ...under, day: 2 })));
    assert.deepEqual([first.opened, second.opened, first.held.token], ['new', 'new', token]);
    await assert.rejects(state.open(newRun('r3', { day: 3 })), { code: 'RUN_IN_PROGRESS' });
    await state.finish(first.held, 'succeeded', undefined, at(2));
    await state.finish(keeper.held, 'cancelled', undefined, at(2));
    await assert.rejects(state.finish(second.held, 'succeeded', undefined, at(3)), { code: 'FENCED' });
    await assert.rejects(state.open(newRun('r4', { ...under, day: 4 })), { code: 'FENCED' });
    const next = begun(await state.open(newRun('k2', { job: 'backfill daily', keeps: ['daily'], steps: [] })));
    const resumed = begun(await state.open(newRun('r5', { targets: [], under: next.held.token, day: 2 })));
    assert.deepEqual([resumed.opened, resumed.held.runId], ['resumed', 'r2']);
  });
}
