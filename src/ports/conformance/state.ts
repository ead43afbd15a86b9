import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EsteiraError } from '../../errors.ts';
import { noRows, type StateStore } from '../index.ts';
import { alertsConformance } from './alerts.ts';
import { approvalsConformance } from './approvals.ts';
import { backfillsConformance } from './backfills.ts';
import { freezesConformance } from './freezes.ts';
import { keepingConformance } from './keeping.ts';
import { listedConformance } from './listed.ts';
import { modelsConformance } from './models.ts';
import { publishedConformance } from './published.ts';
import { account, at, begun, carryOut, details, far, newOwner, newRun } from './runs.ts';
import { ticksConformance } from './ticks.ts';

const none = { bounds: [], files: {} };
const coded = (code: string, told: RegExp) => (error: unknown) => {
  assert.ok(error instanceof EsteiraError);
  assert.equal(error.code, code);
  assert.match(JSON.stringify(error), told);
  return true;
};
const states = async (state: StateStore, runId: string): Promise<string[]> =>
  (await state.steps(runId)).map((step) => `${step.step} ${step.state} ${step.definition}`);

/** What every state store must do. `open` gives the state of that name, empty the first time; it may be asked for one twice. */
export function stateConformance(name: string, open: (place: string) => Promise<StateStore>): void {
  let places = 0;
  const on = (title: string, work: (state: StateStore, another: () => Promise<StateStore>) => Promise<void>): void => {
    test(title, async () => {
      places += 1;
      const place = `state ${places}`;
      const opened = [await open(place)];
      const another = async (): Promise<StateStore> => {
        const one = await open(place);
        opened.push(one);
        return one;
      };
      try {
        await work(opened[0] as StateStore, another);
      } finally {
        for (const one of opened) await one.close();
      }
    });
  };

  describe(`state: ${name}`, () => {
    on('a run is kept as it was opened, by another connection too', async (state, another) => {
      const { opened, held, run, steps } = begun(await state.open(newRun('r1')));
      assert.equal(opened, 'new');
      assert.deepEqual(held, { runId: 'r1', runSeq: 1n, job: 'daily', token: 1n });
      const read = await (await another()).run('r1');
      assert.deepEqual(read, run);
      assert.equal(run.logicalTime.toString(), '2026-03-01T03:00:00Z');
      assert.equal(run.date.toString(), '2026-03-01');
      assert.equal(run.createdAt.toString(), at(1).toString());
      assert.deepEqual([run.state, run.zone, run.reason], ['running', 'America/Sao_Paulo', 'manual']);
      assert.deepEqual(run.params, { city: 'São Paulo' });
      assert.deepEqual(run.plan, { steps: ['silver.orders', 'gold.orders'], from: String(far) });
      assert.deepEqual(run.settings, { limit: 3 });
      assert.deepEqual(
        steps.map(({ step, order, state: was, attempt }) => [step, order, was, attempt]),
        [
          ['c.silver.orders', 0, 'pending', 0],
          ['c.gold.orders', 1, 'pending', 0],
        ],
      );
      assert.deepEqual(await state.steps('r1'), steps);
      assert.deepEqual(await state.steps('r1', ['c.gold.orders', 'c.other']), steps.slice(1));
      assert.deepEqual(await state.steps('r1', []), []);
      assert.equal(await state.run('r2'), undefined);
      assert.deepEqual(await state.steps('r2'), []);
    });

    on('a step is intended, done and accounted for', async (state) => {
      const { held } = begun(await state.open(newRun('r1')));
      const fixed = {
        bounds: [
          { source: 'c.bronze.orders', lower: 5n, upper: far, generation: 'first' },
          { source: 'c.bronze.cities', upper: 0n },
        ],
        files: { landing: ['a.csv', 'ç b.csv'] },
      };
      assert.deepEqual(await state.intent(held, 'c.silver.orders', fixed, at(2)), { attempt: 1, ...fixed });
      assert.equal((await state.steps('r1'))[0]?.state, 'running');
      await state.done(held, 'c.silver.orders', { account, details }, at(3));
      const [step] = await state.steps('r1');
      assert.equal(step?.state, 'done');
      assert.deepEqual(
        [step.bounds, step.files, step.account, step.details],
        [fixed.bounds, fixed.files, account, details],
      );
      assert.equal(step.startedAt?.toString(), at(2).toString());
      assert.equal(step.endedAt?.toString(), at(3).toString());
    });

    on('the bounds and files of the first attempt stay; only a source that is new is added', async (state) => {
      const { held } = begun(await state.open(newRun('r1')));
      const step = 'c.silver.orders';
      await state.intent(held, step, { bounds: [{ source: 'a', upper: 10n }], files: { f: ['1'] } }, at(2));
      await state.failed(held, step, new EsteiraError('ENGINE_FAILED', { what: 'no', next: 'look' }), at(2));
      assert.deepEqual((await state.steps('r1'))[0]?.error, {
        code: 'ENGINE_FAILED',
        nature: 'terminal',
        what: 'no',
        next: 'look',
      });
      const again = await state.intent(
        held,
        step,
        {
          bounds: [
            { source: 'a', upper: 99n },
            { source: 'b', upper: 3n },
          ],
          files: { f: ['1', '2'], g: [] },
        },
        at(3),
      );
      assert.deepEqual(again, {
        attempt: 2,
        bounds: [
          { source: 'a', upper: 10n },
          { source: 'b', upper: 3n },
        ],
        files: { f: ['1'], g: [] },
      });
      const [stored] = await state.steps('r1');
      assert.deepEqual([stored?.state, stored?.attempt, stored?.error], ['running', 2, undefined]);
      assert.deepEqual(stored?.bounds, again.bounds);
    });

    on('an error that has no code is kept by its sentence', async (state) => {
      const { held } = begun(await state.open(newRun('r1')));
      await state.failed(held, 'c.silver.orders', new TypeError('it is not a row'), at(2));
      assert.deepEqual((await state.steps('r1'))[0]?.error, { what: 'it is not a row' });
    });

    on('a second run of a job is refused while this owner carries one out', async (state) => {
      begun(await state.open(newRun('r1')));
      await assert.rejects(
        state.open(newRun('r2', { day: 2, now: at(4) })),
        coded('RUN_IN_PROGRESS', /daily.*r1.*2026-03-10T01/),
      );
      assert.equal(await state.run('r2'), undefined);
    });

    on('two jobs that write one table exclude each other, others do not', async (state) => {
      const { held } = begun(await state.open(newRun('r1')));
      const weekly = { job: 'weekly', targets: ['c.gold.other', 'c.gold.orders'] };
      await assert.rejects(
        state.open(newRun('r2', weekly)),
        coded('RUN_IN_PROGRESS', /daily.*c\.gold\.orders.*weekly.*r1/),
      );
      const other = begun(await state.open(newRun('r3', { job: 'other', targets: ['c.gold.other'] })));
      assert.equal(other.opened, 'new');
      await carryOut(state, held);
      await assert.rejects(state.open(newRun('r2', weekly)), coded('RUN_IN_PROGRESS', /Job other.*c\.gold\.other/));
      await carryOut(state, other.held);
      assert.equal(begun(await state.open(newRun('r2', weekly))).opened, 'new');
    });

    on('a date that has succeeded is done', async (state) => {
      await carryOut(state, begun(await state.open(newRun('r1'))).held);
      const second = await state.open(newRun('r2', { now: at(5) }));
      assert.equal(second.opened, 'done');
      assert.deepEqual([second.run.runId, second.run.state], ['r1', 'succeeded']);
      assert.equal(second.run.finishedAt?.toString(), at(3).toString());
      assert.equal(begun(await state.open(newRun('r3', { day: 2 }))).opened, 'new');
    });

    on('a date that is run again keeps the former run, as superseded', async (state) => {
      await carryOut(state, begun(await state.open(newRun('r1'))).held);
      const { opened, held } = begun(await state.open(newRun('r2', { again: true })));
      assert.deepEqual([opened, held.runId, held.runSeq], ['new', 'r2', 2n]);
      assert.deepEqual(await states(state, 'r2'), ['c.silver.orders pending a1', 'c.gold.orders pending b1']);
      await carryOut(state, held);
      assert.deepEqual(
        (await state.runs({ limit: 9 })).map((run) => `${run.runId} ${run.state}`),
        ['r2 succeeded', 'r1 superseded'],
      );
      assert.deepEqual(await states(state, 'r1'), ['c.silver.orders done a1', 'c.gold.orders done b1']);
    });

    on(
      'steps that had nothing to do are done at once, each with an attempt, under the token of the run',
      async (state, another) => {
        const { held } = begun(await state.open(newRun('r1')));
        const [one = '', two = ''] = (await state.steps('r1')).map(({ step }) => step);
        await state.intent(held, one, none, at(1));
        const bounds = [{ source: 'a', upper: 7n }];
        const steps = [one, two].map((step) => ({ step, bounds, details: { ...details, warnings: [step] } }));
        await state.doneUnchanged(held, steps, at(2));
        await state.stillHeld(held);
        const found = await state.steps('r1');
        assert.deepEqual(
          found.map((step) => [
            step.state,
            step.attempt,
            step.bounds,
            step.account,
            step.details?.warnings,
            step.endedAt,
          ]),
          [2, 1].map((attempt, index) => ['done', attempt, bounds, noRows, [found[index]?.step], at(2)]),
        );
        await state.finish(held, 'failed', undefined, at(3));
        begun(await (await another()).open(newRun('r2', { holder: 'second' })));
        await assert.rejects(state.doneUnchanged(held, steps, at(4)), coded('FENCED', /daily/));
        await assert.rejects(state.stillHeld(held), coded('FENCED', /daily/));
      },
    );

    on('a date that failed goes on with what it has, and begins anew only when asked to', async (state) => {
      const { held } = begun(await state.open(newRun('r1')));
      await state.finish(held, 'failed', undefined, at(3));
      const resumed = begun(await state.open(newRun('r2')));
      assert.deepEqual([resumed.opened, resumed.held.runId], ['resumed', 'r1']);
      await state.finish(resumed.held, 'failed', undefined, at(4));
      const { opened, held: anew } = begun(await state.open(newRun('r3', { again: true })));
      assert.deepEqual([opened, anew.runId], ['new', 'r3']);
      assert.equal((await state.run('r1'))?.state, 'superseded');
    });

    on('a run whose owner died goes on first, whatever date is asked for, with a new token', async (state, another) => {
      const { held } = begun(await state.open(newRun('r1')));
      await state.intent(held, 'c.silver.orders', { bounds: [{ source: 'a', upper: 10n }], files: {} }, at(2));
      const next = await another();
      const taken = begun(await next.open(newRun('r2', { day: 2, holder: 'second', now: at(6) })));
      assert.deepEqual([taken.opened, taken.held.runId, taken.run.date.toString()], ['resumed', 'r1', '2026-03-01']);
      assert.ok(taken.held.token > held.token);
      assert.equal(taken.held.runSeq, held.runSeq);
      assert.deepEqual(await states(next, 'r1'), ['c.silver.orders pending a1', 'c.gold.orders pending b1']);
      const again = await next.intent(
        taken.held,
        'c.silver.orders',
        { bounds: [{ source: 'a', upper: 99n }], files: {} },
        at(6),
      );
      assert.deepEqual(again, { attempt: 2, bounds: [{ source: 'a', upper: 10n }], files: {} });
      assert.equal(await next.run('r2'), undefined);
    });

    on('nothing of a run is written by one who was taken over', async (state) => {
      const { held } = begun(await state.open(newRun('r1')));
      const step = 'c.silver.orders';
      const taken = begun(await state.open(newRun('r2', { holder: 'second' })));
      await state.intent(taken.held, step, none, at(2));
      const before = [await state.run('r1'), await state.steps('r1')];
      const fenced = coded('FENCED', /daily.*r1.*token 1.*token 2/);
      await assert.rejects(state.intent(held, step, none, at(3)), fenced);
      await assert.rejects(state.done(held, step, { account, details }, at(3)), fenced);
      await assert.rejects(state.failed(held, step, new Error('late'), at(3)), fenced);
      await assert.rejects(state.finish(held, 'failed', undefined, at(3)), fenced);
      assert.deepEqual([await state.run('r1'), await state.steps('r1')], before);
      await carryOut(state, taken.held);
      await assert.rejects(
        state.done(taken.held, step, { account, details }, at(4)),
        coded('FENCED', /has ended already/),
      );
    });

    on('a table whose lease was a dead owner’s can be written by another job, and then waits for it', async (state) => {
      begun(await state.open(newRun('r1')));
      const other = { job: 'other', targets: ['c.gold.orders'], holder: 'second' };
      const { held } = begun(await state.open(newRun('r2', other)));
      await assert.rejects(state.open(newRun('r3', { holder: 'second' })), coded('RUN_IN_PROGRESS', /Job other.*r2/));
      await carryOut(state, held);
      const resumed = begun(await state.open(newRun('r3', { holder: 'second' })));
      assert.deepEqual([resumed.opened, resumed.held.runId], ['resumed', 'r1']);
    });

    on('a failed run of a date goes on at the step that failed; another date is a new run', async (state) => {
      const { held } = begun(await state.open(newRun('r1')));
      await state.intent(held, 'c.silver.orders', none, at(2));
      await state.done(held, 'c.silver.orders', { account, details }, at(2));
      await state.intent(held, 'c.gold.orders', none, at(2));
      await state.failed(held, 'c.gold.orders', new Error('no room'), at(2));
      await state.finish(held, 'failed', { what: 'no room' }, at(3));
      assert.deepEqual((await state.run('r1'))?.error, { what: 'no room' });
      await carryOut(state, begun(await state.open(newRun('r2', { day: 2 }))).held);
      const resumed = begun(await state.open(newRun('r3')));
      assert.deepEqual([resumed.opened, resumed.held.runId], ['resumed', 'r1']);
      assert.ok(resumed.held.token > held.token);
      const { state: now, error, finishedAt } = resumed.run;
      assert.deepEqual([now, error, finishedAt], ['running', undefined, undefined]);
      assert.deepEqual(await states(state, 'r1'), ['c.silver.orders done a1', 'c.gold.orders pending b1']);
      await carryOut(state, resumed.held);
      assert.equal((await state.run('r1'))?.state, 'succeeded');
    });

    on('a cancelled run does not go on: its date is run anew', async (state) => {
      const { held } = begun(await state.open(newRun('r1')));
      await state.intent(held, 'c.silver.orders', none, at(2));
      await state.finish(held, 'cancelled', undefined, at(3));
      assert.equal((await state.steps('r1'))[0]?.state, 'pending');
      const anew = begun(await state.open(newRun('r2')));
      assert.deepEqual([anew.opened, anew.held.runId], ['new', 'r2']);
      assert.equal((await state.run('r1'))?.state, 'cancelled');
    });

    on('a run that goes on takes the definitions of now, but for what is done', async (state) => {
      const steps = (...all: string[]) => all.map((one) => ({ step: one.slice(0, 1), definition: one }));
      const { held } = begun(await state.open(newRun('r1', { steps: steps('a1', 'b1', 'c1', 'd1') })));
      for (const step of ['a', 'd']) {
        await state.intent(held, step, none, at(2));
        await state.done(held, step, { account, details }, at(2));
      }
      const changed = { holder: 'second', steps: steps('n1', 'a2', 'b2'), plan: { now: true } };
      const { run, steps: now } = begun(await state.open(newRun('r2', changed)));
      assert.deepEqual(
        now.map((step) => `${step.order} ${step.step} ${step.state} ${step.definition}`),
        ['0 n pending n1', '1 a done a1', '2 b pending b2', '3 c skipped c1', '4 d done d1'],
      );
      assert.deepEqual([run.plan, run.params], [{ now: true }, { city: 'São Paulo' }]);
      const back = begun(await state.open(newRun('r3', { holder: 'third', steps: steps('a2', 'c2') })));
      assert.equal(back.steps.find(({ step }) => step === 'c')?.state, 'pending');
    });

    on('a run that goes on holds the tables that it writes now, and no others', async (state) => {
      begun(await state.open(newRun('r1')));
      begun(await state.open(newRun('r2', { holder: 'second', targets: ['c.gold.other'] })));
      const freed = begun(await state.open(newRun('r3', { job: 'x', holder: 'second', targets: ['c.gold.orders'] })));
      assert.equal(freed.opened, 'new');
      const taken = newRun('r4', { job: 'y', holder: 'second', targets: ['c.gold.other'] });
      await assert.rejects(state.open(taken), coded('RUN_IN_PROGRESS', /daily/));
    });

    on('of many who open a job at once, one gets it; tokens and sequences never repeat', async (state) => {
      const many = Array.from({ length: 12 }, (_, index) =>
        state.open(newRun(`r${index}`)).then(
          (opened) => opened.opened,
          (error: EsteiraError) => error.code,
        ),
      );
      const answers = (await Promise.all(many)).sort();
      assert.deepEqual(answers, [...Array.from({ length: 11 }, () => 'RUN_IN_PROGRESS'), 'new']);
      const others = Array.from({ length: 12 }, async (_, index) => {
        const one = newRun(`s${index}`, { job: `job ${index}`, targets: [] });
        return begun(await state.open(one)).held;
      });
      const held = await Promise.all(others);
      assert.equal(new Set(held.map(({ token }) => token)).size, 12);
      assert.equal(new Set(held.map(({ runSeq }) => runSeq)).size, 12);
    });

    on(
      'one process owns the project at a time, and is followed as soon as it says that it has ended',
      async (state, another) => {
        const first = await state.own(newOwner('first'));
        const next = await another();
        await assert.rejects(
          next.own(newOwner('second')),
          coded('OWNED_ELSEWHERE', /esteira run daily.*4711.*host of first/),
        );
        begun(await state.open(newRun('r1')));
        await assert.rejects(next.open(newRun('r2', { holder: 'second' })), coded('OWNED_ELSEWHERE', /host of first/));
        assert.equal(first.lost.aborted, false);
        await first.release();
        const second = await next.own(newOwner('second'));
        const resumed = begun(await next.open(newRun('r2', { holder: 'second' })));
        assert.deepEqual([resumed.opened, resumed.held.runId], ['resumed', 'r1']);
        await second.release();
      },
    );

    on(
      'a process that was followed by another owner opens no run, whether that one lives or not',
      async (state, another) => {
        await (await state.own(newOwner('first'))).release();
        const next = await another();
        const second = await next.own(newOwner('second'));
        const elsewhere = coded('OWNED_ELSEWHERE', /host of second/);
        await assert.rejects(state.open(newRun('r1')), elsewhere);
        await second.release();
        await assert.rejects(state.open(newRun('r1')), elsewhere);
        assert.equal(await state.run('r1'), undefined);
        await (await state.own(newOwner('first'))).release();
        assert.equal(begun(await state.open(newRun('r1'))).opened, 'new');
      },
    );

    on(
      'a run of a process that was followed by another owner writes nothing more, though nobody goes on with it yet',
      async (state, another) => {
        const first = await state.own(newOwner('first'));
        const { held } = begun(await state.open(newRun('r1')));
        await state.intent(held, 'c.silver.orders', none, at(2));
        await first.release();
        const second = await (await another()).own(newOwner('second'));
        const before = [await state.run('r1'), await state.steps('r1')];
        const fenced = coded('FENCED', /daily/);
        await assert.rejects(state.intent(held, 'c.gold.orders', none, at(3)), fenced);
        await assert.rejects(state.done(held, 'c.silver.orders', { account, details }, at(3)), fenced);
        await assert.rejects(state.finish(held, 'cancelled', undefined, at(3)), fenced);
        assert.deepEqual([await state.run('r1'), await state.steps('r1')], before);
        await second.release();
      },
    );

    on('of many who would own a project at once one does', async (state, another) => {
      const stores = [state, await another(), await another(), await another()];
      const asked = stores.map((one, index) => one.own(newOwner(`owner ${index}`)));
      const answers = await Promise.allSettled(asked);
      const owners = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      assert.equal(owners.length, 1);
      for (const one of answers) if (one.status === 'rejected') assert.equal(one.reason.code, 'OWNED_ELSEWHERE');
      await owners[0]?.release();
    });

    listedConformance(on);
    ticksConformance(on);
    backfillsConformance(on);
    keepingConformance(on);
    modelsConformance(on);
    approvalsConformance(on);
    freezesConformance(on);
    publishedConformance(on);
    alertsConformance(on);
  });
}
