import { sql } from 'kysely';
import type { Swept } from '../../../ports/index.ts';
import type { State } from '../engine.ts';
import { bytesOf, count, inTurn, portion, Sum, type Sweeping } from './portion.ts';

/** The newest of each monitor stays, however old: it says how the monitor stands. */
const oldFigures = (state: State, before: string) =>
  state
    .selectFrom('figure as f')
    .where('f.at', '<', before)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('figure as newer')
          .select('newer.figure_id')
          .whereRef('newer.monitor', '=', 'f.monitor')
          .whereRef('newer.figure_id', '>', 'f.figure_id'),
      ),
    );

export async function sweepFigures(sweeping: Sweeping): Promise<Swept> {
  const { before, dryRun, engine } = sweeping;
  const sum = new Sum();
  for (let more = true; more; ) {
    const found = await inTurn(sweeping, async (state) => {
      if (dryRun)
        return oldFigures(state, before)
          .select([count.as('count'), bytesOf('f.figure').as('bytes')])
          .executeTakeFirstOrThrow();
      const rows = await oldFigures(state, before)
        .select(['f.monitor', 'f.figure_id', 'f.figure'])
        .limit(portion)
        .execute();
      for (const { monitor, figure_id } of rows)
        await state.deleteFrom('figure').where('monitor', '=', monitor).where('figure_id', '=', figure_id).execute();
      return { count: rows.length, bytes: rows.reduce((bytes, { figure }) => bytes + figure.length, 0) };
    });
    sum.add({ count: Number(found.count), bytes: Number(found.bytes), oldest: null });
    more = !dryRun && Number(found.count) === portion;
  }
  const kept = await engine.read((state) => oldest(state, 'figure', 'at', dryRun ? before : undefined));
  sum.add({ count: 0, bytes: 0, oldest: kept });
  return sum.view('figures');
}

async function oldest(
  state: State,
  table: 'figure' | 'alert',
  at: 'at' | 'raised_at',
  from = '',
): Promise<string | null> {
  const row = await state
    .selectFrom(table)
    .select(sql<string | null>`min(${sql.ref(at)})`.as('oldest'))
    .where(sql.ref(at), '>=', from)
    .executeTakeFirst();
  return row?.oldest ?? null;
}

/** What is open, or was not told yet, stays. */
const oldAlerts = (state: State, before: string) =>
  state
    .selectFrom('alert as a')
    .where('a.over_at', '<', before)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('outbox')
            .select('outbox.notice_id')
            .whereRef('outbox.alert_id', '=', 'a.alert_id')
            .where('outbox.state', '=', sql.lit('waiting')),
        ),
      ),
    );

export async function sweepAlerts(sweeping: Sweeping): Promise<Swept> {
  const { before, dryRun, engine } = sweeping;
  const sum = new Sum();
  for (let more = true; more; ) {
    const found = await inTurn(sweeping, async (state) => {
      if (dryRun)
        return oldAlerts(state, before)
          .select([count.as('count'), bytesOf('a.raised', 'a.latest').as('bytes')])
          .executeTakeFirstOrThrow();
      const rows = await oldAlerts(state, before)
        .select(['a.alert_id', 'a.raised', 'a.latest'])
        .limit(portion)
        .execute();
      const ids = ['', ...rows.map(({ alert_id }) => alert_id)];
      await state.deleteFrom('outbox').where('alert_id', 'in', ids).execute();
      await state.deleteFrom('alert').where('alert_id', 'in', ids).execute();
      return {
        count: rows.length,
        bytes: rows.reduce((bytes, { raised, latest }) => bytes + raised.length + latest.length, 0),
      };
    });
    sum.add({ count: Number(found.count), bytes: Number(found.bytes), oldest: null });
    more = !dryRun && Number(found.count) === portion;
  }
  sum.add({
    count: 0,
    bytes: 0,
    oldest: await engine.read((state) => oldest(state, 'alert', 'raised_at', dryRun ? before : undefined)),
  });
  return sum.view('alerts');
}
