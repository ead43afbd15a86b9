import type { DatabaseSync } from 'node:sqlite';
import { Kysely, SqliteDialect, type Transaction } from 'kysely';
import type { Going, Held, LogLine, NewRun, Opened, RunRecord, StateStore, StepRecord } from '../../ports/index.ts';
import { openDatabase, thinAdapter } from './connection.ts';
import { named } from './faults.ts';
import { goingOf, requireToken } from './leases.ts';
import { migrate } from './migrations.ts';
import { openRun } from './opening.ts';
import { decodeBounds, encode, encodeOptional, toLogLine, toRun, toStep } from './rows.ts';
import type { Tables } from './tables.ts';

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
  <Result>(held: Held, work: (state: Transaction<Tables>) => Promise<Result>) =>
  async (state: Transaction<Tables>): Promise<Result> => {
    await requireToken(state, held);
    return work(state);
  };

class SqliteState implements StateStore {
  readonly describe: string;
  readonly #file: DatabaseSync;
  readonly #database: Kysely<Tables>;

  constructor(database: DatabaseSync, file: string) {
    this.#file = database;
    this.#database = new Kysely({ dialect: new SqliteDialect({ database: thinAdapter(database, file) }) });
    this.describe = `SQLite ${file}`;
  }

  #transaction<Result>(work: (state: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    return this.#database.transaction().execute(work);
  }

  /**
   * For what the warehouse proves, or nobody acts on: the disk is not waited for. The next intention, which is, takes it along; a power cut before
   * that leaves the state as if this had not been said yet.
   */
  #lightly<Result>(work: (state: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    return this.#database.connection().execute(async (alone) => {
      this.#file.exec('pragma synchronous = normal');
      try {
        return await alone.transaction().execute(work);
      } finally {
        this.#file.exec('pragma synchronous = full');
      }
    });
  }

  /** The only way in which a run writes: what it does holds for as long as its token does. */
  #owned<Result>(held: Held, work: (state: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    return this.#transaction(ownedBy(held, work));
  }

  open(run: NewRun): Promise<Opened> {
    return this.#transaction((state) => openRun(state, run));
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
    return outcome === 'done' ? this.#lightly(end) : this.#transaction(end);
  }

  finish(held: Held, outcome: Parameters<StateStore['finish']>[1], error: unknown, now: Temporal.Instant) {
    return this.#owned(held, async (state) => {
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
    });
  }

  async going(holder: string): Promise<readonly Going[]> {
    return await this.#transaction((state) => goingOf(state, holder));
  }

  async run(runId: string): Promise<RunRecord | undefined> {
    const row = await this.#database.selectFrom('run').selectAll().where('run_id', '=', runId).executeTakeFirst();
    return row && toRun(row);
  }

  async runs({ job, parts, limit }: Parameters<StateStore['runs']>[0]): Promise<readonly RunRecord[]> {
    const newest = this.#database.selectFrom('run').selectAll().orderBy('run_seq', 'desc').limit(limit);
    if (job === undefined) return (await newest.execute()).map(toRun);
    const runs = (await newest.where('job', '=', job).execute()).map(toRun);
    if (!parts) return runs;
    // `;` comes after `:`.
    const ofParts = await newest.where('job', '>=', `${job}:`).where('job', '<', `${job};`).execute();
    const all = [...runs, ...ofParts.map(toRun)];
    return all.sort((one, other) => (one.runSeq < other.runSeq ? 1 : -1)).slice(0, limit);
  }

  async steps(runId: string): Promise<readonly StepRecord[]> {
    const steps = this.#database.selectFrom('step').selectAll().where('run_id', '=', runId).orderBy('ord');
    return (await steps.execute()).map(toStep);
  }

  log(runId: string, lines: readonly LogLine[]): Promise<void> {
    const rows = lines.map(({ at, step, level, text }) => {
      return { run_id: runId, at: at.toString(), step: step ?? null, level, text };
    });
    return this.#lightly(async (state) => {
      for (let from = 0; from < rows.length; from += portion)
        await state
          .insertInto('log')
          .values(rows.slice(from, from + portion))
          .execute();
    });
  }

  async logs(runId: string, step?: string): Promise<readonly LogLine[]> {
    const lines = this.#database
      .selectFrom('log')
      .select(['at', 'step', 'level', 'text'])
      .where('run_id', '=', runId)
      .orderBy('id');
    return (await (step === undefined ? lines : lines.where('step', '=', step)).execute()).map(toLogLine);
  }

  async close(): Promise<void> {
    await this.#database.destroy();
    // Kysely closes only what it has used.
    if (this.#file.isOpen) this.#file.close();
  }
}

export async function openStore(file: string): Promise<StateStore> {
  const database = openDatabase(file);
  try {
    migrate(database, file);
  } catch (error) {
    database.close();
    throw named(error, file);
  }
  return new SqliteState(database, file);
}
