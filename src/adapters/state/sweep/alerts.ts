import { type ExpressionBuilder, sql } from 'kysely';
import type { Swept } from '../../../ports/index.ts';
import { isOfRun } from '../alerts.ts';
import type { Tables } from '../tables.ts';
import { bytesOf, count, inTurn, portion, Sum, type Sweeping } from './portion.ts';

type Figures = ExpressionBuilder<Tables & { f: Tables['figure'] }, 'f'>;
type Alerts = ExpressionBuilder<Tables & { a: Tables['alert'] }, 'a'>;

/** The newest of each monitor stays, however old: it says how the monitor stands. */
const isPast = ({ and, eb, exists, selectFrom }: Figures, before: string) =>
  and([
    eb('f.at', '<', before),
    exists(
      selectFrom('figure as newer')
        .select('newer.number')
        .whereRef('newer.monitor', '=', 'f.monitor')
        .whereRef('newer.number', '>', 'f.number'),
    ),
  ]);

export async function sweepFigures(sweeping: Sweeping): Promise<Swept> {
  const { before, dryRun, engine } = sweeping;
  const sum = new Sum();
  const oldest = await engine.read((state) =>
    state
      .selectFrom('figure as f')
      .select(sql<string | null>`min(f.at)`.as('oldest'))
      .where((of) => of.not(isPast(of, before)))
      .executeTakeFirst(),
  );
  for (let found = portion; found === portion; ) {
    const { count: removed, bytes } = await inTurn(sweeping, async (state) => {
      const old = state.selectFrom('figure as f').where((of) => isPast(of, before));
      const sums = [count.as('count'), bytesOf('f.figure').as('bytes')] as const;
      if (dryRun) return old.select(sums).executeTakeFirstOrThrow();
      const some = await old.select(['f.monitor', 'f.number']).limit(portion).execute();
      const isSome = (of: ExpressionBuilder<Tables, 'figure'>) =>
        of.or(some.map((one) => of.and([of('monitor', '=', one.monitor), of('number', '=', one.number)])));
      const own = [count.as('count'), bytesOf('figure').as('bytes')] as const;
      const told = await state.selectFrom('figure').select(own).where(isSome).executeTakeFirstOrThrow();
      await state.deleteFrom('figure').where(isSome).execute();
      return told;
    });
    sum.add({ count: Number(removed), bytes: Number(bytes), oldest: oldest?.oldest ?? null });
    found = dryRun ? 0 : Number(removed);
  }
  return sum.view('figures');
}

/** What is open, or was not told yet, stays. */
const isOver = ({ and, eb, not, exists, selectFrom }: Alerts, before: string) =>
  and([
    eb('a.over_at', 'is not', null),
    eb('a.over_at', '<', before),
    not(
      exists(
        selectFrom('outbox')
          .select('outbox.notice_id')
          .whereRef('outbox.alert_id', '=', 'a.alert_id')
          .where('outbox.state', '=', sql.lit('waiting')),
      ),
    ),
  ]);

export async function sweepAlerts(sweeping: Sweeping): Promise<Swept> {
  const { before, dryRun, engine } = sweeping;
  const sum = new Sum();
  const oldest = await engine.read((state) =>
    state
      .selectFrom('alert as a')
      .select(sql<string | null>`min(a.raised_at)`.as('oldest'))
      .where((of) => of.not(isOver(of, before)))
      .executeTakeFirst(),
  );
  for (let found = portion; found === portion; ) {
    const { count: removed, bytes } = await inTurn(sweeping, async (state) => {
      const old = state.selectFrom('alert as a').where((of) => isOver(of, before));
      const sums = [count.as('count'), bytesOf('a.raised', 'a.latest').as('bytes')] as const;
      if (dryRun) return old.select(sums).executeTakeFirstOrThrow();
      const some = await old.select('a.alert_id').limit(portion).execute();
      const ids = ['', ...some.map(({ alert_id }) => alert_id)];
      const own = [count.as('count'), bytesOf('raised', 'latest').as('bytes')] as const;
      const told = await state.selectFrom('alert').select(own).where('alert_id', 'in', ids).executeTakeFirstOrThrow();
      await state.deleteFrom('outbox').where('alert_id', 'in', ids).execute();
      await state.deleteFrom('alert').where('alert_id', 'in', ids).execute();
      return told;
    });
    sum.add({ count: Number(removed), bytes: Number(bytes), oldest: oldest?.oldest ?? null });
    found = dryRun ? 0 : Number(removed);
  }
  if (!dryRun) await sweepToldRuns(sweeping);
  return sum.view('alerts');
}

/** What was told of runs. */
async function sweepToldRuns(sweeping: Sweeping): Promise<void> {
  await inTurn(sweeping, async (state) => {
    await state
      .deleteFrom('outbox')
      .where('ended_at', '<', sweeping.before)
      .where((of) => isOfRun(of))
      .execute();
  });
}
