import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertsView } from '../../src/operate/index.ts';
import { Random } from '../run/support/random.ts';
import { SmtpSink, WebhookSink } from './sinks.ts';
import { day, world } from './world.ts';

const rounds = 14 * Number(process.env['ESTEIRA_ROUNDS'] ?? 1);
const hook = new WebhookSink();
const smtp = new SmtpSink();
before(async () => {
  await hook.open();
  await smtp.open();
});
after(async () => {
  await hook.close();
  await smtp.close();
});

test('killed anywhere, again and again, and with sinks that fail: all is told, and nothing twice but under its id', async (t) => {
  const seed = Number(process.env['ESTEIRA_SEED'] ?? 7);
  t.diagnostic(`seed ${seed}`);
  const random = new Random(seed);
  const project = world({ hook, smtp });
  await project.succeed('setup');
  let now = Temporal.Instant.from('2026-03-10T12:00:00Z');
  let killed = 0;
  const first = Temporal.PlainDate.from('2026-01-01');
  for (let round = 0; round < rounds; round++) {
    const date = first.add({ days: round }).toString();
    const isBad = round % 2 === 0;
    day(project, date, [[round, isBad ? 2_000_000 : 1]]);
    if (random.chance(0.3)) hook.failing = { with: 500, times: 1 };
    const command = project.start(['run', 'daily', '--date', date], { env: { ESTEIRA_NOW: now.toString() } });
    await Promise.race([command.ended, sleep(400 + random.below(900))]);
    if (!command.isOver) {
      command.signal('SIGKILL');
      killed += 1;
    }
    await command.ended;
    now = now.add({ minutes: 40 });
    // What was interrupted goes on, and ends as it would have.
    const { exit } = await project.start(['run', 'daily', '--date', date], { env: { ESTEIRA_NOW: now.toString() } })
      .ended;
    assert.equal(exit, isBad ? 1 : 0);
    now = now.add({ minutes: 40 });
  }
  t.diagnostic(`${killed} of ${rounds} killed`);
  assert.ok(killed > 0);
  const view = await project.ask<AlertsView>('alerts', '--limit', '1000');
  const alerts = [...view.open, ...view.recent];
  assert.equal(alerts.length, rounds / 2, 'each day that failed was raised, and was over with the next');
  const notices = alerts.flatMap((alert) => alert.notices);
  assert.ok(
    notices.every(({ state }) => state === 'delivered'),
    JSON.stringify(notices.filter(({ state }) => state !== 'delivered')),
  );
  const ids = (to: string) =>
    notices
      .filter((one) => one.to === to)
      .map(({ id }) => id)
      .toSorted();
  assert.equal(ids('plantao/webhook').length, rounds);
  assert.deepEqual([...new Set(hook.calls.map(({ id }) => id))].toSorted(), ids('plantao/webhook'));
  const mailed = smtp.mails.map(({ messageId = '' }) => messageId.slice(1, 27));
  assert.deepEqual([...new Set(mailed)].toSorted(), ids('plantao/email'));
  t.diagnostic(`${hook.calls.length} calls and ${smtp.mails.length} mails of ${rounds} notices`);
});
