import assert from 'node:assert/strict';
import type { StateStore } from '../index.ts';
import { at, begun, carryOut, newRun } from './runs.ts';

type On = (title: string, work: (state: StateStore, another: () => Promise<StateStore>) => Promise<void>) => void;

/** Which runs a state has, and what they said. */
export function listedConformance(on: On): void {
  on('the runs that go on are found among all', async (state) => {
    begun(await state.open(newRun('r1', { job: 'old', targets: [] })));
    for (const day of [1, 2, 3]) await carryOut(state, begun(await state.open(newRun(`s${day}`, { day }))).held);
    begun(await state.open(newRun('r2', { job: 'new', targets: [] })));
    const going = async (limit: number) => (await state.runs({ state: 'running', limit })).map(({ runId }) => runId);
    assert.deepEqual(await going(9), ['r2', 'r1']);
    assert.deepEqual(await going(1), ['r2']);
  });

  on('a holder knows the runs that it carries out, and what they write', async (state) => {
    const { held } = begun(await state.open(newRun('r1', { holder: 'one', targets: ['c.b', 'c.a'] })));
    begun(await state.open(newRun('r2', { holder: 'other', job: 'other', targets: ['c.d'] })));
    assert.deepEqual(await state.going('one'), [{ job: 'daily', runId: 'r1', since: at(1), targets: ['c.a', 'c.b'] }]);
    await carryOut(state, held);
    assert.deepEqual(await state.going('one'), []);
  });

  on('runs are listed newest first, of one job or of all, up to a limit', async (state) => {
    for (const [day, job] of ['daily', 'other', 'daily', 'daily'].entries())
      await carryOut(state, begun(await state.open(newRun(`r${day}`, { job, day: day + 1 }))).held);
    const listed = async (filter: { job?: string; limit: number }) =>
      (await state.runs(filter)).map(({ runId }) => runId);
    assert.deepEqual(await listed({ limit: 9 }), ['r3', 'r2', 'r1', 'r0']);
    assert.deepEqual(await listed({ job: 'daily', limit: 2 }), ['r3', 'r2']);
    assert.deepEqual(await listed({ job: 'none', limit: 2 }), []);
  });

  on('runs are found by date, time, state, the beginning of their id, and as the last of their job', async (state) => {
    const ends = { a1: 'succeeded', a2: 'failed', ab: 'succeeded', b1: 'failed' } as const;
    for (const [index, [runId, end]] of Object.entries(ends).entries()) {
      const { held } = begun(await state.open(newRun(runId, { job: index < 3 ? 'daily' : 'other', day: index + 1 })));
      await state.finish(held, end, undefined, at(9));
    }
    type Filter = Omit<Parameters<StateStore['runs']>[0], 'limit'>;
    const found = async (filter: Filter) => (await state.runs({ ...filter, limit: 9 })).map(({ runId }) => runId);
    assert.deepEqual(await found({ begins: 'a' }), ['ab', 'a2', 'a1']);
    assert.deepEqual(await found({ begins: 'ab' }), ['ab']);
    assert.deepEqual(await found({ begins: '' }), ['b1', 'ab', 'a2', 'a1']);
    assert.deepEqual(await found({ state: 'failed' }), ['b1', 'a2']);
    assert.deepEqual(await found({ state: 'failed', last: true }), ['b1']);
    assert.deepEqual(await found({ last: true }), ['b1', 'ab']);
    const [, failed] = await state.runs({ job: 'daily', limit: 9 });
    assert.ok(failed);
    assert.deepEqual(await found({ job: 'daily', date: failed.date }), ['a2']);
    assert.deepEqual(await found({ job: 'daily', logicalTime: failed.logicalTime }), ['a2']);
    assert.deepEqual(await found({ job: 'other', date: failed.date }), []);
  });

  on('runs of a job are listed with those of its parts when they are asked for', async (state) => {
    for (const [day, job] of ['daily', 'daily:silver.a', 'daily2', 'daily', 'daily:gold.*'].entries())
      await carryOut(state, begun(await state.open(newRun(`r${day}`, { job, day: day + 1 }))).held);
    const listed = async (filter: { parts?: boolean; limit: number }) =>
      (await state.runs({ job: 'daily', ...filter })).map(({ runId }) => runId);
    assert.deepEqual(await listed({ limit: 9 }), ['r3', 'r0']);
    assert.deepEqual(await listed({ parts: true, limit: 9 }), ['r4', 'r3', 'r1', 'r0']);
    assert.deepEqual(await listed({ parts: true, limit: 2 }), ['r4', 'r3']);
  });

  on('a log is kept in the order of writing, by run and by step', async (state) => {
    const hostile = `it's "ç" \u{1f600}\n\u0000\u0010 \u00100 %s`;
    const lines = Array.from({ length: 1_200 }, (_, index) => ({
      at: at(1),
      level: 'info' as const,
      text: `${index} ${hostile}`,
      ...(index % 2 === 0 && { step: 'c.silver.orders' }),
    }));
    await state.log('r1', lines);
    await state.log('r1', []);
    await state.log('r2', [{ at: at(2), level: 'error', text: 'of another run' }]);
    assert.deepEqual(
      (await state.logs('r1')).map(({ text }) => text),
      lines.map(({ text }) => text),
    );
    assert.equal((await state.logs('r1', 'c.silver.orders')).length, 600);
    const [other] = await state.logs('r2');
    assert.deepEqual([other?.level, other?.step, other?.at.toString()], ['error', undefined, at(2).toString()]);
  });
}
