import { sql } from 'kysely';
import type { AlertChange, AlertNotice, Figure, Judged, Notice, Recipient, Telling } from '../../ports/index.ts';
import { comparable } from './comparable.ts';
import type { State } from './engine.ts';

/** One more than the greatest: whoever counts writes alone, or finds that it did not. */
export const nextNumber = sql<bigint>`coalesce(max(number), 0) + 1`.as('next');

/** What stays broken is told again when nobody was told for so long: of a daily job each day, whenever in the day it ends. */
const reminded = { hours: 20 };

/** What a figure makes of the alert of its monitor: raised, told again, over; nothing where all is as it was. */
export async function settleOne(state: State, judged: Judged, now: Temporal.Instant): Promise<AlertChange | undefined> {
  const { figure } = judged;
  const latest = JSON.stringify(figure);
  const last = await openOf(state, figure.monitor);
  const isPast = last !== undefined && isOfOthers(JSON.parse(last.latest) as Figure, figure);
  if (figure.verdict === 'unknown' && !isPast) return undefined;
  if (isPast) {
    await close(state, last.alert_id, { at: now.toString() });
    if (figure.verdict === 'unknown' || figure.verdict === 'held')
      return tell(state, judged, { kind: 'over', alertId: last.alert_id, since: last.raised_at, now });
  }
  const open = isPast ? undefined : last;
  const broken = figure.parts.filter(({ isBroken }) => isBroken).map(({ of }) => of);
  const at = now.toString();
  if (figure.verdict === 'held') {
    if (!open) return undefined;
    await close(state, open.alert_id, { at, latest });
    return tell(state, judged, { kind: 'over', alertId: open.alert_id, since: open.raised_at, now });
  }
  if (!open) {
    const row = { alert_id: judged.alertId, monitor: figure.monitor, raised_at: at, told_at: at };
    await state
      .insertInto('alert')
      .values({ ...row, told: JSON.stringify(broken), raised: latest, latest })
      .execute();
    await startJobs(state, judged, now);
    return tell(state, judged, { kind: 'raised', alertId: judged.alertId, since: at, now });
  }
  const [was, before] = [open.raised, open.latest].map((one) => (JSON.parse(one) as Figure).verdict);
  // Who begins with a broken limit has begun with nothing yet: it could not be measured so far.
  const isFirst = was === 'failed' && before === 'failed' && figure.verdict === 'broken';
  if (isFirst) await startJobs(state, judged, now);
  else if (figure.verdict === 'broken') await startAgain(state, judged, now);
  const told = new Set(JSON.parse(open.told) as string[]);
  const isMore = broken.some((part) => !told.has(part));
  const isLong = Temporal.Instant.compare(Temporal.Instant.from(open.told_at).add(reminded), now) <= 0;
  const telling = isMore || isLong ? { told_at: at, told: JSON.stringify([...told.union(new Set(broken))]) } : {};
  await state
    .updateTable('alert')
    .set({ latest, ...telling })
    .where('alert_id', '=', open.alert_id)
    .execute();
  if (!isMore && !isLong) return undefined;
  return tell(state, judged, { kind: isMore ? 'more' : 'still', alertId: open.alert_id, since: open.raised_at, now });
}

const openOf = (state: State, monitor: string) =>
  state.selectFrom('alert').selectAll().where('monitor', '=', monitor).where('over_at', 'is', null).executeTakeFirst();

const close = (state: State, id: string, { at, ...figure }: { readonly at: string; readonly latest?: string }) =>
  state
    .updateTable('alert')
    .set({ over_at: at, ...figure })
    .where('alert_id', '=', id)
    .execute();

/** What was found of one champion says nothing of the next, unless that goes on from it. */
const isOfOthers = (before: Figure, now: Figure): boolean =>
  Object.entries(now.champions ?? {}).some(([model, version]) => {
    const [was, is] = [before.lives?.[model], now.lives?.[model]];
    if (was !== undefined && is !== undefined) return was !== is;
    const champion = before.champions?.[model];
    return champion !== undefined && champion !== version;
  });

async function tell(
  state: State,
  { noticeId, figure, tell: told, next, project, environment }: Judged,
  about: Pick<AlertChange, 'kind' | 'alertId'> & { readonly since: string; readonly now: Temporal.Instant },
): Promise<AlertChange> {
  const { kind, alertId, since, now } = about;
  const notice: AlertNotice = {
    ...{
      id: noticeId,
      kind,
      alertId,
      monitor: figure.monitor,
      project,
      environment,
      since,
      at: now.toString(),
      figure,
    },
    ...(next === undefined ? {} : { next }),
  };
  await putNotice(state, notice, told, now);
  return { kind, alertId, figure, told };
}

/** What a run was told of last is not told again: one that is tried each hour fails each hour. */
export async function tellOfRun(state: State, telling: Telling | undefined, now: Temporal.Instant): Promise<void> {
  if (!telling) return;
  const { notice, tell: told } = telling;
  const last = await state
    .selectFrom('outbox')
    .select('notice')
    .where('alert_id', '=', notice.thread)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  const before = last && (JSON.parse(last.notice) as Partial<Telling['notice']>);
  if (before?.kind === notice.kind && before.what === notice.what) return;
  await putNotice(state, notice, told, now);
}

async function putNotice(
  state: State,
  notice: Notice,
  told: readonly Recipient[],
  now: Temporal.Instant,
): Promise<void> {
  const at = comparable(now);
  for (const { channel, member } of told)
    await state
      .insertInto('outbox')
      .values({
        number: ({ selectFrom }) => selectFrom('outbox').select(nextNumber),
        ...{
          notice_id: notice.id,
          channel,
          member,
          alert_id: 'thread' in notice ? notice.thread : notice.alertId,
          notice: JSON.stringify(notice),
        },
        ...{ state: 'waiting', created_at: at, tries: 0, next_try_at: at },
      })
      .execute();
}

/** The jobs that begin with an alert are due now, for the day of its figure; where nobody keeps schedules, nobody would ever carry that out. */
async function startJobs(state: State, { figure, starts, zone }: Judged, now: Temporal.Instant): Promise<void> {
  if (starts.length === 0) return;
  const kept = await state.selectFrom('schedule').select('job').where('job', 'in', starts).execute();
  for (const { job } of kept) {
    const due = await freeTime(state, job, now);
    await state
      .insertInto('tick')
      .values({
        ...{ job, due, date: figure.date, zone, cause: `alert ${figure.monitor}` },
        ...{ state: 'due', noted_at: comparable(now) },
      })
      .execute();
  }
}

/**
 * What a job that cools down has done for it was not enough: the next time is due, and waits until it has cooled down, or the alert is over. What waits already is
 * for the newest day that is known to be broken: whoever trains after two weeks is to learn from them. A run that is opened meanwhile keeps its day, and the time is for
 * that one.
 */
async function startAgain(state: State, { again = [], ...judged }: Judged, now: Temporal.Instant): Promise<void> {
  const { monitor, date } = judged.figure;
  for (const job of again) {
    const waits = await state
      .selectFrom('tick')
      .select(['due', 'date', 'state'])
      .where('job', '=', job)
      .where('cause', '=', `alert ${monitor}`)
      .where('state', 'in', ['due', 'claimed'])
      .orderBy('state', 'desc')
      .orderBy('due', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (!waits) await startJobs(state, { ...judged, starts: [job] }, now);
    else if (waits.state === 'due' && waits.date < date)
      await state.updateTable('tick').set({ date }).where('job', '=', job).where('due', '=', waits.due).execute();
  }
}

/** A job has one due time at a time: by a clock that stands still two alerts would have the same. */
async function freeTime(state: State, job: string, now: Temporal.Instant): Promise<string> {
  for (let due = now; ; due = due.add({ milliseconds: 1 })) {
    const taken = await state
      .selectFrom('tick')
      .select('due')
      .where('job', '=', job)
      .where('due', '=', due.toString())
      .executeTakeFirst();
    if (!taken) return due.toString();
  }
}
