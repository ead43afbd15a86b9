import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertsView, Output } from '../../src/operate/index.ts';
import type { Sandbox } from '../sandbox.ts';
import { endOwners, Owner, setClock } from '../schedule/owner.ts';
import { secret, WebhookSink } from './sinks.ts';
import { day, world } from './world.ts';

const instant = (text: string): Temporal.Instant => Temporal.Instant.from(text);

describe('what the process that keeps the schedules watches', () => {
  const hook = new WebhookSink();
  before(async () => void (await hook.open()));
  after(async () => {
    await endOwners();
    await hook.close();
  });
  /** Set up, and at that time by a clock that is a file. */
  async function worldAt(now: string, more = ''): Promise<Sandbox> {
    hook.calls.length = 0;
    const project = world({ hook, more });
    project.write({ '.env': `HOOK_URL=${hook.url}\nHOOK_SECRET=${secret}\n` });
    setClock(project.folder, instant(now));
    await project.succeed('setup');
    return project;
  }
  const until = async (count: number): Promise<void> => {
    for (const late = performance.now() + 30_000; hook.calls.length < count; await sleep(20))
      if (performance.now() > late) throw new Error(`told ${hook.calls.length} times: ${told().join('; ')}`);
  };
  const told = (): string[] => hook.calls.map(({ notice }) => `${notice.kind} ${notice.monitor} ${notice.figure.date}`);
  const ended = async (owner: Owner): Promise<void> => {
    owner.signal('SIGTERM');
    await owner.ended;
  };

  test('a monitor with times of its own is judged at once and then at these, and its alert begins a job', async () => {
    const project = await worldAt(
      '2026-03-04T12:00:00Z',
      `
export const fresh = monitor('fresco', { expect: atMost(age(bronze, 'day'), '2 days'), every: '30 * * * *', tell: 'plantao' });
export const few = monitor('poucas', { expect: atLeast(rowsIn(bronze), 2), tell: 'plantao' });
export const noted = table('gold.noted', { columns: { dia: col.date() }, rows: sql\`select \${run.date} as dia\` });
export const then = job('then', { when: alerted(few), build: [noted] });
`,
    );
    day(project, '2026-03-02', [
      [1, 2],
      [2, 3],
    ]);
    await project.start(['run', 'daily', '--date', '2026-03-02'], { env: { ESTEIRA_NOW: '2026-03-03T02:00:00Z' } })
      .ended;
    const owner = new Owner(project.folder, { words: ['--health', '0'] });
    await until(1);
    assert.deepEqual(told(), ['raised fresco 2026-03-04']);
    assert.match(
      hook.calls[0]?.notice.figure.what ?? '',
      /^the newest day of bronze\.orders is 2 days 12 h old; at most 2 days is expected$/,
    );
    assert.ok(await owner.says(/alert: fresco: the newest day/));
    day(project, '2026-03-04', [[3, 4]]);
    setClock(project.folder, instant('2026-03-05T02:00:00Z'));
    await until(2);
    assert.deepEqual(told().slice(1), ['raised poucas 2026-03-04'], 'it brought one row');
    setClock(project.folder, instant('2026-03-05T02:29:59Z'));
    await sleep(300);
    setClock(project.folder, instant('2026-03-05T02:30:00Z'));
    await until(3);
    assert.deepEqual(told().slice(2), ['over fresco 2026-03-05']);
    await owner.idle(instant('2026-03-05T02:30:00Z'));
    await ended(owner);
    const { rows } = await project.ask<Output<'query'>>('query', 'select dia from gold.noted');
    assert.deepEqual(rows, [['2026-03-04']], 'the job has the day of the run that raised the alert');
    const { runs } = await project.ask<Output<'runs'>>('runs', 'then');
    assert.deepEqual(
      runs.map(({ date, state, reason }) => [date, state, reason]),
      [['2026-03-04', 'succeeded', 'schedule']],
    );
  });

  test('a job that cannot even begin is told of once, and that it did', async () => {
    hook.calls.length = 0;
    const project = world({ hook });
    project.write({ '.env': `HOOK_URL=${hook.url}\nHOOK_SECRET=${secret}\n` });
    setClock(project.folder, instant('2026-03-04T12:00:00Z'));
    const owner = new Owner(project.folder, { words: ['--health', '0'] });
    await owner.says(/waits for daily/);
    setClock(project.folder, instant('2026-03-05T02:00:00Z'));
    await until(1);
    const { figure } = hook.calls[0]?.notice ?? {};
    assert.match(figure?.what ?? '', /^daily could not begin for 2026-03-04$/);
    assert.match(figure?.facts.join('\n') ?? '', /^SETUP_NEEDED: /);
    assert.equal(figure?.run, undefined);
    setClock(project.folder, instant('2026-03-05T02:01:00Z'));
    await owner.says(/tries again at 2026-03-05T02:03:00Z/);
    assert.equal(hook.calls.length, 1);
    day(project, '2026-03-04', [[1, 2]]);
    await project.succeed('setup');
    setClock(project.folder, instant('2026-03-05T02:03:00Z'));
    await until(2);
    assert.deepEqual(told(), ['raised pipeline falhou 2026-03-04', 'over pipeline falhou 2026-03-04']);
    await ended(owner);
  });

  test('a run that takes too long is told of while it goes on, with its slowest steps, and once', async () => {
    const project = await worldAt(
      '2026-03-04T12:00:00Z',
      `
export const slow = table('gold.slow', { columns: { n: col.bigint() }, rows: sql\`select count(*)::bigint as n from range(case when \${run.date} = date '2026-03-02' then 100000000 else 1 end) a, range(100000) b where a.range % 7 <> b.range % 5\` });
export const long = job('long', { when: cron('0 3 * * *'), build: [orders, slow] });
export const longer = monitor('demorou', { expect: atMost(duration(long), limites.longa), tell: 'plantao' });
`,
    );
    await project.succeed('settings', 'set', 'config.limites.longa', '2 seconds');
    await project.succeed('run', 'long', '--date', '2026-03-01');
    assert.deepEqual(told(), []);
    const going = project.start(['run', 'long', '--date', '2026-03-02']);
    await until(1);
    assert.ok(!going.isOver);
    const { figure } = hook.calls[0]?.notice ?? {};
    assert.match(figure?.what ?? '', /^long goes on since [\d.]+ s; at most 2 s is expected$/);
    assert.match(
      figure?.facts.join('\n') ?? '',
      /^2 of 3 steps are done; the slowest:\n {2}gold\.slow goes on since .* \(usually \d/,
    );
    going.signal('SIGINT');
    assert.equal((await going.ended).exit, 1);
    const { open } = await project.ask<AlertsView>('alerts');
    assert.deepEqual(
      open.map(({ monitor }) => monitor),
      ['demorou'],
      'who stops a run has not made it fast',
    );
    await project.succeed('run', 'long', '--date', '2026-03-03');
    assert.deepEqual(told(), ['raised demorou 2026-03-02', 'over demorou 2026-03-03']);
  });

  test('a run that has failed and goes on with the rest is told of before its end, and once', async () => {
    const project = await worldAt(
      '2026-03-04T12:00:00Z',
      `
export const endless = table('gold.endless', { columns: { n: col.bigint() }, rows: sql\`select count(*)::bigint as n from range(100000000) a, range(100000) b where a.range % 7 <> b.range % 5\` });
export const both = job('both', { when: cron('0 3 * * *'), build: [orders, endless] });
export const broke = monitor('quebrou', { expect: atMost(failures(both), 0), tell: 'plantao' });
`,
    );
    day(project, '2026-03-03', [[1, 2_000_000]]);
    const going = project.start(['run', 'both', '--date', '2026-03-03']);
    await until(1);
    assert.ok(!going.isOver);
    const { figure } = hook.calls[0]?.notice ?? {};
    assert.match(figure?.what ?? '', /^both failed for 2026-03-03 at silver\.orders$/);
    assert.match(
      figure?.facts.join('\n') ?? '',
      /1 of 3 steps are done and stay\. The run goes on with what does not need the others\./,
    );
    going.signal('SIGINT');
    await going.ended;
    assert.deepEqual(told(), ['raised quebrou 2026-03-03']);
  });

  test('the owner tries again by the clock, and what it had not delivered when it was killed the next one does', async () => {
    const project = await worldAt('2026-03-05T01:59:00Z');
    day(project, '2026-03-04', [[1, 2_000_000]]);
    hook.failing = { with: 500, times: 2 };
    const owner = new Owner(project.folder, { words: ['--health', '0'] });
    await owner.says(/waits for daily/);
    setClock(project.folder, instant('2026-03-05T02:00:00Z'));
    assert.ok(await owner.says(/was not taken, and is tried again at 2026-03-05T02:00:15Z: it answered 500/));
    setClock(project.folder, instant('2026-03-05T02:00:15Z'));
    assert.ok(await owner.says(/tried again at 2026-03-05T02:00:45Z/));
    assert.deepEqual(told(), []);
    owner.signal('SIGKILL');
    await owner.ended;
    setClock(project.folder, instant('2026-03-05T02:00:45Z'));
    const next = new Owner(project.folder);
    await until(1);
    assert.deepEqual(told(), ['raised pipeline falhou 2026-03-04']);
    await ended(next);
  });
});
