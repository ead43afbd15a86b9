import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Output, StatusView } from '../../src/operate/index.ts';
import { endOwners, Owner, setClock } from '../schedule/owner.ts';
import { secret, WebhookSink } from './sinks.ts';
import { day, world } from './world.ts';

const instant = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const more = `
import { settingsTable } from 'esteira';
export const eventos = settingsTable('config.eventos', { date: col.date().key(), evento: col.text() }, [{ date: Temporal.PlainDate.from('2026-03-08'), evento: 'liquidação' }]);
export const pausas = settings('config.pausas', { espera: col.duration().default('3 days') });
export const few = monitor('poucas', { expect: atLeast(rowsIn(bronze), 2), tell: 'plantao' });
export const noted = table('gold.noted', { columns: { dia: col.date() }, rows: sql\`select \${run.date} as dia\`, write: 'append' });
export const then = job('then', { when: [alerted(few), cron('0 7 12 * *', { date: 'the day before' })], coolDown: pausas.espera, blackout: eventos, build: [noted] });
`;

describe('a job that waits although it is due', () => {
  const hook = new WebhookSink();
  before(async () => void (await hook.open()));
  after(async () => {
    await endOwners();
    await hook.close();
  });

  test('an alert begins it after its cool-down, on no blackout day, and not when it is over by then; a schedule does not cool down', async () => {
    const project = world({ hook, more });
    project.write({ '.env': `HOOK_URL=${hook.url}\nHOOK_SECRET=${secret}\n` });
    const now = (text: string): void => setClock(project.folder, instant(text));
    now('2026-03-05T01:00:00Z');
    await project.succeed('setup');
    const owner = new Owner(project.folder, { words: ['--health', '0'] });
    await owner.says(/waits for daily/);
    const runs = async (): Promise<readonly string[]> =>
      (await project.ask<Output<'runs'>>('runs', 'then')).runs.map(({ date, state }) => `${date} ${state}`);
    const until = async (count: number): Promise<void> => {
      for (const late = performance.now() + 30_000; (await runs()).length < count; await sleep(100))
        assert.ok(performance.now() < late, owner.err);
    };
    const waiting = async (): Promise<readonly (string | undefined)[]> =>
      (await project.ask<StatusView>('status')).waiting.map(({ why }) => why);
    /** The day before brought so many rows. */
    const daily = async (date: string, rows: number, nth: number): Promise<void> => {
      const before = Temporal.PlainDate.from(date).subtract({ days: 1 }).toString();
      day(
        project,
        before,
        Array.from({ length: rows }, (_, row) => [nth * 10 + row, 1] as const),
      );
      now(`${date}T02:00:00Z`);
      assert.ok(await owner.says(new RegExp(`"job":"daily","date":"${before}"[^\\n]*succeeded`)), owner.err);
    };
    await daily('2026-03-05', 1, 1);
    await until(1);
    await daily('2026-03-06', 2, 2);
    await daily('2026-03-07', 1, 3);
    assert.ok(await owner.says(/waits: cools down until 2026-03-08T02:00:0/), owner.err);
    assert.match(
      (await waiting()).join(),
      /^cools down until 2026-03-08T02:00:0\S+: it ran last at 2026-03-05T02:00:0/,
    );
    now('2026-03-08T01:59:00Z');
    await sleep(300);
    assert.equal((await runs()).length, 1);
    day(project, '2026-03-07', [[41, 1]]);
    now('2026-03-08T02:05:00Z');
    assert.ok(await owner.says(/waits: 2026-03-08 is a day on which then does not begin/), owner.err);
    assert.ok(await owner.says(/"job":"daily","date":"2026-03-07"[^\n]*succeeded/), owner.err);
    assert.equal((await runs()).length, 1);
    now('2026-03-09T00:01:00Z');
    await until(2);
    assert.deepEqual(await runs(), ['2026-03-07 succeeded', '2026-03-04 succeeded'], 'the newest day of its alert');
    await daily('2026-03-09', 2, 5);
    await daily('2026-03-10', 1, 6);
    assert.ok(await owner.says(/waits: cools down until 2026-03-12T00:01/), owner.err);
    await daily('2026-03-11', 2, 7);
    await project.succeed('settings', 'set', 'config.pausas.espera', '1 day');
    now('2026-03-11T02:10:00Z');
    assert.ok(await owner.says(/not run \(due .*\): the alert \\"poucas\\" was over before the cool-down/), owner.err);
    assert.deepEqual(await waiting(), []);
    now('2026-03-12T07:00:00Z');
    await until(3);
    assert.equal((await runs())[0], '2026-03-11 succeeded');
    owner.signal('SIGTERM');
    await owner.ended;
  });
});
