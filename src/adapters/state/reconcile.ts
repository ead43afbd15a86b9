import { setImmediate as others } from 'node:timers/promises';
import type { Disagreement, PublishedRun, ToldRun } from '../../ports/index.ts';
import type { Engine, State } from './engine.ts';
import { refuseUnlessOwner } from './owner.ts';
import { encode } from './rows.ts';

/** Runs in one transaction. */
const portion = 100;

export async function numbersOf(state: State): Promise<{ token: bigint; runSeq: bigint; removed: bigint }> {
  const rows = await state.selectFrom('seq').selectAll().execute();
  const of = (name: string): bigint => rows.find((row) => row.name === name)?.value ?? 0n;
  const removed = await state.selectFrom('noted').select('value').where('name', '=', 'removed').executeTakeFirst();
  return { token: of('token'), runSeq: of('run'), removed: BigInt(removed?.value ?? 0) };
}

export async function toldOf(
  state: State,
  { after, upTo }: { readonly after: bigint; readonly upTo: bigint },
): Promise<readonly ToldRun[]> {
  const inRange = state.selectFrom('run').where('run_seq', '>', after).where('run_seq', '<=', upTo);
  const runs = await inRange.select(['run_id', 'run_seq', 'job', 'state']).orderBy('run_seq').execute();
  const steps = await state
    .selectFrom('step')
    .select(['run_id', 'step', 'state'])
    .where('run_id', 'in', inRange.select('run_id'))
    .orderBy('ord')
    .execute();
  const own = Map.groupBy(steps, ({ run_id }) => run_id);
  return runs.map(({ run_id, run_seq, job, state: was }) => ({
    ...{ runId: run_id, runSeq: run_seq, job, state: was },
    steps: (own.get(run_id) ?? []).map(({ step, state: of }) => ({ step, state: of })),
  }));
}

export async function knownOf(state: State, runIds: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let from = 0; from < runIds.length; from += 500) {
    const rows = await state
      .selectFrom('run')
      .select('run_id')
      .where('run_id', 'in', runIds.slice(from, from + 500))
      .execute();
    for (const { run_id } of rows) found.add(run_id);
  }
  return found;
}

async function raise(state: State, name: 'run' | 'token', to: bigint): Promise<void> {
  await state.updateTable('seq').set({ value: to }).where('name', '=', name).where('value', '<', to).execute();
}

/** A number that is given to nobody else. */
async function another(state: State): Promise<bigint> {
  const { value } = await state
    .updateTable('seq')
    .set((of) => ({ value: of('value', '+', 1n) }))
    .where('name', '=', 'run')
    .returning('value')
    .executeTakeFirstOrThrow();
  return value;
}

/** The number that it has published under, unless a run that has done something here has it; one that has done nothing makes way. */
async function numberOf(state: State, { runSeq }: PublishedRun): Promise<bigint> {
  const other = await state.selectFrom('run').select('run_id').where('run_seq', '=', runSeq).executeTakeFirst();
  if (!other) return runSeq;
  const done = await doneOf(state, other.run_id);
  const free = await another(state);
  if (done) return free;
  await state.updateTable('run').set({ run_seq: free }).where('run_id', '=', other.run_id).execute();
  return runSeq;
}
const doneOf = async (state: State, runId: string): Promise<boolean> =>
  (await state
    .selectFrom('step')
    .select('step')
    .where('run_id', '=', runId)
    .where('state', '=', 'done')
    .limit(1)
    .executeTakeFirst()) !== undefined;

/** Of its date it is the last word, unless a later run of it has succeeded. What was tried meanwhile and did nothing is over. */
async function stateOf(state: State, run: PublishedRun): Promise<'succeeded' | 'failed' | 'superseded'> {
  const others = await state
    .selectFrom('run')
    .select(['run_id', 'run_seq', 'state'])
    .where('job', '=', run.job)
    .where('logical_time', '=', run.logicalTime.toString())
    .where('state', 'in', ['succeeded', 'failed', 'running'])
    .execute();
  for (const { run_id, run_seq, state: was } of others) {
    const hasDone = was === 'succeeded' || (await doneOf(state, run_id));
    if (hasDone && run_seq > run.runSeq) return 'superseded';
    await state.deleteFrom('lease').where('run_id', '=', run_id).execute();
    await state.updateTable('run').set({ state: 'superseded' }).where('run_id', '=', run_id).execute();
  }
  return run.isWhole ? 'succeeded' : 'failed';
}

async function recreate(state: State, run: PublishedRun, now: Temporal.Instant): Promise<void> {
  const { runId, job, logicalTime, steps } = run;
  const known = await knownOf(state, [runId]);
  if (known.size > 0) return;
  const as = await stateOf(state, run);
  const ends = steps.map(({ publishedAt }) => publishedAt).toSorted(Temporal.Instant.compare);
  await state
    .insertInto('run')
    .values({
      ...{ run_id: runId, run_seq: await numberOf(state, run), job, whole_job: job.split(':')[0] ?? job },
      ...{ date: run.date.toString(), logical_time: logicalTime.toString(), zone: run.zone, reason: run.reason },
      ...{ state: as, plan: '[]', params: '{}', settings: '{}', scope: `job:${job}` },
      created_at: (ends[0] ?? now).toString(),
      finished_at: (ends.at(-1) ?? now).toString(),
      error: as === 'failed' ? encode(unfinished(run)) : null,
    })
    .execute();
  if (steps.length > 0)
    await state
      .insertInto('step')
      .values(
        steps.map(({ step, definition, account, details, publishedAt }, ord) => ({
          ...{ run_id: runId, step, ord, state: 'done' as const, definition, attempt: 1 },
          ...{ account: encode(account), details: encode(details) },
          ...{ started_at: publishedAt.toString(), ended_at: publishedAt.toString() },
        })),
      )
      .execute();
  if (run.reason === 'schedule') await keepTick(state, run, as);
}

const unfinished = ({ runId, job }: PublishedRun) => ({
  ...{ code: 'FENCED', nature: 'transient' },
  what: `Not everything that ${job} builds was published when the state was lost.`,
  where: `run ${runId}`,
  next: `esteira resume ${runId}`,
});

/** Somebody kept the schedule until then: what came due afterwards is found by whoever keeps it next. */
async function keepTick(
  state: State,
  { job, logicalTime, date, zone, runId }: PublishedRun,
  as: 'succeeded' | 'failed' | 'superseded',
): Promise<void> {
  const due = logicalTime.toString();
  const now = { state: as === 'failed' ? ('claimed' as const) : ('done' as const), run_id: runId };
  await state
    .insertInto('tick')
    .values({ job, due, date: date.toString(), zone, cause: 'the schedule', ...now, noted_at: due })
    .onConflict((conflict) => conflict.columns(['job', 'due']).doUpdateSet(now).where('tick.state', '<>', 'done'))
    .execute();
  await state
    .insertInto('schedule')
    .values({ job, up_to: due })
    .onConflict((conflict) => conflict.column('job').doUpdateSet({ up_to: due }).where('schedule.up_to', '<', due))
    .execute();
}

async function lose(state: State, { runId, steps }: Disagreement['lost'][number]): Promise<void> {
  const again = { account: null, details: null, error: null, started_at: null, ended_at: null };
  await state
    .updateTable('step')
    .set({ state: 'pending', bounds: null, files: null, ...again })
    .where('run_id', '=', runId)
    .where('step', 'in', steps)
    .execute();
  const error = {
    ...{ code: 'FENCED', nature: 'transient' },
    what: `The warehouse does not have what the run published: it is older than the state (${steps.length === 1 ? steps[0] : `${steps.length} steps`}).`,
    where: `run ${runId}`,
    next: `esteira resume ${runId}`,
  };
  await state
    .updateTable('run')
    .set({ state: 'failed', error: encode(error) })
    .where('run_id', '=', runId)
    .where('state', '=', 'succeeded')
    .execute();
  await state
    .updateTable('tick')
    .set({ state: 'due' })
    .where('run_id', '=', runId)
    .where('state', '=', 'done')
    .execute();
}

/** `reconcile` of the contract: numbers first, so that nothing is given twice whatever becomes of the rest. */
export async function reconcile(
  engine: Engine,
  holder: string,
  { found, now }: { readonly found: Disagreement; readonly now: Temporal.Instant },
): Promise<void> {
  const alone = async (work: (state: State) => Promise<void>): Promise<void> => {
    await others();
    await engine.transaction('take', async (state) => {
      await refuseUnlessOwner(state, holder);
      await work(state);
    });
  };
  await alone(async (state) => {
    await raise(state, 'token', found.token);
    await raise(state, 'run', found.runSeq);
  });
  for (let from = 0; from < found.unknown.length; from += portion)
    await alone(async (state) => {
      for (const run of found.unknown.slice(from, from + portion)) await recreate(state, run, now);
    });
  for (let from = 0; from < found.lost.length; from += portion)
    await alone(async (state) => {
      for (const one of found.lost.slice(from, from + portion)) await lose(state, one);
    });
  await alone(async (state) => {
    for (const { runId, step } of found.beyond)
      await state
        .updateTable('step')
        .set({ bounds: null, files: null })
        .where('run_id', '=', runId)
        .where('step', '=', step)
        .execute();
  });
}
