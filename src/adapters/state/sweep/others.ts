import { type ExpressionBuilder, sql } from 'kysely';
import type { Swept } from '../../../ports/index.ts';
import type { Tables } from '../tables.ts';
import { bytesOf, count, inTurn, lines, portion, Sum, type Sweeping } from './portion.ts';

export async function sweepLogs(sweeping: Sweeping): Promise<Swept> {
  const { engine, before, dryRun } = sweeping;
  const sum = new Sum();
  for (let after = -1n; ; ) {
    const rows = await engine.read((state) =>
      state.selectFrom('log').select(['id', 'at']).where('id', '>', after).orderBy('id').limit(lines).execute(),
    );
    const upTo = rows.at(-1)?.id;
    if (upTo === undefined || !rows.some(({ at }) => at < before)) {
      sum.add({ count: 0, bytes: 0, oldest: rows[0]?.at ?? null });
      break;
    }
    const isOld = (of: ExpressionBuilder<Tables, 'log'>) =>
      of.and([
        of('log.id', '>', after),
        of('log.id', '<=', upTo),
        of('log.at', '<', before),
        of(
          'log.run_id',
          'not in',
          of.selectFrom('run').select('run.run_id').where('run.state', '=', sql.lit('running')),
        ),
      ]);
    const found = await inTurn(sweeping, async (state) => {
      const old = await state
        .selectFrom('log')
        .select([count.as('count'), bytesOf('text', 'step').as('bytes')])
        .where(isOld)
        .executeTakeFirstOrThrow();
      const kept = await state
        .selectFrom('log')
        .select(sql<string | null>`min(at)`.as('oldest'))
        .where('id', '>', after)
        .where('id', '<=', upTo)
        .where((of) => of.not(isOld(of)))
        .executeTakeFirst();
      if (!dryRun) await state.deleteFrom('log').where(isOld).execute();
      return { count: Number(old.count), bytes: Number(old.bytes), oldest: kept?.oldest ?? null };
    });
    sum.add(found);
    after = upTo;
  }
  return sum.view('log lines');
}

/** Those that are due, or claimed by a run that did not succeed, are owed. */
export async function sweepTicks(sweeping: Sweeping): Promise<Swept> {
  const { before, dryRun, engine } = sweeping;
  const sum = new Sum();
  for (const which of ['done', 'skipped'] as const) {
    for (let after = ''; ; ) {
      const rows = await engine.read((state) =>
        state
          .selectFrom('tick')
          .select('due')
          .where('state', '=', which)
          .where('due', '>', after)
          .where('due', '<', before)
          .orderBy('due')
          .limit(portion)
          .execute(),
      );
      const upTo = rows.at(-1)?.due;
      if (upTo === undefined) break;
      const isOld = (of: ExpressionBuilder<Tables, 'tick'>) =>
        of.and([of('state', '=', which), of('due', '>', after), of('due', '<=', upTo)]);
      const found = await inTurn(sweeping, async (state) => {
        const old = await state
          .selectFrom('tick')
          .select([count.as('count'), bytesOf('job', 'due', 'cause', 'why').as('bytes')])
          .where(isOld)
          .executeTakeFirstOrThrow();
        if (!dryRun) await state.deleteFrom('tick').where(isOld).execute();
        return { count: Number(old.count), bytes: Number(old.bytes), oldest: null };
      });
      sum.add(found);
      after = upTo;
    }
  }
  // Each found by the index.
  for (const [which, from] of [
    ['done', before],
    ['skipped', before],
    ['due', ''],
    ['claimed', ''],
  ] as const) {
    const kept = await engine.read((state) =>
      state
        .selectFrom('tick')
        .select('due')
        .where('state', '=', which)
        .where('due', '>=', from)
        .orderBy('due')
        .limit(1)
        .executeTakeFirst(),
    );
    sum.add({ count: 0, bytes: 0, oldest: kept?.due ?? null });
  }
  return sum.view('due times');
}

/** One that has not been done to its end can go on, whenever it was begun. */
export async function sweepBackfills(sweeping: Sweeping): Promise<Swept> {
  const { before, dryRun, engine } = sweeping;
  const sum = new Sum();
  const all = await engine.read((state) =>
    state.selectFrom('backfill').select(['backfill_id', 'state', 'created_at', 'finished_at']).execute(),
  );
  for (const { backfill_id, state: was, created_at, finished_at } of all) {
    if (was !== 'done' || finished_at === null || finished_at >= before) {
      sum.add({ count: 0, bytes: 0, oldest: created_at });
      continue;
    }
    const bytes = await inTurn(sweeping, async (state) => {
      const dates = await state
        .selectFrom('backfill_date')
        .select(bytesOf('backfill_id', 'date', 'run_id', 'error').as('bytes'))
        .where('backfill_id', '=', backfill_id)
        .executeTakeFirstOrThrow();
      if (!dryRun) {
        await state.deleteFrom('backfill_date').where('backfill_id', '=', backfill_id).execute();
        await state.deleteFrom('backfill').where('backfill_id', '=', backfill_id).execute();
      }
      return Number(dates.bytes);
    });
    sum.add({ count: 1, bytes, oldest: null });
  }
  return sum.view('backfills');
}
