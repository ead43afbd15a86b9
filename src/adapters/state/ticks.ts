import { type Selectable, sql } from 'kysely';
import type { Held, RunRecord, Telling, TickRecord, TickStore } from '../../ports/index.ts';
import { tellOfRun } from './alerting.ts';
import { comparable } from './comparable.ts';
import type { Engine, State } from './engine.ts';
import { refuseUnlessOwner } from './owner.ts';
import type { RunRow, TickRow } from './tables.ts';

type Found = Selectable<TickRow> & {
  readonly run_state: RunRow['state'] | null;
  readonly run_finished_at: string | null;
};

const instant = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const toTick = (row: Found): TickRecord => ({
  job: row.job,
  due: instant(row.due),
  date: Temporal.PlainDate.from(row.date),
  zone: row.zone,
  cause: row.cause,
  state: row.state,
  noted: instant(row.noted_at),
  ...(row.why !== null && { why: row.why }),
  ...(row.run_id !== null &&
    row.run_state !== null && {
      run: {
        runId: row.run_id,
        state: row.run_state,
        ...(row.run_finished_at !== null && { finishedAt: instant(row.run_finished_at) }),
      },
    }),
});

const withRuns = (state: State) =>
  state
    .selectFrom('tick')
    .leftJoin('run', 'run.run_id', 'tick.run_id')
    .selectAll('tick')
    .select(['run.state as run_state', 'run.finished_at as run_finished_at']);

/** The index of what is open is found only for words that stand in the statement. */
const isOpen = sql<boolean>`tick.state in ('due', 'claimed')`;

export class SqlTicks implements TickStore {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  seen(): Promise<ReadonlyMap<string, Temporal.Instant>> {
    return this.#engine.read(async (state) => {
      const rows = await state.selectFrom('schedule').selectAll().execute();
      return new Map(rows.map(({ job, up_to }) => [job, instant(up_to)]));
    });
  }

  note(holder: string, job: string, { ticks, upTo, now, telling }: Parameters<TickStore['note']>[2]): Promise<void> {
    const noting = comparable(now);
    return this.#engine.transaction('take', async (state) => {
      await refuseUnlessOwner(state, holder);
      await tellOfRun(state, telling, now);
      for (const { due, date, zone, cause, why } of ticks) {
        const written = { state: why === undefined ? ('due' as const) : ('skipped' as const), why: why ?? null };
        const noted = { ...written, noted_at: noting };
        await state
          .insertInto('tick')
          .values({ ...{ job, due: due.toString(), date: date.toString(), zone, cause }, ...noted })
          .onConflict((conflict) =>
            conflict
              .columns(['job', 'due'])
              .doUpdateSet({ ...noted, run_id: null })
              .where('tick.noted_at', '>', noting),
          )
          .execute();
      }
      await state
        .insertInto('schedule')
        .values({ job, up_to: upTo.toString() })
        .onConflict((conflict) => conflict.column('job').doUpdateSet({ up_to: upTo.toString() }))
        .execute();
    });
  }

  pending(): Promise<readonly TickRecord[]> {
    return this.#engine.read(async (state) => {
      const rows = await withRuns(state).where(isOpen).execute();
      return rows.map(toTick).toSorted((a, b) => Temporal.Instant.compare(a.due, b.due));
    });
  }

  hold({ job, due }: Parameters<TickStore['hold']>[0], why: string): Promise<void> {
    return this.#engine.transaction('write', async (state) => {
      await state
        .updateTable('tick')
        .set({ why })
        .where('job', '=', job)
        .where('due', '=', due.toString())
        .where('state', '=', 'due')
        .execute();
    });
  }

  skip({ job, due }: Parameters<TickStore['skip']>[0], why: string, telling?: Telling): Promise<void> {
    return this.#engine.transaction('write', async (state) => {
      await state
        .updateTable('tick')
        .set({ state: 'skipped', why })
        .where('job', '=', job)
        .where('due', '=', due.toString())
        .where(isOpen)
        .execute();
      if (telling) await tellOfRun(state, telling, Temporal.Instant.from(telling.notice.at));
    });
  }

  list({ job, state: wanted, limit }: Parameters<TickStore['list']>[0]): Promise<readonly TickRecord[]> {
    return this.#engine.read(async (state) => {
      const rows = await withRuns(state)
        .where('tick.state', '=', wanted)
        .$if(job !== undefined, (ticks) => ticks.where('tick.job', '=', job ?? ''))
        .orderBy('tick.due', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toTick);
    });
  }
}

/** In the transaction that opens a run, or finds that it has succeeded. From now on it is for the date of that run. */
export async function claimTick(
  state: State,
  run: Pick<RunRecord, 'runId' | 'job' | 'logicalTime' | 'date'>,
  as: 'claimed' | 'done',
): Promise<void> {
  await state
    .updateTable('tick')
    .set({ state: as, run_id: run.runId, why: null, date: run.date.toString() })
    .where('job', '=', run.job)
    .where('due', '=', run.logicalTime.toString())
    .where('state', '!=', 'done')
    .execute();
}

/** In the transaction in which a run succeeds: its tick is done, and the jobs that come after it are due. */
export async function settleTicks(
  state: State,
  held: Held,
  { after, now }: { readonly after: readonly string[]; readonly now: Temporal.Instant },
): Promise<void> {
  const run = await state
    .selectFrom('run')
    .select(['logical_time', 'date', 'zone'])
    .where('run_id', '=', held.runId)
    .executeTakeFirstOrThrow();
  await state
    .updateTable('tick')
    .set({ state: 'done', run_id: held.runId, why: null })
    .where('job', '=', held.job)
    .where('due', '=', run.logical_time)
    .execute();
  if (after.length === 0) return;
  // Where nobody keeps schedules, nobody would ever carry out what is due.
  const kept = await state.selectFrom('schedule').select('job').where('job', 'in', after).execute();
  for (const { job } of kept)
    await state
      .insertInto('tick')
      .values({
        ...{ job, due: run.logical_time, date: run.date, zone: run.zone, cause: `after ${held.job}` },
        ...{ state: 'due', noted_at: comparable(now) },
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
}
