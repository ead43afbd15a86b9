import { type ExpressionBuilder, type Selectable, sql } from 'kysely';
import type {
  AlertChange,
  AlertRecord,
  AlertStore,
  Figure,
  Judged,
  Notice,
  NoticeRecord,
  Telling,
} from '../../ports/index.ts';
import { nextNumber, settleOne, tellOfRun } from './alerting.ts';
import { comparable } from './comparable.ts';
import type { Engine, State } from './engine.ts';
import { refuseUnlessOwner } from './owner.ts';
import type { AlertRow, OutboxRow, Tables } from './tables.ts';

const instant = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const figureOf = (text: string): Figure => JSON.parse(text) as Figure;

const toAlert = (row: Selectable<AlertRow>): AlertRecord => ({
  alertId: row.alert_id,
  monitor: row.monitor,
  raisedAt: instant(row.raised_at),
  ...(row.over_at !== null && { overAt: instant(row.over_at) }),
  toldAt: instant(row.told_at),
  raised: figureOf(row.raised),
  latest: figureOf(row.latest),
});
const toNotice = (row: Selectable<OutboxRow>): NoticeRecord => ({
  channel: row.channel,
  member: row.member,
  notice: JSON.parse(row.notice) as Notice,
  state: row.state,
  createdAt: instant(row.created_at),
  tries: Number(row.tries),
  nextTryAt: instant(row.next_try_at),
  ...(row.ended_at !== null && { endedAt: instant(row.ended_at) }),
  ...(row.error !== null && { error: row.error }),
});

/** The indexes of the outbox are found only for words that stand in the statement. */
const isIn = (state: 'waiting' | 'given up') => sql<boolean>`outbox.state = ${sql.lit(state)}`;

/** It stands beside no alert. */
export const isOfRun = ({ not, exists, selectFrom }: ExpressionBuilder<Tables, 'outbox'>) =>
  not(exists(selectFrom('alert').select('alert.alert_id').whereRef('alert.alert_id', '=', 'outbox.alert_id')));

/** In one transaction, be it that in which a run ends or one of their own. */
export async function settleAlerts(
  state: State,
  judged: readonly Judged[],
  now: Temporal.Instant,
): Promise<readonly AlertChange[]> {
  const changes: AlertChange[] = [];
  for (const one of judged) {
    const { figure } = one;
    await state
      .insertInto('figure')
      .values({
        ...{ monitor: figure.monitor, at: figure.at, verdict: figure.verdict },
        number: ({ selectFrom }) => selectFrom('figure').select(nextNumber).where('monitor', '=', figure.monitor),
        figure: JSON.stringify(figure),
      })
      .execute();
    const change = await settleOne(state, one, now);
    if (change) changes.push(change);
  }
  return changes;
}

export class SqlAlerts implements AlertStore {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  judge(holder: string, judged: readonly Judged[], now: Temporal.Instant): Promise<readonly AlertChange[]> {
    return this.#engine.transaction('take', async (state) => {
      await refuseUnlessOwner(state, holder);
      return settleAlerts(state, judged, now);
    });
  }

  tell(holder: string, telling: Telling, now: Temporal.Instant): Promise<void> {
    return this.#engine.transaction('write', async (state) => {
      await refuseUnlessOwner(state, holder);
      await tellOfRun(state, telling, now);
    });
  }

  ofRuns({ limit }: Parameters<AlertStore['ofRuns']>[0]): Promise<readonly NoticeRecord[]> {
    return this.#engine.read(async (state) => {
      const newest = state
        .selectFrom('outbox')
        .select('notice_id')
        .where((of) => isOfRun(of))
        .groupBy('notice_id')
        .orderBy(({ fn }) => fn.max('number'), 'desc')
        .limit(limit);
      const rows = await state
        .selectFrom('outbox')
        .selectAll()
        .where('notice_id', 'in', newest)
        .orderBy('number', 'desc')
        .execute();
      return rows.map(toNotice);
    });
  }

  retire(holder: string, defined: readonly string[], now: Temporal.Instant): Promise<void> {
    return this.#engine.transaction('write', async (state) => {
      await refuseUnlessOwner(state, holder);
      await state
        .updateTable('alert')
        .set({ over_at: now.toString() })
        .where('over_at', 'is', null)
        .where('monitor', 'not in', ['', ...defined])
        .execute();
    });
  }

  newest(): Promise<ReadonlyMap<string, Figure>> {
    return this.#engine.read(async (state) => {
      const last = state
        .selectFrom('figure')
        .select(['monitor', ({ fn }) => fn.max('number').as('number')])
        .groupBy('monitor');
      const rows = await state
        .selectFrom('figure')
        .innerJoin(last.as('last'), (join) =>
          join.onRef('last.monitor', '=', 'figure.monitor').onRef('last.number', '=', 'figure.number'),
        )
        .select(['figure.monitor', 'figure.figure'])
        .execute();
      return new Map(rows.map((row) => [row.monitor, figureOf(row.figure)]));
    });
  }

  figures({ monitor, limit }: Parameters<AlertStore['figures']>[0]): Promise<readonly Figure[]> {
    return this.#engine.read(async (state) => {
      const rows = await state
        .selectFrom('figure')
        .select('figure')
        .where('monitor', '=', monitor)
        .orderBy('number', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => figureOf(row.figure));
    });
  }

  alerts({ open, limit }: Parameters<AlertStore['alerts']>[0]): Promise<readonly AlertRecord[]> {
    return this.#engine.read(async (state) => {
      const rows = await state
        .selectFrom('alert')
        .selectAll()
        .$if(open === true, (alerts) => alerts.where('over_at', 'is', null))
        .$if(open === false, (alerts) => alerts.where('over_at', 'is not', null))
        .orderBy('alert_id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toAlert);
    });
  }

  notices(alertIds: readonly string[]): Promise<readonly NoticeRecord[]> {
    return this.#engine.read(async (state) => {
      const rows = await state
        .selectFrom('outbox')
        .selectAll()
        .where('alert_id', 'in', ['', ...alertIds])
        .orderBy('number')
        .execute();
      return rows.map(toNotice);
    });
  }

  undelivered({ state: wanted, limit }: Parameters<AlertStore['undelivered']>[0]): Promise<readonly NoticeRecord[]> {
    return this.#engine.read(async (state) => {
      const rows = await state
        .selectFrom('outbox')
        .selectAll()
        .where(isIn(wanted))
        .orderBy('number')
        .limit(limit)
        .execute();
      return rows.map(toNotice);
    });
  }

  take(holder: string, now: Temporal.Instant, limit: number): Promise<readonly NoticeRecord[]> {
    return this.#engine.transaction('take', async (state) => {
      await refuseUnlessOwner(state, holder);
      const rows = await state
        .selectFrom('outbox')
        .selectAll()
        .where(isIn('waiting'))
        .where('next_try_at', '<=', comparable(now))
        .orderBy('number')
        .limit(limit)
        .execute();
      for (const { notice_id, channel, member, tries } of rows)
        await state
          .updateTable('outbox')
          .set({ tries: tries + 1n })
          .where('notice_id', '=', notice_id)
          .where('channel', '=', channel)
          .where('member', '=', member)
          .execute();
      return rows.map((row) => toNotice({ ...row, tries: row.tries + 1n }));
    });
  }

  settle(
    { id, channel, member }: Parameters<AlertStore['settle']>[0],
    how: Parameters<AlertStore['settle']>[1],
    now: Temporal.Instant,
  ): Promise<void> {
    const set =
      how.state === 'waiting'
        ? { next_try_at: comparable(how.nextTryAt) }
        : { state: how.state, ended_at: now.toString() };
    return this.#engine.transaction('write', async (state) => {
      await state
        .updateTable('outbox')
        .set({ ...set, error: how.error ?? null })
        .where('notice_id', '=', id)
        .where('channel', '=', channel)
        .where('member', '=', member)
        .where(isIn('waiting'))
        .execute();
    });
  }
}
