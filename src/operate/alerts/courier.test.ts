import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { openSqliteState } from '../../adapters/sqlite/state.ts';
import { newOwner } from '../../ports/conformance/runs.ts';
import { type ChannelMessage, type Figure, NotBefore } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import { Courier } from './courier.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'esteira-courier-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let now = Temporal.Instant.from('2026-03-10T12:00:00Z');
const figure = (monitor: string): Figure => ({
  ...{ monitor, at: now.toString(), verdict: 'broken', measure: 'rows', sign: '>=', bound: 1, value: 0 },
  ...{ parts: [{ of: 'a', value: 0, isBroken: true }], what: 'nothing came', facts: [], look: [], date: '2026-03-10' },
});
type Send = (message: ChannelMessage, signal: AbortSignal) => Promise<void>;

/** A state in a file, and the courier of a project that has only it and these members; `alerts` raises so many for all of them. */
async function world(name: string, members: Readonly<Record<string, Send>>) {
  now = Temporal.Instant.from('2026-03-10T12:00:00Z');
  const state = await openSqliteState({ file: path.join(folder, `${name}.sqlite`) });
  await state.own(newOwner('one'));
  const channel = Object.entries(members).map(([member, send]) => ({
    ...{ name: member, describe: member, standsIn: false },
    open: async () => ({ send }),
  }));
  const project = {
    ...{ state, holder: 'one', folder, clock: { now: () => now }, channels: new Map([['c', channel]]) },
    ...{ redact: (text: string) => text.replaceAll('hidden', '***'), trace: () => {} },
  } as unknown as Project;
  let count = 0;
  const raise = (alerts: number) =>
    state.alerts.judge(
      'one',
      Array.from({ length: alerts }, () => {
        count += 1;
        const ids = { noticeId: `n${count}`, alertId: `a${count}`, project: 'shop', environment: 'local' };
        const tell = channel.map((one) => ({ channel: 'c', member: one.name }));
        return { ...ids, figure: figure(`m${count}`), tell, starts: [], zone: 'UTC' };
      }),
      now,
    );
  return { state, raise, courier: Courier.of(project) };
}
const waiting = (state: Awaited<ReturnType<typeof world>>['state']) =>
  state.alerts.undelivered({ state: 'waiting', limit: 999 });

test('who does not take the first is asked once, for all that waits; the others get theirs in the order of what happened', async () => {
  const got: string[] = [];
  let asked = 0;
  const { state, raise, courier } = await world('order', {
    deaf: async () => {
      asked += 1;
      throw new Error('it answered 500: hidden\nand more');
    },
    well: async ({ id }) => void got.push(id),
  });
  await raise(30);
  const left = await courier.settled(10_000);
  // 20 notices are taken together: both members have ten of them each.
  assert.equal(asked, 3);
  assert.deepEqual(
    got,
    Array.from({ length: 30 }, (_, index) => `n${index + 1}`),
  );
  assert.equal(left.length, 30);
  assert.ok(left.every(({ member, error }) => member === 'deaf' && error === 'it answered 500: ***'));
  assert.deepEqual([...new Set(left.map(({ nextTryAt }) => nextTryAt.toString()))], ['2026-03-10T12:00:15Z']);
  await state.close();
});

test('the time between attempts doubles up to half an hour, and is longer where the other side says so', async () => {
  const { state, raise, courier } = await world('times', {
    deaf: async () => {
      throw new Error('no');
    },
  });
  await raise(1);
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 10; attempt++) {
    const [one] = await courier.settled(10_000);
    pauses.push(now.until(one?.nextTryAt ?? now).total('seconds'));
    now = one?.nextTryAt ?? now;
  }
  assert.deepEqual(pauses, [15, 30, 60, 120, 240, 480, 960, 1800, 1800, 1800]);
  now = now.add({ hours: 24 });
  assert.deepEqual(await courier.settled(10_000), [], 'given up');
  const [given] = await state.alerts.undelivered({ state: 'given up', limit: 9 });
  assert.deepEqual([given?.tries, given?.error], [11, 'no']);
  await state.close();
  const busy = await world('busy', {
    busy: async () => {
      throw new NotBefore('it answered 429', 600);
    },
  });
  await busy.raise(1);
  const [one] = await busy.courier.settled(10_000);
  assert.equal(now.until(one?.nextTryAt ?? now).total('seconds'), 600);
  await busy.state.close();
});

test('who ends does not wait for one who hangs: what he was asked waits, and can be sent again at once by the next', async () => {
  let hangs = true;
  const got: string[] = [];
  const { state, raise, courier } = await world('hangs', {
    slow: ({ id }, signal) => {
      if (!hangs) got.push(id);
      return hangs
        ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        : Promise.resolve();
    },
  });
  await raise(3);
  const started = performance.now();
  const left = await courier.settled(200, { last: true });
  assert.ok(performance.now() - started < 2_000);
  assert.deepEqual(
    left.map(({ error }) => error),
    Array(3).fill('no answer in time'),
  );
  hangs = false;
  now = now.add({ seconds: 15 });
  assert.deepEqual(await courier.settled(10_000), []);
  assert.deepEqual(got, ['n1', 'n2', 'n3']);
  assert.deepEqual(await waiting(state), []);
  await state.close();
});
