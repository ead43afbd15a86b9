import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SmtpSink } from '../../../test/alerts/sinks.ts';
import type { ChannelMessage } from '../../ports/index.ts';
import { openSmtp } from './channel.ts';

const message: ChannelMessage = {
  ...{ id: '01KABC', thread: '01KAAA', subject: 'execução acima de 30 min', text: 'ç\n  tb_x  31 min', data: {} },
  at: Temporal.Instant.from('2026-03-10T12:00:00Z'),
};
const people = { to: ['a@example.com', 'b@example.com'], from: 'Esteira <esteira@example.com>', sender: 'loja.prod' };

describe('the channel of e-mail', () => {
  const plain = new SmtpSink();
  const secure = new SmtpSink({ secure: true });
  before(async () => {
    await plain.open();
    await secure.open();
  });
  after(async () => {
    await plain.close();
    await secure.close();
  });
  const send = async (server: string, signal = AbortSignal.timeout(10_000)): Promise<void> => {
    const channel = await openSmtp({ ...people, server });
    try {
      await channel.send(message, signal);
    } finally {
      await channel.close?.();
    }
  };

  test('a message is plain text to all, with an id and a thread that stay the same', async () => {
    for (const _ of [1, 2]) await send(plain.url);
    const [one, two] = plain.mails;
    assert.equal(one?.subject, 'execução acima de 30 min');
    assert.equal(one?.text?.trimEnd(), 'ç\n  tb_x  31 min');
    assert.deepEqual(
      one?.to?.map(({ address }) => address),
      ['a@example.com', 'b@example.com'],
    );
    assert.equal(one?.from?.name, 'Esteira');
    assert.deepEqual([one?.messageId, one?.references], ['<01KABC@loja.prod.esteira>', '<01KAAA@loja.prod.esteira>']);
    assert.deepEqual([two?.messageId, two?.date], [one?.messageId, '2026-03-10T12:00:00.000Z']);
    assert.equal(one?.html, undefined);
  });

  test('TLS is as the address says: a certificate that nobody vouches for is refused, unless it says otherwise', async () => {
    await assert.rejects(send(secure.url), /certificate/i);
    await send(`${secure.url}?tls.rejectUnauthorized=false`);
    assert.equal(secure.mails.length, 1);
    await assert.rejects(send(`${plain.url}?requireTLS=true`), /STARTTLS/i);
  });

  test('a password that is wrong, a server that is not there and one that says nothing are said without the address', async () => {
    const wrong = plain.url.replace('mail-password', 'hidden-password');
    for (const [server, words] of [
      [wrong, /Invalid login/],
      ['smtp://shop:hidden-password@127.0.0.1:1', /ECONNREFUSED/],
    ] as const)
      await assert.rejects(
        send(server),
        (error: Error) => words.test(error.message) && !error.message.includes('hidden-password'),
      );
    const silent = new SmtpSink({ silent: true });
    await silent.open();
    try {
      await assert.rejects(send(silent.url, AbortSignal.timeout(500)), /^Error: no answer in time$/);
    } finally {
      await silent.close();
    }
  });
});
