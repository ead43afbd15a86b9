import assert from 'node:assert/strict';
import type { AlertChange, AlertNotice, Figure, Judged, NoticeRecord, StateStore, Telling } from '../index.ts';
import { at, begun, newOwner, newRun } from './runs.ts';

type On = (title: string, work: (state: StateStore, another: () => Promise<StateStore>) => Promise<void>) => void;

let given = 0;
function id(): string {
  given += 1;
  return `id ${String(given).padStart(6, '0')}`;
}

function figure(hour: number, more: Partial<Figure> & { readonly broken?: readonly string[] } = {}): Figure {
  const { broken = [], ...rest } = more;
  return {
    ...{ monitor: 'inválidos', at: at(hour).toString(), measure: 'invalid share', sign: '<=', bound: 0.05, value: 0.1 },
    verdict: broken.length > 0 ? 'broken' : 'held',
    parts: ['silver.orders', 'silver.cities'].map((of) => ({ of, value: 0.1, isBroken: broken.includes(of) })),
    ...{ what: 'ç 10 %', facts: ['price_positive 3'], look: ['esteira show x'], date: '2026-03-01' },
    ...rest,
  };
}
const judged = (of: Figure, more: Partial<Judged> = {}): Judged => ({
  ...{ noticeId: id(), alertId: id(), figure: of, project: 'shop', environment: 'local', zone: 'America/Sao_Paulo' },
  ...{ tell: [{ channel: 'plantão', member: 'email' }], starts: [], next: 'Veja a regra' },
  ...more,
});
const broken = (hour: number, ...parts: string[]) => figure(hour, { broken: parts });
const kinds = (changes: readonly AlertChange[]): string[] =>
  changes.map(({ kind, figure: of }) => `${kind} ${of.monitor}`);
const found = async (state: StateStore, hour: number, of: Figure, more: Partial<Judged> = {}): Promise<string[]> =>
  kinds(await state.alerts.judge('first', [judged(of, more)], at(hour)));
const idsOf = (notices: readonly NoticeRecord[]): string[] =>
  notices.map(({ notice, member }) => `${notice.kind} ${member}`);
const waiting = (state: StateStore) => state.alerts.undelivered({ state: 'waiting', limit: 99 });
const alertOf = ({ notice }: NoticeRecord): AlertNotice => notice as AlertNotice;
const settled = (of: NoticeRecord) => ({ id: of.notice.id, channel: of.channel, member: of.member });

const telling = (hour: number, kind: Telling['notice']['kind'], what: string, thread = 'r1'): Telling => ({
  notice: {
    ...{ id: id(), kind, thread, job: 'daily', project: 'shop', environment: 'local', at: at(hour).toString() },
    ...{ date: '2026-03-01', what, versions: [], steps: [], facts: ['ç'], look: ['esteira show r1'] },
  },
  tell: [{ channel: 'plantão', member: 'email' }],
});

/** Figures, alerts and what is told of them; the same in every store. */
export function alertsConformance(on: On): void {
  on(
    'an alert is raised once, told again when more is broken or after long, and is over once',
    async (state, another) => {
      await state.own(newOwner('first'));
      assert.deepEqual(await found(state, 1, figure(1, { verdict: 'unknown', broken: [] })), []);
      assert.deepEqual(await found(state, 1, figure(1)), []);
      assert.deepEqual(await found(state, 2, broken(2, 'silver.orders')), ['raised inválidos']);
      assert.deepEqual(await found(state, 3, broken(3, 'silver.orders')), []);
      assert.deepEqual(await found(state, 4, figure(4, { verdict: 'unknown', broken: [] })), []);
      assert.deepEqual(await found(state, 5, broken(5, 'silver.orders', 'silver.cities')), ['more inválidos']);
      assert.deepEqual(await found(state, 6, broken(6, 'silver.cities')), []);
      const late = at(5).add({ hours: 20 });
      const again = await state.alerts.judge('first', [judged(broken(7, 'silver.cities'))], late);
      assert.deepEqual(kinds(again), ['still inválidos']);
      const [open, ...others] = await (await another()).alerts.alerts({ open: true, limit: 9 });
      assert.deepEqual(
        [open?.raisedAt.toString(), open?.toldAt.toString(), others],
        [at(2).toString(), late.toString(), []],
      );
      assert.deepEqual([open?.raised, open?.latest], [broken(2, 'silver.orders'), broken(7, 'silver.cities')]);
      const over = await state.alerts.judge('first', [judged(figure(8))], late);
      assert.deepEqual(kinds(over), ['over inválidos']);
      assert.deepEqual(await found(state, 9, figure(9)), []);
      assert.deepEqual(await state.alerts.alerts({ open: true, limit: 9 }), []);
      const [past] = await state.alerts.alerts({ open: false, limit: 9 });
      assert.deepEqual([past?.alertId, past?.overAt?.toString()], [open?.alertId, late.toString()]);
      const notices = await state.alerts.notices([open?.alertId ?? '']);
      assert.deepEqual(idsOf(notices), ['raised email', 'more email', 'still email', 'over email']);
      assert.ok(notices.map(alertOf).every(({ since, next }) => since === at(2).toString() && next === 'Veja a regra'));
      assert.equal((await state.alerts.figures({ monitor: 'inválidos', limit: 99 })).length, 10);
      assert.deepEqual((await state.alerts.newest()).get('inválidos'), figure(9));
    },
  );

  on('what was found of one champion is over when another one is, whatever is known of that', async (state) => {
    await state.own(newOwner('first'));
    const of = (champion: string, more: Parameters<typeof figure>[1] = {}) =>
      figure(1, { champions: { 'c.gold.ltr': champion }, ...more });
    const unknown = { verdict: 'unknown', parts: [] } as const;
    assert.deepEqual(await found(state, 1, of('a', { broken: ['silver.orders'] })), ['raised inválidos']);
    assert.deepEqual(await found(state, 2, of('a', unknown)), []);
    assert.deepEqual(await found(state, 3, of('b', unknown)), ['over inválidos']);
    const [past] = await state.alerts.alerts({ open: false, limit: 9 });
    assert.deepEqual([past?.overAt, past?.latest.champions], [at(3), { 'c.gold.ltr': 'a' }]);
    assert.deepEqual(await found(state, 4, of('b', { broken: ['silver.orders'] })), ['raised inválidos']);
    const [first] = await state.alerts.alerts({ open: true, limit: 9 });
    assert.deepEqual(await found(state, 5, of('c', { broken: ['silver.orders'] })), ['raised inválidos'], 'anew');
    const open = await state.alerts.alerts({ open: true, limit: 9 });
    assert.deepEqual([open.length, open[0]?.alertId === first?.alertId], [1, false]);
    assert.deepEqual(await found(state, 6, of('c')), ['over inválidos']);
    assert.deepEqual(await found(state, 7, broken(7, 'silver.orders')), ['raised inválidos']);
    assert.deepEqual(await found(state, 8, of('c', { ...unknown })), [], 'of what says of no champion nothing is over');
  });

  on(
    'an alert goes on for as long as the life of the champion that it is about, whatever that is called by then',
    async (state) => {
      await state.own(newOwner('first'));
      const of = (champion: string, since: string, more: Parameters<typeof figure>[1] = {}) =>
        figure(1, { champions: { 'c.gold.ltr': champion }, lives: { 'c.gold.ltr': since }, ...more });
      const bad = { broken: ['silver.orders'] };
      assert.deepEqual(await found(state, 1, of('a', 'monday', bad)), ['raised inválidos']);
      assert.deepEqual(await found(state, 2, of('b', 'monday', bad)), []);
      assert.deepEqual(await found(state, 3, of('c', 'monday', { verdict: 'unknown', parts: [] })), []);
      const [open] = await state.alerts.alerts({ open: true, limit: 9 });
      assert.deepEqual(open?.latest.champions, { 'c.gold.ltr': 'b' });
      assert.deepEqual(await found(state, 4, of('b', 'tuesday', bad)), ['raised inválidos'], 'it came back');
      assert.deepEqual(await found(state, 5, of('d', 'friday', { verdict: 'unknown', parts: [] })), ['over inválidos']);
    },
  );

  on('what could not be measured counts as broken; monitors do not know of each other', async (state) => {
    await state.own(newOwner('first'));
    const failed = figure(1, { verdict: 'failed', parts: [{ of: 'measuring', isBroken: true }] });
    assert.deepEqual(await found(state, 1, failed), ['raised inválidos']);
    assert.deepEqual(await found(state, 2, figure(2, { monitor: 'linhas' })), []);
    assert.deepEqual(await found(state, 3, { ...broken(3, 'a'), monitor: 'linhas' }), ['raised linhas']);
    assert.deepEqual([...(await state.alerts.newest()).keys()].toSorted(), ['inválidos', 'linhas']);
    await state.alerts.retire('first', ['linhas'], at(4));
    const open = await state.alerts.alerts({ open: true, limit: 9 });
    assert.deepEqual(
      open.map(({ monitor }) => monitor),
      ['linhas'],
    );
  });

  on('a run ends together with the alerts that it raises, or not at all', async (state) => {
    await state.own(newOwner('first'));
    const { held } = begun(await state.open(newRun('r1')));
    const one = judged({ ...broken(2, 'a'), run: { runId: 'r1', job: 'daily' } });
    const stranger = { ...held, token: held.token + 1n };
    await assert.rejects(state.finish(stranger, 'failed', undefined, at(2), { judged: [one] }), { code: 'FENCED' });
    assert.deepEqual([await waiting(state), (await state.alerts.newest()).size], [[], 0]);
    // What cannot be written takes the end of the run with it.
    const strange = judged(figure(2, { monitor: 'linhas', verdict: 'no verdict' as never }));
    await assert.rejects(state.finish(held, 'failed', undefined, at(2), { judged: [one, strange] }));
    assert.equal((await state.run('r1'))?.state, 'running');
    const changes = await state.finish(held, 'failed', undefined, at(2), { judged: [one] });
    assert.deepEqual(kinds(changes), ['raised inválidos']);
    const [notice] = await waiting(state);
    assert.deepEqual(notice && alertOf(notice).figure.run, { runId: 'r1', job: 'daily' });
    assert.equal(notice?.notice.id, one.noticeId);
    assert.equal((await state.run('r1'))?.state, 'failed');
  });

  on('a run ends together with what is told of it; what was told of it last is not told again', async (state) => {
    await state.own(newOwner('first'));
    const ofRuns = async () => idsOf(await state.alerts.ofRuns({ limit: 9 }));
    const end = async (hour: number, what: string): Promise<void> => {
      const { held } = begun(await state.open(newRun('r1')));
      const stranger = { ...held, token: held.token + 1n };
      const beside = { telling: telling(hour, 'failed', what) };
      await assert.rejects(state.finish(stranger, 'failed', undefined, at(hour), beside), { code: 'FENCED' });
      await state.finish(held, 'failed', undefined, at(hour), beside);
    };
    for (const [hour, what] of [
      [1, 'at a'],
      [2, 'at a'],
      [3, 'at b'],
      [4, 'at a'],
    ] as const)
      await end(hour, what);
    assert.deepEqual(await ofRuns(), ['failed email', 'failed email', 'failed email']);
    await found(state, 5, broken(5, 'a'));
    assert.equal((await ofRuns()).length, 3, 'none of an alert');
    begun(await state.open(newRun('r2', { day: 2 })));
    const abandoned = { holder: 'first', as: 'cancelled', error: undefined, now: at(6) } as const;
    await state.abandon('r2', { ...abandoned, telling: telling(6, 'cancelled', 'by ana', 'r2') });
    assert.equal((await ofRuns())[0], 'cancelled email');
    const both = ['email', 'webhook'].map((member) => ({ channel: 'plantão', member }));
    await state.alerts.tell('first', { ...telling(7, 'not begun', 'x', 'daily-7'), tell: both }, at(7));
    assert.deepEqual(idsOf(await state.alerts.ofRuns({ limit: 1 })), ['not begun webhook', 'not begun email']);
    assert.equal((await state.alerts.notices(['r1'])).length, 3);
  });

  on('times that nothing is run for are told with that; what is told of runs is kept as alerts are', async (state) => {
    await state.own(newOwner('first'));
    const tick = { job: 'daily', date: at(1).toZonedDateTimeISO('UTC').toPlainDate(), zone: 'UTC', cause: 'x' };
    const told = telling(1, 'missed', 'too many', 'daily-1');
    const ticks = [1, 2].map((hour) => ({ ...tick, due: at(hour), ...(hour === 1 ? { why: 'too many' } : {}) }));
    await assert.rejects(state.ticks.note('second', 'daily', { ticks, upTo: at(2), now: at(2), telling: told }));
    await state.ticks.note('first', 'daily', { ticks, upTo: at(2), now: at(2), telling: told });
    await state.ticks.skip({ job: 'daily', due: at(2) }, 'late', telling(2, 'missed', 'late', 'daily-2'));
    await state.alerts.tell('first', telling(3, 'not begun', 'no table', 'daily-3'), at(3));
    await state.alerts.tell('first', telling(4, 'not begun', 'no table', 'daily-3'), at(4));
    await assert.rejects(state.alerts.tell('second', telling(4, 'not begun', 'x'), at(4)), { code: 'OWNED_ELSEWHERE' });
    const all = await state.alerts.ofRuns({ limit: 9 });
    assert.deepEqual(idsOf(all), ['not begun email', 'missed email', 'missed email']);
    assert.deepEqual(
      (await state.alerts.take('first', at(9), 9)).map(({ notice }) => notice.id),
      all.map(({ notice }) => notice.id).reverse(),
    );
    for (const one of all.slice(1)) await state.alerts.settle(settled(one), { state: 'delivered' }, at(9));
    await state.keeping.sweep({ alerts: at(8) }, {});
    assert.equal((await state.alerts.ofRuns({ limit: 9 })).length, 3);
    await state.keeping.sweep({ alerts: at(10) }, {});
    assert.deepEqual(idsOf(await state.alerts.ofRuns({ limit: 9 })), ['not begun email'], 'it is not told yet');
  });

  on(
    'each who is told has a notice of his own, under one id; what is delivered or given up is taken no more',
    async (state) => {
      await state.own(newOwner('first'));
      const tell = ['email', 'webhook'].map((member) => ({ channel: 'plantão', member }));
      await found(state, 2, broken(2, 'a'), { tell });
      assert.deepEqual(await state.alerts.take('first', at(1), 9), [], 'not before its time');
      const [mail, hook] = await state.alerts.take('first', at(2), 9);
      assert.ok(mail && hook);
      assert.deepEqual([mail.notice, mail.tries, hook.tries], [hook.notice, 1, 1]);
      await state.alerts.settle(settled(mail), { state: 'delivered' }, at(3));
      await state.alerts.settle(settled(hook), { state: 'waiting', error: 'it answered 500', nextTryAt: at(4) }, at(3));
      assert.deepEqual(await state.alerts.take('first', at(3), 9), []);
      const [later] = await waiting(state);
      assert.deepEqual(
        [later?.member, later?.error, later?.nextTryAt.toString()],
        ['webhook', 'it answered 500', at(4).toString()],
      );
      const [again, ...none] = await state.alerts.take('first', at(4), 9);
      assert.deepEqual([again?.member, again?.tries, none], ['webhook', 2, []]);
      await state.alerts.settle(settled(hook), { state: 'given up', error: 'it answered 500' }, at(5));
      assert.deepEqual([await waiting(state), await state.alerts.take('first', at(9), 9)], [[], []]);
      assert.deepEqual(idsOf(await state.alerts.undelivered({ state: 'given up', limit: 9 })), ['raised webhook']);
      // A late answer changes nothing of what is settled.
      await state.alerts.settle(settled(mail), { state: 'given up', error: 'late' }, at(6));
      const told = await state.alerts.notices([alertOf(mail).alertId]);
      assert.deepEqual(
        told.map(({ state: was }) => was),
        ['delivered', 'given up'],
      );
      assert.deepEqual([told[0]?.endedAt?.toString(), told[0]?.error], [at(3).toString(), undefined]);
    },
  );

  on(
    'only the owner judges and takes; what a former owner took and did not settle is taken by the next',
    async (state, another) => {
      const first = await state.own(newOwner('first'));
      await found(state, 2, broken(2, 'a'));
      const [taken] = await state.alerts.take('first', at(2), 9);
      assert.ok(taken);
      await first.release();
      const other = await another();
      await other.own(newOwner('second'));
      const elsewhere = { code: 'OWNED_ELSEWHERE' };
      await assert.rejects(state.alerts.take('first', at(3), 9), elsewhere);
      await assert.rejects(state.alerts.judge('first', [judged(figure(3))], at(3)), elsewhere);
      await assert.rejects(state.alerts.retire('first', [], at(3)), elsewhere);
      const [again] = await other.alerts.take('second', at(2), 9);
      assert.deepEqual([again?.notice, again?.tries], [taken.notice, 2]);
      // Whoever was sending it when the owner changed may still say so.
      await state.alerts.settle(settled(taken), { state: 'delivered' }, at(3));
      assert.deepEqual(await waiting(other), []);
    },
  );

  on('an alert makes its jobs due for the day of its figure, where their schedules are kept', async (state) => {
    await state.own(newOwner('first'));
    await state.ticks.note('first', 'retrain', { ticks: [], upTo: at(1), now: at(1) });
    const starts = ['retrain', 'by nobody'];
    await found(state, 2, broken(2, 'a'), { starts });
    await found(state, 2, broken(2, 'a', 'b'), { starts });
    await found(state, 2, figure(2), { starts });
    await found(state, 2, { ...broken(2, 'a'), date: '2026-03-02' }, { starts });
    const due = await state.ticks.pending();
    assert.deepEqual(
      due.map(({ job, date, cause, zone }) => `${job} ${date} ${cause} ${zone}`),
      [1, 2].map((day) => `retrain 2026-03-0${day} alert inválidos America/Sao_Paulo`),
    );
    assert.equal(new Set(due.map((one) => one.due.toString())).size, 2, 'by a clock that stands still');
  });

  on('a limit that is broken as soon as it can be measured begins jobs, whatever was told before', async (state) => {
    await state.own(newOwner('first'));
    await state.ticks.note('first', 'back', { ticks: [], upTo: at(1), now: at(1) });
    const starts = ['back'];
    const days = async () => (await state.ticks.pending()).map(({ date }) => date.toString());
    const failed = (hour: number) => figure(hour, { verdict: 'failed', parts: [{ of: 'measuring', isBroken: true }] });
    await found(state, 2, failed(2), { starts });
    await found(state, 3, failed(3), { starts });
    assert.equal((await days()).length, 1);
    await found(state, 4, { ...broken(4, 'a'), date: '2026-03-02' }, { starts });
    await found(state, 5, { ...broken(5, 'a'), date: '2026-03-03' }, { starts });
    assert.deepEqual(await days(), ['2026-03-01', '2026-03-02']);
  });

  on(
    'a job that cools down is due again while the alert stands, once nothing of it is due any more; what nobody has begun is for the newest day',
    async (state) => {
      await state.own(newOwner('first'));
      await state.ticks.note('first', 'retrain', { ticks: [], upTo: at(1), now: at(1) });
      const night = async (hour: number, again: readonly string[]) => {
        await found(state, hour, { ...broken(hour, 'a'), date: `2026-03-0${hour}` }, { starts: ['retrain'], again });
        return (await state.ticks.pending()).map(({ date }) => date.toString());
      };
      assert.deepEqual(await night(2, ['retrain']), ['2026-03-02']);
      assert.deepEqual(await night(3, ['retrain']), ['2026-03-03'], 'nobody keeps the schedules meanwhile');
      const [held] = await state.ticks.pending();
      assert.ok(held);
      await state.ticks.hold(held, 'cools down');
      assert.deepEqual(await night(4, ['retrain']), ['2026-03-04']);
      assert.deepEqual(await night(2, ['retrain']), ['2026-03-04'], 'a day of before is looked at once more');
      // As it was when its keeper looked; another night is judged before the run is opened.
      const asked = newRun('r1', { job: 'retrain', day: 4, logicalTime: held.due, reason: 'schedule' });
      assert.deepEqual(await night(5, ['retrain']), ['2026-03-05']);
      const { held: run } = begun(await state.open(asked));
      assert.deepEqual(await night(5, ['retrain']), ['2026-03-04'], 'that one has begun');
      await state.finish(run, 'failed', undefined, at(5));
      assert.deepEqual(await night(6, ['retrain']), ['2026-03-04'], 'it has failed, and is tried once more');
      await state.ticks.skip(held, 'done with');
      assert.deepEqual(await night(7, []), [], 'without a cool-down an alert begins it once');
      assert.deepEqual(await night(8, ['retrain']), ['2026-03-08']);
      await found(state, 9, figure(9), { starts: ['retrain'], again: ['retrain'] });
      assert.equal((await state.ticks.pending()).length, 1);
    },
  );

  on(
    'of what is old the newest figure, open alerts and what is to be told stay; copies have all of it',
    async (state) => {
      await state.own(newOwner('first'));
      for (const hour of [1, 2]) await found(state, hour, figure(hour));
      await found(state, 3, broken(3, 'a'));
      await found(state, 4, figure(4));
      const before = { figures: at(9), alerts: at(9) };
      const counts = async (dryRun: boolean) =>
        Object.fromEntries((await state.keeping.sweep(before, { dryRun })).map(({ kind, count }) => [kind, count]));
      assert.deepEqual(await counts(false), { figures: 3, alerts: 0 }, 'it is not told yet');
      assert.equal((await state.alerts.newest()).get('inválidos')?.at, at(4).toString());
      for (const one of await state.alerts.take('first', at(5), 9))
        await state.alerts.settle(settled(one), { state: 'delivered' }, at(5));
      await found(state, 6, { ...broken(6, 'a'), monitor: 'linhas' });
      const foreseen = await state.keeping.sweep(before, { dryRun: true });
      assert.deepEqual(await state.keeping.sweep(before, {}), foreseen);
      assert.deepEqual(await counts(true), { figures: 0, alerts: 0 });
      const open = await state.alerts.alerts({ limit: 9 });
      assert.deepEqual(
        open.map(({ monitor }) => monitor),
        ['linhas'],
      );
      const copy = await state.keeping.snapshot();
      const tables: string[] = [];
      for await (const { table } of copy.rows()) tables.push(table);
      await copy.close();
      assert.deepEqual(tables.filter((table) => ['figure', 'alert', 'outbox'].includes(table)).toSorted(), [
        'alert',
        'figure',
        'figure',
        'outbox',
      ]);
    },
  );
}
