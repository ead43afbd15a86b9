import assert from 'node:assert/strict';
import type { Before, Disagreement, Held, KeptRow, PublishedRun, StateStore, Swept } from '../index.ts';
import { account, at, begun, details, newOwner, newRun } from './runs.ts';

type On = (title: string, work: (state: StateStore, another: () => Promise<StateStore>) => Promise<void>) => void;

const none = { bounds: [], files: {} };
const steps = ['c.silver.orders', 'c.gold.orders'];

async function carryOut(state: StateStore, held: Held, how: 'succeeded' | 'failed' | 'cancelled' = 'succeeded') {
  for (const step of how === 'succeeded' ? steps : steps.slice(0, 1)) {
    await state.intent(held, step, { bounds: [{ source: 'c.bronze.orders', lower: 0n, upper: 9n }], files: {} }, at(2));
    await state.done(held, step, { account, details }, at(2));
  }
  await state.log(held.runId, [{ at: at(2), level: 'info', text: `of ${held.runId}` }]);
  await state.finish(held, how, undefined, at(3));
}
const run = async (state: StateStore, runId: string, more: Parameters<typeof newRun>[1] = {}) =>
  begun(await state.open(newRun(runId, more))).held;
const idsOf = async (state: StateStore) => (await state.runs({ limit: 99 })).map(({ runId }) => runId).toSorted();
const of = (swept: readonly Swept[], kind: Swept['kind']) => swept.find((one) => one.kind === kind);
const all: Before = { runs: at(9), logs: at(9), ticks: at(9), backfills: at(9) };

const published = (runId: string, runSeq: bigint, more: Partial<PublishedRun> = {}): PublishedRun => {
  const { date, logicalTime, zone, job, reason } = newRun(runId, { day: Number(runSeq) });
  const own = steps.map((step) => ({ step, definition: 'a1', account, details, publishedAt: at(2) }));
  return { ...{ runId, runSeq, job, date, logicalTime, zone, reason }, isWhole: true, steps: own, ...more };
};
const nothing: Disagreement = { token: 0n, runSeq: 0n, unknown: [], lost: [], beyond: [] };

/** What is old leaves a state, copies are taken of it, and it is brought back to what a warehouse knows; the same in every store. */
export function keepingConformance(on: On): void {
  on('of what is old nothing leaves that something may still need, and a second sweep finds nothing', async (state) => {
    await state.ticks.note('first', 'daily', { ticks: [], upTo: at(1), now: at(1) });
    for (const day of [1, 2, 3]) await carryOut(state, await run(state, `r${day}`, { day }));
    await carryOut(state, await run(state, 'again', { day: 2, again: true }));
    await carryOut(state, await run(state, 'stream1', { job: 'stream', reason: 'always', again: true }));
    await carryOut(state, await run(state, 'stream2', { job: 'stream', reason: 'always', again: true, day: 2 }));
    await carryOut(state, await run(state, 'failed', { job: 'other', targets: [] }), 'failed');
    await carryOut(state, await run(state, 'cancelled', { job: 'other', targets: [], day: 2 }), 'cancelled');
    const going = await run(state, 'going', { job: 'other', targets: [], day: 3 });
    await state.log('going', [{ at: at(2), level: 'info', text: 'goes on' }]);
    const foreseen = await state.keeping.sweep(all, { dryRun: true });
    assert.equal((await idsOf(state)).length, 9, 'a dry run removes nothing');
    const swept = await state.keeping.sweep(all, {});
    assert.deepEqual(swept, foreseen);
    assert.deepEqual(await idsOf(state), ['again', 'failed', 'going', 'r1', 'r3', 'stream2'].toSorted());
    assert.deepEqual([of(swept, 'runs')?.count, of(swept, 'details')?.count, of(swept, 'log lines')?.count], [3, 2, 8]);
    assert.ok((of(swept, 'runs')?.bytes ?? 0) > 100);
    assert.equal(of(swept, 'runs')?.oldestKept?.toString(), at(1).toString());
    assert.deepEqual(
      [(await state.steps('r1')).length, (await state.steps('again')).length],
      [0, 2],
      'the newest is whole',
    );
    const once = await state.open(newRun('r9', { day: 1 }));
    assert.equal(once.opened, 'done', 'its date stays done');
    assert.equal((await state.logs('going')).length, 1);
    await state.finish(going, 'succeeded', undefined, at(4));
    const second = await state.keeping.sweep({ ...all, runs: at(3) }, {});
    assert.deepEqual(
      second.map(({ kind, count }) => [kind, count]),
      [
        ['log lines', 1],
        ['due times', 0],
        ['backfills', 0],
        ['runs', 0],
        ['details', 0],
      ],
    );
  });

  on(
    'what failed leaves when its job has succeeded since; what is younger stays, and so does a kind that is not named',
    async (state) => {
      await carryOut(state, await run(state, 'failed'), 'failed');
      await carryOut(state, await run(state, 'r2', { day: 2 }));
      await state.keeping.sweep({ runs: at(3) }, {});
      assert.deepEqual(await idsOf(state), ['failed', 'r2']);
      const swept = await state.keeping.sweep({ runs: at(9) }, {});
      assert.deepEqual([await idsOf(state), swept.map(({ kind }) => kind)], [['r2'], ['runs', 'details']]);
      assert.equal((await state.keeping.numbers()).removed, 1n);
      assert.equal(begun(await state.open(newRun('r3', { day: 3 }))).held.runSeq, 3n, 'numbers go on');
    },
  );

  on('ticks that are owed stay, and so does the run that owes one; those that are done leave', async (state) => {
    const { date, logicalTime: due, zone } = newRun('any');
    const tick = (days: number) => ({
      ...{ job: 'daily', due: due.add({ hours: 24 * days }), date: date.add({ days }), zone, cause: 'cron' },
    });
    await state.ticks.note('first', 'daily', { ticks: [0, 1, 2, 3].map(tick), upTo: at(1), now: at(1) });
    await carryOut(state, await run(state, 'r1'));
    await carryOut(state, await run(state, 'r2', { day: 2 }), 'failed');
    await state.ticks.skip(tick(2), 'no time');
    await carryOut(state, await run(state, 'r5', { day: 5 }));
    const swept = await state.keeping.sweep(all, {});
    assert.equal(of(swept, 'due times')?.count, 2);
    assert.deepEqual(
      (await state.ticks.pending()).map(({ date: day, state: was }) => `${day.day} ${was}`),
      ['2 claimed', '4 due'],
    );
    assert.ok((await idsOf(state)).includes('r2'));
  });

  on('a backfill that is done leaves, one that may go on stays', async (state) => {
    const { date: from } = newRun('any');
    const wanted = { job: 'daily', from, parallel: 1, dates: [from], now: at(1) };
    for (const [id, end] of [
      ['b1', 'done'],
      ['b2', 'failed'],
    ] as const) {
      await state.backfills.open({ ...wanted, backfillId: id, to: from.add({ days: id === 'b1' ? 1 : 2 }) });
      await state.backfills.end(id, end, at(2));
    }
    assert.equal(of(await state.keeping.sweep(all, {}), 'backfills')?.count, 1);
    assert.deepEqual(
      (await state.backfills.list({ limit: 9 })).map(({ backfillId }) => backfillId),
      ['b2'],
    );
    assert.deepEqual([await state.backfills.dates('b1'), (await state.backfills.dates('b2')).length], [[], 1]);
  });

  on('a sweep that is stopped half-way has lost nothing, and is done again', async (state) => {
    await carryOut(state, await run(state, 'r1', { again: true }));
    await carryOut(state, await run(state, 'r2', { again: true }));
    const stopped = AbortSignal.abort(new Error('stopped'));
    await assert.rejects(state.keeping.sweep(all, { signal: stopped }), /stopped/);
    assert.equal(of(await state.keeping.sweep(all, {}), 'runs')?.count, 1);
    assert.equal(await state.keeping.swept(), undefined);
    await state.keeping.noteSwept(at(4));
    await state.keeping.noteSwept(at(5));
    assert.equal((await state.keeping.swept())?.toString(), at(5).toString());
  });

  on('a snapshot is of one moment, and has all but the owner', async (state, another) => {
    const own = await state.own(newOwner('first'));
    await carryOut(state, await run(state, 'r1'));
    const held = await run(state, 'r2', { day: 2 });
    await state.log(
      'r2',
      Array.from({ length: 1100 }, (_, line) => ({ at: at(2), level: 'info', text: `it's \u0000 ${line}` }) as const),
    );
    const snapshot = await state.keeping.snapshot();
    await (await another()).log('r2', [{ at: at(2), level: 'info', text: 'later' }]);
    await state.finish(held, 'succeeded', undefined, at(4));
    const rows: KeptRow[] = [];
    for await (const row of snapshot.rows()) rows.push(row);
    await snapshot.close();
    const inTable = (table: string) => rows.filter((row) => row.table === table).map(({ row }) => row);
    assert.deepEqual(
      inTable('run').map(({ run_id, state: was, run_seq }) => [run_id, was, run_seq]),
      [
        ['r1', 'succeeded', '1'],
        ['r2', 'running', '2'],
      ],
    );
    assert.deepEqual(
      [inTable('log').length, inTable('log')[1]?.['text'], inTable('log').at(-1)?.['text']],
      [1101, "it's \u0000 0", "it's \u0000 1099"],
    );
    assert.deepEqual([inTable('lease').length, inTable('owner'), snapshot.token, snapshot.runSeq], [3, [], 2n, 2n]);
    await own.release();
  });

  on('numbers that a warehouse has seen are never given again, and its runs are known', async (state, another) => {
    const found = {
      ...nothing,
      token: 7n,
      runSeq: 3n,
      unknown: [published('w1', 1n), published('w2', 2n, { isWhole: false }), published('w3', 3n)],
    };
    await assert.rejects(
      withOwner(await another(), () => state.keeping.reconcile('nobody', found, at(5))),
      { code: 'OWNED_ELSEWHERE' },
    );
    for (const time of [1, 2]) {
      await state.keeping.reconcile('first', found, at(5));
      assert.deepEqual(
        (await state.runs({ limit: 9 })).map((one) => `${one.runId} ${one.state}`),
        ['w3 succeeded', 'w2 failed', 'w1 succeeded'],
        `time ${time}`,
      );
    }
    assert.deepEqual(await state.keeping.known(['w1', 'w9']), new Set(['w1']));
    assert.equal((await state.open(newRun('r1', { day: 1 }))).opened, 'done');
    const [step] = await state.steps('w1');
    assert.deepEqual([step?.state, step?.account, step?.details], ['done', account, details]);
    const resumed = begun(await state.open(newRun('r2', { day: 2 })));
    assert.deepEqual([resumed.opened, resumed.held.runId, resumed.held.token], ['resumed', 'w2', 8n]);
    await state.finish(resumed.held, 'cancelled', undefined, at(6));
    assert.equal(begun(await state.open(newRun('r4', { day: 4 }))).held.runSeq, 4n);
  });

  on(
    'a run that was refused for want of what is known now makes way; one that has published keeps its number',
    async (state) => {
      await state.finish(await run(state, 'refused', { day: 1 }), 'failed', undefined, at(3));
      await carryOut(state, await run(state, 'own', { day: 9 }));
      await state.keeping.reconcile(
        'first',
        { ...nothing, token: 4n, runSeq: 3n, unknown: [published('w1', 1n), published('w2', 2n)] },
        at(5),
      );
      assert.equal((await state.open(newRun('r1', { day: 1 }))).opened, 'done');
      assert.equal((await state.run('w1'))?.runSeq, 1n);
      assert.deepEqual([(await state.run('own'))?.runSeq, (await state.run('w2'))?.runSeq !== 2n], [2n, true]);
      assert.equal((await state.run('refused'))?.state, 'superseded');
    },
  );

  on('of a date that several runs have done the last word is the newest', async (state) => {
    const { logicalTime, date } = newRun('any');
    const same = { logicalTime, date };
    await state.keeping.reconcile(
      'first',
      { ...nothing, token: 1n, runSeq: 5n, unknown: [published('w1', 4n, same), published('w2', 5n, same)] },
      at(5),
    );
    assert.deepEqual(
      (await state.runs({ limit: 9 })).map((one) => `${one.runId} ${one.state}`),
      ['w2 succeeded', 'w1 superseded'],
    );
    await state.keeping.reconcile(
      'first',
      { ...nothing, token: 1n, runSeq: 5n, unknown: [published('w0', 3n, same)] },
      at(5),
    );
    assert.equal((await state.run('w0'))?.state, 'superseded');
  });

  on('what the warehouse does not have is to be done again, with what is there then', async (state) => {
    const { date, logicalTime: due, zone } = newRun('any');
    await state.ticks.note('first', 'daily', {
      ticks: [{ job: 'daily', due, date, zone, cause: 'cron' }],
      upTo: at(1),
      now: at(1),
    });
    await carryOut(state, await run(state, 'r1'));
    const lost = [{ runId: 'r1', steps: ['c.gold.orders'] }];
    const beyond = [{ runId: 'r1', step: 'c.gold.orders' }];
    await state.keeping.reconcile('first', { ...nothing, lost, beyond }, at(5));
    assert.deepEqual(
      (await state.steps('r1')).map(({ step, state: was, bounds }) => [step, was, bounds?.length]),
      [
        ['c.silver.orders', 'done', 1],
        ['c.gold.orders', 'pending', undefined],
      ],
    );
    assert.match(JSON.stringify((await state.run('r1'))?.error), /esteira resume r1/);
    assert.deepEqual(
      (await state.ticks.pending()).map(({ state: was }) => was),
      ['due'],
    );
    assert.equal(begun(await state.open(newRun('r2'))).held.runId, 'r1');
  });

  on('runs are told with their steps, by their numbers', async (state) => {
    await carryOut(state, await run(state, 'r1'));
    await state.intent(
      await run(state, 'r2', { day: 2 }),
      'c.silver.orders',
      { bounds: [{ source: 's', upper: 2n ** 60n }], files: {} },
      at(2),
    );
    const told = await state.keeping.told({ after: 1n, upTo: 9n });
    assert.deepEqual(
      told.map(({ runId, runSeq, state: was }) => [runId, runSeq, was]),
      [['r2', 2n, 'running']],
    );
    assert.deepEqual(
      told[0]?.steps.map(({ step, state: was }) => [step, was]),
      [
        ['c.silver.orders', 'running'],
        ['c.gold.orders', 'pending'],
      ],
    );
    assert.deepEqual(await state.keeping.numbers(), { token: 2n, runSeq: 2n, removed: 0n });
  });

  on(
    'who asks that a run be stopped is kept until it goes on again; one that nobody carries out is ended',
    async (state) => {
      const held = await run(state, 'r1');
      await state.intent(held, 'c.silver.orders', none, at(2));
      assert.deepEqual([await state.askToStop('r1', 'ana'), await state.askToStop('r1', 'bob')], [true, true]);
      assert.equal(await state.askedToStop('r1'), 'ana');
      await state.finish(held, 'failed', undefined, at(3));
      assert.equal(await state.askToStop('r1', 'ana'), false);
      const next = begun(await state.open(newRun('r2', { holder: 'second' })));
      assert.deepEqual([next.held.runId, await state.askedToStop('r1')], ['r1', undefined]);
      await state.abandon('r1', { holder: 'third', as: 'cancelled', error: { code: 'CANCELLED' }, now: at(5) });
      assert.deepEqual(
        [(await state.run('r1'))?.state, (await state.run('r1'))?.error],
        ['cancelled', { code: 'CANCELLED' }],
      );
      assert.deepEqual(
        (await state.steps('r1')).map(({ state: was }) => was),
        ['pending', 'pending'],
      );
      assert.equal(begun(await state.open(newRun('r3', { holder: 'third' }))).opened, 'new');
    },
  );
}

/** While somebody owns it. */
async function withOwner(other: StateStore, work: () => Promise<void>): Promise<void> {
  const owned = await other.own(newOwner('somebody'));
  try {
    await work();
  } finally {
    await owned.release();
    const next = await other.own(newOwner('first'));
    await next.release();
  }
}
