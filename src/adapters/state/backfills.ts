import type { Selectable } from 'kysely';
import type { BackfillDate, BackfillRecord, BackfillStore, NewBackfill } from '../../ports/index.ts';
import type { Engine, State } from './engine.ts';
import { encodeOptional } from './rows.ts';
import type { BackfillDateRow, BackfillRow } from './tables.ts';

const toBackfill = (row: Selectable<BackfillRow>): BackfillRecord => ({
  backfillId: row.backfill_id,
  job: row.job,
  from: Temporal.PlainDate.from(row.from_date),
  to: Temporal.PlainDate.from(row.to_date),
  parallel: Number(row.parallel),
  state: row.state,
  createdAt: Temporal.Instant.from(row.created_at),
  ...(row.finished_at !== null && { finishedAt: Temporal.Instant.from(row.finished_at) }),
});
const toDate = (row: Selectable<BackfillDateRow>): BackfillDate => ({
  date: Temporal.PlainDate.from(row.date),
  state: row.state,
  ...(row.run_id !== null && { runId: row.run_id }),
  ...(row.error !== null && { error: JSON.parse(row.error) }),
});

/** Dates in one statement. */
const portion = 500;

export class SqlBackfills implements BackfillStore {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  open(wanted: NewBackfill): ReturnType<BackfillStore['open']> {
    return this.#engine.transaction('take', async (state) => {
      const former = await state
        .selectFrom('backfill')
        .selectAll()
        .where('job', '=', wanted.job)
        .where('from_date', '=', wanted.from.toString())
        .where('to_date', '=', wanted.to.toString())
        .where('state', '!=', 'done')
        .orderBy('backfill_id', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (former) return { opened: 'resumed', backfill: await goOn(state, former.backfill_id, wanted) };
      return { opened: 'new', backfill: await begin(state, wanted) };
    });
  }

  dates(backfillId: string): Promise<readonly BackfillDate[]> {
    return this.#engine.read(async (state) => {
      const rows = await state
        .selectFrom('backfill_date')
        .selectAll()
        .where('backfill_id', '=', backfillId)
        .orderBy('date')
        .execute();
      return rows.map(toDate);
    });
  }

  mark(backfillId: string, { date, state: now, runId, error }: BackfillDate): Promise<void> {
    return this.#engine.transaction('receipt', async (state) => {
      await state
        .updateTable('backfill_date')
        .set({ state: now, run_id: runId ?? null, error: encodeOptional(error) })
        .where('backfill_id', '=', backfillId)
        .where('date', '=', date.toString())
        .execute();
    });
  }

  end(backfillId: string, outcome: 'done' | 'failed' | 'stopped', now: Temporal.Instant): Promise<void> {
    return this.#engine.transaction('write', async (state) => {
      await state
        .updateTable('backfill')
        .set({ state: outcome, finished_at: now.toString() })
        .where('backfill_id', '=', backfillId)
        .execute();
    });
  }

  list({ job, limit }: Parameters<BackfillStore['list']>[0]): Promise<readonly BackfillRecord[]> {
    return this.#engine.read(async (state) => {
      const rows = await state
        .selectFrom('backfill')
        .selectAll()
        .$if(job !== undefined, (all) => all.where('job', '=', job ?? ''))
        .orderBy('backfill_id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toBackfill);
    });
  }
}

async function begin(state: State, wanted: NewBackfill): Promise<BackfillRecord> {
  const { backfillId: backfill_id, job, parallel, dates } = wanted;
  const row = await state
    .insertInto('backfill')
    .values({
      ...{ backfill_id, job, parallel, state: 'running', created_at: wanted.now.toString() },
      ...{ from_date: wanted.from.toString(), to_date: wanted.to.toString() },
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const rows = dates.map((date) => ({ backfill_id, date: date.toString(), state: 'pending' as const }));
  for (let from = 0; from < rows.length; from += portion)
    await state
      .insertInto('backfill_date')
      .values(rows.slice(from, from + portion))
      .execute();
  return toBackfill(row);
}

async function goOn(state: State, backfillId: string, { parallel }: NewBackfill): Promise<BackfillRecord> {
  const row = await state
    .updateTable('backfill')
    .set({ state: 'running', parallel, finished_at: null })
    .where('backfill_id', '=', backfillId)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toBackfill(row);
}
