import { sql } from 'kysely';
import {
  type AlertChange,
  type Going,
  type Held,
  type KeepingStore,
  type LogLine,
  type NewOwner,
  type NewRun,
  noRows,
  type Opened,
  type Ownership,
  type PublishedStore,
  type RunRecord,
  type StateStore,
  type StepRecord,
} from '../../ports/index.ts';
import { tellOfRun } from './alerting.ts';
import { SqlAlerts, settleAlerts } from './alerts.ts';
import { SqlApprovals } from './approvals.ts';
import { SqlBackfills } from './backfills.ts';
import type { Engine, Work } from './engine.ts';
import { keepingOf } from './keeping.ts';
import { goingOf, requireToken } from './leases.ts';
import { SqlModels } from './models.ts';
import { openRun } from './opening.ts';
import { own, type Times, usual } from './owner.ts';
import { publishedOf } from './published.ts';
import { decodeBounds, encode, encodeOptional, toLogLine, toRun, toStep } from './rows.ts';
import { abandon, askToStop } from './stopping.ts';
import { SqlTicks, settleTicks } from './ticks.ts';

type Intent = Awaited<ReturnType<StateStore['intent']>>;
type Fixed = Parameters<StateStore['intent']>[2];

/** Lines of a log in one statement. */
const portion = 500;

/** What the first attempt read from a source is what every later one reads of it; only a source that is new to the step is added. */
function keepFixed(given: Fixed, stored: { bounds: string | null; files: string | null }): Fixed {
  const bounds = new Map(decodeBounds(stored.bounds ?? '[]').map((bound) => [bound.source, bound]));
  const files = JSON.parse(stored.files ?? '{}') as Record<string, readonly string[]>;
  return {
    bounds: given.bounds.map((bound) => bounds.get(bound.source) ?? bound),
    files: Object.fromEntries(Object.entries(given.files).map(([source, paths]) => [source, files[source] ?? paths])),
  };
}

const ownedBy =
  <Result>(held: Held, work: Work<Result>): Work<Result> =>
  async (state) => {
    await requireToken(state, held);
    return work(state);
  };

/** The state in tables of SQL, the same on every engine. */
export class SqlState implements StateStore {
  readonly #engine: Engine;
  readonly #times: Times;
  readonly ticks: SqlTicks;
  readonly backfills: SqlBackfills;
  readonly alerts: SqlAlerts;
  readonly keeping: KeepingStore;
  readonly models: SqlModels;
  readonly published: PublishedStore;
  readonly approvals: SqlApprovals;

  constructor(engine: Engine, times: Times = usual) {
    this.#engine = engine;
    this.ticks = new SqlTicks(engine);
    this.backfills = new SqlBackfills(engine);
    this.alerts = new SqlAlerts(engine);
    this.keeping = keepingOf(engine);
    this.models = new SqlModels(engine);
    this.published = publishedOf(engine);
    this.approvals = new SqlApprovals(engine);
    this.#times = times;
  }

  get describe(): string {
    return this.#engine.describe;
  }

  /** The only way in which a run writes: what it does holds for as long as its token does. */
  #owned<Result>(held: Held, work: Work<Result>): Promise<Result> {
    return this.#engine.transaction('write', ownedBy(held, work));
  }

  own(owner: NewOwner, waits?: (text: string) => void): Promise<Ownership> {
    return own(this.#engine, owner, { times: this.#times, waits });
  }

  open(run: NewRun): Promise<Opened> {
    return this.#engine.transaction('take', (state) => openRun(state, run));
  }

  intent(held: Held, step: string, given: Fixed, now: Temporal.Instant): Promise<Intent> {
    return this.#owned(held, async (state) => {
      const stored = await state
        .selectFrom('step')
        .select(['attempt', 'bounds', 'files'])
        .where('run_id', '=', held.runId)
        .where('step', '=', step)
        .executeTakeFirstOrThrow();
      const fixed = keepFixed(given, stored);
      const attempt = Number(stored.attempt) + 1;
      const started_at = now.toString();
      await state
        .updateTable('step')
        .set({ state: 'running', attempt, bounds: encode(fixed.bounds), files: encode(fixed.files), started_at })
        .set({ error: null, ended_at: null })
        .where('run_id', '=', held.runId)
        .where('step', '=', step)
        .execute();
      await state
        .insertInto('attempt')
        .values({ run_id: held.runId, step, attempt, token: held.token, started_at })
        .execute();
      return { attempt, ...fixed };
    });
  }

  done(held: Held, step: string, result: Parameters<StateStore['done']>[2], now: Temporal.Instant): Promise<void> {
    const { account, details } = result;
    return this.#end(held, step, 'done', { account: encode(account), details: encode(details), error: null }, now);
  }

  doneUnchanged(held: Held, steps: Parameters<StateStore['doneUnchanged']>[1], now: Temporal.Instant): Promise<void> {
    const at = now.toString();
    const record = ownedBy(held, async (state) => {
      const ended = { state: 'done' as const, account: encode(noRows), files: encode({}), error: null };
      const attempts: { run_id: string; step: string; attempt: number; token: bigint }[] = [];
      for (const { step, bounds, details } of steps) {
        const { attempt } = await state
          .updateTable('step')
          .set(({ eb }) => ({ attempt: eb('attempt', '+', 1n), bounds: encode(bounds), details: encode(details) }))
          .set({ ...ended, started_at: at, ended_at: at })
          .where('run_id', '=', held.runId)
          .where('step', '=', step)
          .returning('attempt')
          .executeTakeFirstOrThrow();
        attempts.push({ run_id: held.runId, step, attempt: Number(attempt), token: held.token });
      }
      const whole = { started_at: at, ended_at: at, outcome: 'done' as const };
      for (let from = 0; from < attempts.length; from += portion)
        await state
          .insertInto('attempt')
          .values(attempts.slice(from, from + portion).map((attempt) => ({ ...attempt, ...whole })))
          .execute();
    });
    return this.#engine.transaction('receipt', record);
  }

  failed(held: Held, step: string, error: unknown, now: Temporal.Instant): Promise<void> {
    return this.#end(held, step, 'failed', { error: encode(error) }, now);
  }

  #end(
    held: Held,
    step: string,
    outcome: 'done' | 'failed',
    result: { account?: string; details?: string; error: string | null },
    now: Temporal.Instant,
  ): Promise<void> {
    const ended_at = now.toString();
    const end = ownedBy(held, async (state) => {
      const { attempt } = await state
        .updateTable('step')
        .set({ state: outcome, ended_at, ...result })
        .where('run_id', '=', held.runId)
        .where('step', '=', step)
        .returning('attempt')
        .executeTakeFirstOrThrow();
      await state
        .updateTable('attempt')
        .set({ outcome, ended_at, error: result.error })
        .where('run_id', '=', held.runId)
        .where('step', '=', step)
        .where('attempt', '=', attempt)
        .execute();
    });
    return this.#engine.transaction(outcome === 'done' ? 'receipt' : 'write', end);
  }

  finish(
    held: Held,
    outcome: Parameters<StateStore['finish']>[1],
    error: unknown,
    now: Temporal.Instant,
    { after = [], judged = [], telling }: Parameters<StateStore['finish']>[4] = {},
  ): Promise<readonly AlertChange[]> {
    const end = ownedBy(held, async (state) => {
      await state
        .updateTable('run')
        .set({ state: outcome, finished_at: now.toString(), error: encodeOptional(error) })
        .where('run_id', '=', held.runId)
        .execute();
      // Rolled back in the middle: nothing of it is to be seen.
      await state
        .updateTable('step')
        .set({ state: 'pending' })
        .where('run_id', '=', held.runId)
        .where('state', '=', 'running')
        .execute();
      await state.deleteFrom('lease').where('run_id', '=', held.runId).execute();
      if (outcome === 'succeeded') await settleTicks(state, held, { after, now });
      await tellOfRun(state, telling, now);
      return settleAlerts(state, judged, now);
    });
    return this.#engine.transaction('take', end);
  }

  askToStop(runId: string, by: string): Promise<boolean> {
    return this.#engine.transaction('write', (state) => askToStop(state, runId, by));
  }

  stillHeld(held: Held): Promise<void> {
    return this.#engine.read((state) => requireToken(state, held));
  }

  askedToStop(runId: string): Promise<string | undefined> {
    return this.#engine.read(async (state) => {
      const row = await state.selectFrom('run').select('cancel_by').where('run_id', '=', runId).executeTakeFirst();
      return row?.cancel_by ?? undefined;
    });
  }

  abandon(runId: string, how: Parameters<StateStore['abandon']>[1]): Promise<void> {
    return this.#engine.transaction('take', (state) => abandon(state, runId, how));
  }

  going(holder: string): Promise<readonly Going[]> {
    return this.#engine.read((state) => goingOf(state, holder));
  }

  run(runId: string): Promise<RunRecord | undefined> {
    return this.#engine.read(async (state) => {
      const row = await state.selectFrom('run').selectAll().where('run_id', '=', runId).executeTakeFirst();
      return row && toRun(row);
    });
  }

  runs(filter: Parameters<StateStore['runs']>[0]): Promise<readonly RunRecord[]> {
    const { job, parts, date, logicalTime, begins, state: wanted, last, limit } = filter;
    // Few are found by an index of their own: not for a parameter, nor where another index has the order.
    const isFew = wanted === 'running' || wanted === 'failed' || begins !== undefined;
    return this.#engine.read(async (state) => {
      let found = state.selectFrom('run').selectAll();
      if (job !== undefined) found = found.where(parts ? 'whole_job' : 'job', '=', job);
      if (date) found = found.where('date', '=', date.toString());
      if (logicalTime) found = found.where('logical_time', '=', logicalTime.toString());
      // An id is of digits and capital letters, which come before a tilde.
      if (begins !== undefined) found = found.where('run_id', '>=', begins).where('run_id', '<', `${begins}~`);
      if (wanted) found = found.where('state', '=', sql.lit(wanted));
      if (last)
        found = found.where(({ not, exists, selectFrom }) => {
          const later = selectFrom('run as later').select('later.run_id').whereRef('later.job', '=', 'run.job');
          return not(exists(later.whereRef('later.run_seq', '>', 'run.run_seq')));
        });
      const rows = await found
        .orderBy(isFew ? sql`run_seq + 0` : 'run_seq', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toRun);
    });
  }

  steps(runId: string, only?: readonly string[]): Promise<readonly StepRecord[]> {
    return this.#engine.read(async (state) => {
      const all = state.selectFrom('step').selectAll().where('run_id', '=', runId);
      const rows = await (only ? all.where('step', 'in', ['', ...only]) : all).orderBy('ord').execute();
      return rows.map(toStep);
    });
  }

  log(runId: string, lines: readonly LogLine[]): Promise<void> {
    const rows = lines.map(({ at, step, level, text }) => {
      return { run_id: runId, at: at.toString(), step: step ?? null, level, text };
    });
    return this.#engine.transaction('receipt', async (state) => {
      for (let from = 0; from < rows.length; from += portion)
        await state
          .insertInto('log')
          .values(rows.slice(from, from + portion))
          .execute();
    });
  }

  logs(runId: string, step?: string): Promise<readonly LogLine[]> {
    return this.#engine.read(async (state) => {
      const lines = state
        .selectFrom('log')
        .select(['at', 'step', 'level', 'text'])
        .where('run_id', '=', runId)
        .orderBy('id');
      return (await (step === undefined ? lines : lines.where('step', '=', step)).execute()).map(toLogLine);
    });
  }

  now(): Promise<Temporal.Instant> {
    return this.#engine.read((state) => this.#engine.now(state));
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}
