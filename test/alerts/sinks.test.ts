import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { AlertsTestView, AlertsView } from '../../src/operate/index.ts';
import type { Sandbox } from '../sandbox.ts';
import { SmtpSink, secret, WebhookSink } from './sinks.ts';
import { day, world } from './world.ts';

const bad = 2_000_000;
/** A day whose run fails; the exit code is that of the run, whatever becomes of its alert. */
async function fails(project: Sandbox, date: string, env: NodeJS.ProcessEnv = {}) {
  day(project, date, [[1, bad]]);
  const ended = await project.give(['run', 'daily', '--date', date], env);
  assert.equal(ended.exit, 1, ended.out + ended.err);
  return ended;
}
const succeeds = async (project: Sandbox, date: string, now?: string) => {
  day(project, date, [[1, 2]]);
  const ended = await project.give(['run', 'daily', '--date', date], now ? { ESTEIRA_NOW: now } : {});
  assert.equal(ended.exit, 0, ended.out + ended.err);
  return ended;
};
const kinds = (sink: WebhookSink): string[] => sink.calls.map(({ notice }) => notice.kind);
const states = ({ open, recent }: AlertsView): string[] =>
  [...open, ...recent].flatMap(({ notices }) => notices.map(({ kind, state, tries }) => `${kind} ${state} ${tries}`));
/** A quarter of an hour after the time of the sandbox: whatever waited is due. */
const later = '2026-03-10T12:15:00Z';

describe('a notice is delivered, whatever becomes of who takes it and of who sends it', { concurrency: 2 }, () => {
  const smtp = new SmtpSink();
  before(async () => void (await smtp.open()));
  after(() => smtp.close());
  const withSink = (title: string, work: (hook: WebhookSink, project: Sandbox) => Promise<void>): void =>
    void test(title, async () => {
      const hook = await new WebhookSink().open();
      try {
        const project = world({ hook, inside: true });
        await project.succeed('setup');
        await work(hook, project);
      } finally {
        await hook.close();
      }
    });

  withSink(
    'who answers 500 is asked again by the next command, and by one of a later time only',
    async (hook, project) => {
      hook.failing = { with: 500, times: 1 };
      const { out } = await fails(project, '2026-03-07');
      assert.match(out, /One notice is not delivered yet \(plantao\/webhook: it answered 500: not now\)/);
      const view = await project.ask<AlertsView>('alerts');
      assert.deepEqual(states(view), ['raised waiting 1']);
      assert.match(
        (await project.run('alerts')).out,
        /untold +plantao\/webhook \(raised\), again at 2026-03-10 12:00Z, tried once: it answered 500/,
      );
      await succeeds(project, '2026-03-08');
      assert.deepEqual(kinds(hook), ['over'], 'what comes after is not kept back');
      await succeeds(project, '2026-03-09', later);
      assert.deepEqual(kinds(hook), ['over', 'raised']);
      assert.deepEqual(states(await project.ask<AlertsView>('alerts')), ['raised delivered 2', 'over delivered 1']);
    },
  );

  withSink('who says when to come again is not asked before', async (hook, project) => {
    hook.failing = { with: 429, times: 1, headers: { 'retry-after': '600' } };
    await fails(project, '2026-03-07');
    const [alert] = (await project.ask<AlertsView>('alerts')).open;
    assert.equal(alert?.notices[0]?.nextTryAt, '2026-03-10T12:10:00Z');
  });

  withSink(
    'who does not answer is waited for with patience that ends, and the run is what it is',
    async (hook, project) => {
      hook.failing = { with: 'hang', times: 1 };
      const started = performance.now();
      const { out } = await fails(project, '2026-03-07');
      assert.ok(performance.now() - started < 20_000);
      assert.match(out, /One notice is not delivered yet \(plantao\/webhook/);
      await succeeds(project, '2026-03-08', later);
      assert.deepEqual(kinds(hook).toSorted(), ['over', 'raised']);
    },
  );

  test('who is not there is told when he is, and each channel for itself', async () => {
    const port = await freePort();
    const project = world({ hook: { url: `http://127.0.0.1:${port}/alerts` }, smtp, inside: true });
    await project.succeed('setup');
    const before = smtp.mails.length;
    await fails(project, '2026-03-07');
    assert.equal(smtp.mails.length, before + 1);
    assert.match((await project.run('alerts')).out, /untold +plantao\/webhook .*: no connection: ECONNREFUSED/);
    const hook = await new WebhookSink().open(port);
    try {
      await succeeds(project, '2026-03-08', later);
      assert.deepEqual(kinds(hook).toSorted(), ['over', 'raised']);
      assert.equal(smtp.mails.length, before + 2, 'who was told is not told again');
    } finally {
      await hook.close();
    }
  });

  withSink('killed between the end of a run and the sending it is sent after, once', async (hook, project) => {
    day(project, '2026-03-07', [[1, bad]]);
    const killed = await project.start(['run', 'daily', '--date', '2026-03-07'], {
      env: { ESTEIRA_STOP_AT: 'finished@1' },
    }).ended;
    assert.equal(killed.exit, 137, killed.out + killed.err);
    assert.deepEqual(kinds(hook), []);
    assert.equal((await project.ask<{ state: string }>('show', 'latest')).state, 'failed');
    await succeeds(project, '2026-03-08');
    assert.deepEqual(kinds(hook), ['raised', 'over']);
  });

  withSink(
    'killed when it was taken, it is sent after; killed when it was sent, it comes twice under one id',
    async (hook, project) => {
      for (const [date, point] of [
        ['2026-03-05', 'notices-taken'],
        ['2026-03-06', 'notice-sent'],
      ] as const) {
        day(project, date, [[1, bad]]);
        const killed = await project.start(['run', 'daily', '--date', date], { env: { ESTEIRA_STOP_AT: `${point}@1` } })
          .ended;
        assert.equal(killed.exit, 137, killed.out + killed.err);
        const before = hook.calls.length;
        await succeeds(project, date === '2026-03-05' ? '2026-03-07' : '2026-03-08');
        assert.equal(hook.calls.length, before + 2);
      }
      assert.deepEqual(kinds(hook), ['raised', 'over', 'raised', 'raised', 'over']);
      const ids = hook.calls.map(({ id }) => id);
      assert.equal(ids[2], ids[3]);
      assert.equal(new Set(ids).size, 4);
      assert.deepEqual(states(await project.ask<AlertsView>('alerts')).toSorted(), [
        'over delivered 1',
        'over delivered 1',
        'raised delivered 2',
        'raised delivered 2',
      ]);
    },
  );

  withSink('what nobody takes for a day is given up, and said wherever people look', async (hook, project) => {
    hook.failing = { with: 503, times: 99 };
    await fails(project, '2026-03-07');
    await succeeds(project, '2026-03-08', '2026-03-11T12:00:00Z');
    const view = JSON.parse((await project.run('alerts', '--json')).out) as AlertsView;
    assert.deepEqual(states(view), ['raised given up 2', 'over waiting 1']);
    assert.match(
      (await project.run('alerts')).out,
      /untold +plantao\/webhook \(raised\), given up, tried 2 times: it answered 503/,
    );
    assert.match(await project.succeed('status'), /1 notice given up: nobody was told/);
    const doctor = await project.give(['doctor'], { ESTEIRA_NOW: '2026-03-11T14:00:00Z' });
    assert.match(doctor.out, /alerts +1 notice not delivered for more than an hour/);
    assert.equal(doctor.exit, 1);
  });

  withSink('a test of channels says who takes it, and none of what is said has a secret', async (hook, project) => {
    const taken = await project.ask<AlertsTestView>('alerts', 'test');
    assert.deepEqual(
      taken.results.map(({ channel, member, ok }) => [channel, member, ok]),
      [['plantao', 'webhook', true]],
    );
    assert.deepEqual(kinds(hook), ['test']);
    const unset = await project.start(['alerts', 'test', 'plantao'], {
      env: { HOOK_URL: 'http://127.0.0.1:1/a-secret-path' },
    }).ended;
    assert.equal(unset.exit, 1);
    assert.match(unset.out, /plantao\/webhook: webhook by HOOK_URL: not taken: no connection/);
    const unknown = await project.run('alerts', 'test', 'plantão');
    assert.equal(unknown.exit, 2);
    assert.match(unknown.err, /NAME_UNKNOWN: There is no channel "plantão"\.[\s\S]*allowed +plantao/);
    hook.failing = { with: 500, times: 1 };
    const failed = await fails(project, '2026-03-07');
    const all = [unset, failed, await project.run('alerts', '--json'), await project.run('doctor')];
    for (const { out, err } of all)
      assert.ok(!`${out}${err}`.includes('a-secret-path') && !`${out}${err}`.includes(secret));
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
