// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openPostgresState } from '../../../src/adapters/postgres/state.ts';
import { dropSchemas, newSchema, server, withoutServer } from '../../../src/adapters/postgres/testing.ts';
import { Courier } from '../../../src/operate/alerts/courier.ts';
import { newOwner } from '../../../src/ports/conformance/runs.ts';
import type { ChannelMessage, Figure, StateStore } from '../../../src/ports/index.ts';
import type { Project } from '../../../src/run/index.ts';

after(dropSchemas);
const lease = { life: 1_500, beat: 200, margin: 500 };
const figure = (monitor: string): Figure => ({
  ...{ monitor, at: '2026-03-01T12:00:00Z', verdict: 'broken', measure: 'rows', sign: '>=', bound: 1, value: 0 },
  ...{ parts: [{ of: 'a', value: 0, isBroken: true }], what: 'nothing came', facts: [], look: [], date: '2026-03-01' },
});
const raise = (state: StateStore, holder: string, count: number) =>
  state.alerts.judge(
    holder,
    Array.from({ length: count }, (_, index) => ({
      ...{
        noticeId: `n${index}`,
        alertId: `a${index}`,
        figure: figure(`m${index}`),
        project: 'shop',
        environment: 'cloud',
      },
      ...{ tell: [{ channel: 'plantao', member: 'sink' }], starts: [], zone: 'UTC' },
    })),
    Temporal.Now.instant(),
  );
/** Only what a courier asks of a project. */
const courierOf = (state: StateStore, holder: string, send: (message: ChannelMessage) => Promise<void>): Courier => {
  const member = { name: 'sink', describe: 'sink', standsIn: false, open: async () => ({ send }) };
  return Courier.of({
    ...{ state, holder, folder: '/', clock: { now: () => Temporal.Now.instant() } },
    ...{ channels: new Map([['plantao', [member]]]), redact: (text: string) => text, trace: () => {} },
  } as unknown as Project);
};

describe('couriers of two machines on one state', { skip: withoutServer }, () => {
  test('a paused one is followed by the next: all is delivered, and nothing comes twice but under its id', async () => {
    const schema = newSchema();
    // It never shows again that it lives, as a machine that sleeps.
    const paused = await openPostgresState({ url: server, schema, lease: { ...lease, beat: 3_600_000 } });
    const next = await openPostgresState({ url: server, schema, lease });
    try {
      await paused.own(newOwner('paused'));
      await raise(paused, 'paused', 30);
      const sent: string[] = [];
      const { promise: waking, resolve: wake } = Promise.withResolvers<void>();
      const { promise: sending, resolve: begun } = Promise.withResolvers<void>();
      const first = courierOf(paused, 'paused', async ({ id }) => {
        sent.push(id);
        begun();
        await waking;
      });
      first.look(Temporal.Now.instant());
      await sending;
      await first.settled(200);
      assert.deepEqual(sent, ['n0'], 'it sleeps while it sends');
      const ownership = await next.own(newOwner('next'));
      const second = courierOf(next, 'next', async ({ id }) => void sent.push(id));
      assert.deepEqual(await second.settled(20_000), []);
      wake();
      await first.settled(20_000);
      // What it had taken with the first it sends too, each under its id; then the state takes nothing of it any more.
      const counts = Map.groupBy(sent, (id) => id);
      assert.equal(counts.size, 30);
      assert.ok([...counts.values()].every(({ length }) => length <= 2));
      assert.ok(sent.length <= 30 + 20);
      const notices = await next.alerts.notices(Array.from({ length: 30 }, (_, index) => `a${index}`));
      assert.ok(notices.every(({ state }) => state === 'delivered'));
      await assert.rejects(paused.alerts.take('paused', Temporal.Now.instant(), 9), { code: 'OWNED_ELSEWHERE' });
      await ownership.release();
    } finally {
      await paused.close();
      await next.close();
    }
  });

  test('looks that come while it goes send nothing twice', async () => {
    const state = await openPostgresState({ url: server, schema: newSchema(), lease });
    try {
      await state.own(newOwner('one'));
      await raise(state, 'one', 50);
      const sent: string[] = [];
      const courier = courierOf(state, 'one', async ({ id }) => void sent.push(id));
      await Promise.all(
        Array.from({ length: 10 }, async () => {
          courier.wake();
          courier.look(Temporal.Now.instant());
          await courier.settled(20_000);
        }),
      );
      assert.deepEqual([sent.length, new Set(sent).size], [50, 50]);
    } finally {
      await state.close();
    }
  });
});
