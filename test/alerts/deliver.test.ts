import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SmtpSink, WebhookSink } from './sinks.ts';
import { day, world } from './world.ts';

const bad = 2_000_000;

describe('what happened reaches those who are told', () => {
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

  test('a run that fails is told at once, once, and that it is over', async () => {
    const project = world({ hook, smtp });
    day(project, '2026-03-07', [[1, bad]]);
    await project.succeed('setup');
    const failed = await project.run('run', 'daily', '--date', '2026-03-07');
    assert.equal(failed.exit, 1, failed.out + failed.err);
    assert.match(failed.out, /alert: pipeline falhou: daily failed for 2026-03-07 at silver\.orders/);
    assert.equal(hook.calls.length, 1, failed.out + failed.err);
    assert.equal((await project.run('run', 'daily', '--date', '2026-03-07')).exit, 1);
    assert.equal(hook.calls.length, 1);
    day(project, '2026-03-08', [[1, 2]]);
    await project.succeed('run', 'daily', '--date', '2026-03-08');
    assert.deepEqual(
      hook.calls.map(({ notice }) => notice.kind),
      ['raised', 'over'],
    );
    assert.ok(hook.calls.every(({ isSigned }) => isSigned));
    assert.equal(new Set(hook.calls.map(({ id }) => id)).size, 2);
    const [raised, over] = smtp.mails;
    assert.equal(smtp.mails.length, 2);
    assert.equal(raised?.messageId, `<${hook.calls[0]?.id}@shop.local.esteira>`);
    assert.deepEqual(
      [raised?.subject, over?.subject],
      ['[shop local] pipeline falhou', '[shop local] over: pipeline falhou'],
    );
    assert.match(
      raised?.text ?? '',
      /daily failed for 2026-03-07 at silver\.orders\.\n[\s\S]*ENGINE_FAILED[\s\S]*no such price/,
    );
    assert.match(
      raised?.text ?? '',
      /What to look at next\n {2}Abra o passo que falhou: esteira runs daily\n {2}esteira show 01/,
    );
    assert.match(over?.text ?? '', /^daily succeeded\.\n\nIt is over/);
  });

  test('what a job tells of its run is told once though its process is killed at its end; and what was missed', async () => {
    hook.calls.length = 0;
    const more = `export const told = job('told', { when: cron('0 2 * * *', { missed: 'run once' }), build: [orders], tell: 'plantao' });\n`;
    const project = world({ hook, more });
    const at = (now: string, other = {}) => ({ env: { ESTEIRA_NOW: now, ...other } });
    const keep = (now: string) => project.start(['start', '--once'], at(now)).ended;
    await project.succeed('setup');
    await keep('2026-03-06T12:00:00Z');
    const dies = at('2026-03-06T13:00:00Z', { ESTEIRA_STOP_AT: 'finished' });
    const killed = await project.start(['run', 'told', '--date', '2026-03-06'], dies).ended;
    assert.deepEqual([killed.exit, hook.calls.length], [137, 0], killed.out + killed.err);
    const { exit, out, err } = await keep('2026-03-09T12:00:00Z');
    assert.equal(exit, 0, out + err);
    assert.deepEqual(
      hook.calls.map(({ notice }) => notice.subject),
      [
        '[shop local] told succeeded for 2026-03-06',
        '[shop local] told was not run for 2026-03-07, 2026-03-08',
        '[shop local] told succeeded for 2026-03-09',
      ],
    );
    assert.equal(new Set(hook.calls.map(({ id }) => id)).size, 3);
    assert.match(
      hook.calls[1]?.notice.text ?? '',
      /due 2026-03-07T02:00:00Z, for 2026-03-07: nobody ran the schedules/,
    );
    assert.match(await project.succeed('alerts'), /told succeeded for 2026-03-09/);
  });
});
