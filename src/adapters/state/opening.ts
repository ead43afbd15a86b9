import type { Selectable } from 'kysely';
import type { NewRun, Opened } from '../../ports/index.ts';
import type { State } from './engine.ts';
import { refuseWhileHeld, requireToken, takeLeases } from './leases.ts';
import { refuseUnlessOwner } from './owner.ts';
import { encode, toRun, toStep } from './rows.ts';
import type { RunRow } from './tables.ts';
import { claimTick } from './ticks.ts';

async function draw(state: State, name: 'run' | 'token'): Promise<bigint> {
  const row = await state
    .updateTable('seq')
    .set((value) => ({ value: value('value', '+', 1n) }))
    .where('name', '=', name)
    .returning('value')
    .executeTakeFirstOrThrow();
  return row.value;
}

/** Of what only one may go on: a job, or of runs side by side the job's date. */
const scopeOf = ({ job, under, logicalTime }: NewRun): string =>
  under === undefined ? `job:${job}` : `job:${job}@${logicalTime}`;

/** The job's run that goes on, whatever date it is of; else the newest of the date that is asked for. */
async function former(state: State, asked: NewRun): Promise<Selectable<RunRow> | undefined> {
  const running = await state
    .selectFrom('run')
    .selectAll()
    .where('scope', '=', scopeOf(asked))
    .where('state', '=', 'running')
    .executeTakeFirst();
  if (running) return running;
  return (
    state
      .selectFrom('run')
      .selectAll()
      .where('job', '=', asked.job)
      .where('logical_time', '=', asked.logicalTime.toString())
      // Another has its place, whatever their numbers.
      .where('state', '<>', 'superseded')
      .orderBy('run_seq', 'desc')
      .limit(1)
      .executeTakeFirst()
  );
}

async function begin(state: State, asked: NewRun): Promise<void> {
  const { runId, job, logicalTime, zone, reason } = asked;
  await state
    .updateTable('run')
    .set({ state: 'superseded' })
    .where('job', '=', job)
    .where('logical_time', '=', logicalTime.toString())
    .where('state', 'in', ['succeeded', 'failed'])
    .execute();
  await state
    .insertInto('run')
    .values({
      run_id: runId,
      run_seq: await draw(state, 'run'),
      job,
      date: asked.date.toString(),
      logical_time: logicalTime.toString(),
      zone,
      reason,
      state: 'running',
      plan: encode(asked.plan),
      params: encode(asked.params),
      settings: encode(asked.settings),
      scope: scopeOf(asked),
      whole_job: job.split(':')[0] ?? job,
      created_at: asked.now.toString(),
    })
    .execute();
}

/** What is done stays; the rest is as it is planned now, and what is planned no longer is skipped. */
async function planSteps(state: State, asked: NewRun, runId: string): Promise<void> {
  const stored = await state
    .selectFrom('step')
    .select(['step', 'state'])
    .where('run_id', '=', runId)
    .orderBy('ord')
    .execute();
  const planned = new Set(asked.steps.map(({ step }) => step));
  for (const [index, one] of stored.filter(({ step }) => !planned.has(step)).entries())
    await state
      .updateTable('step')
      .set({ ord: planned.size + index, state: one.state === 'done' ? 'done' : 'skipped' })
      .where('run_id', '=', runId)
      .where('step', '=', one.step)
      .execute();
  if (asked.steps.length === 0) return;
  const rows = asked.steps.map(({ step, definition }, ord) => ({
    run_id: runId,
    step,
    ord,
    state: 'pending' as const,
    definition,
    attempt: 0,
  }));
  await state
    .insertInto('step')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['run_id', 'step']).doUpdateSet((value) => {
        const kept = <Old extends 'definition' | 'state'>(name: Old) =>
          value
            .case()
            .when('step.state', '=', 'done')
            .then(value.ref(`step.${name}`))
            .else(value.ref(`excluded.${name}`))
            .end();
        return { ord: value.ref('excluded.ord'), definition: kept('definition'), state: kept('state'), error: null };
      }),
    )
    .execute();
}

/** `open` of the contract, inside its transaction. */
export async function openRun(state: State, asked: NewRun): Promise<Opened> {
  await refuseUnlessOwner(state, asked.holder);
  if (asked.under === undefined) await refuseWhileHeld(state, asked);
  else await requireToken(state, { runId: asked.runId, job: asked.job, token: asked.under });
  const found = await former(state, asked);
  // What a person has cancelled is begun anew by people only: a schedule may have looked just before.
  const isCancelled = found?.state === 'cancelled' && asked.reason === 'schedule';
  if (found && (isCancelled || found.state === 'succeeded') && !asked.again) {
    const run = toRun(found);
    if (!isCancelled) await claimTick(state, run, 'done');
    return { opened: 'done', run };
  }
  const resumed = found?.state === 'running' || (found?.state === 'failed' && !asked.again);
  const runId = resumed ? found.run_id : asked.runId;
  if (resumed)
    await state
      .updateTable('run')
      .set({
        state: 'running',
        plan: encode(asked.plan),
        finished_at: null,
        error: null,
        cancel_by: null,
        // What failed may have failed by its settings: people mend those, and begin again.
        ...(found.state === 'failed' ? { settings: encode(asked.settings), params: encode(asked.params) } : {}),
      })
      .where('run_id', '=', runId)
      .execute();
  else await begin(state, asked);
  const token = asked.under ?? (await draw(state, 'token'));
  if (asked.under === undefined) await takeLeases(state, asked, runId, token);
  await planSteps(state, asked, runId);
  const run = toRun(await state.selectFrom('run').selectAll().where('run_id', '=', runId).executeTakeFirstOrThrow());
  await claimTick(state, run, 'claimed');
  const steps = await state.selectFrom('step').selectAll().where('run_id', '=', runId).orderBy('ord').execute();
  return {
    opened: resumed ? 'resumed' : 'new',
    held: { runId, runSeq: run.runSeq, job: run.job, token },
    run,
    steps: steps.map(toStep),
  };
}
