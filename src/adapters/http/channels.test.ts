import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { secret, WebhookSink } from '../../../test/alerts/sinks.ts';
import { type ChannelMessage, NotBefore } from '../../ports/index.ts';
import { slackChannel } from './slack.ts';
import { signatureOf, webhookChannel } from './webhook.ts';

const message: ChannelMessage = {
  ...{ id: '01KABC', thread: '01KAAA', subject: 'inválidos & <mais>', text: 'a < b\n```\nç', data: { monitor: 'ç' } },
  at: Temporal.Instant.from('2026-03-10T12:00:00Z'),
};
const signal = AbortSignal.timeout(5_000);

describe('channels that are told by HTTP', () => {
  const sink = new WebhookSink();
  before(async () => void (await sink.open()));
  after(() => sink.close());

  test('a webhook gets the notice signed over its very bytes, under an id that stays', async () => {
    const channel = webhookChannel({ url: sink.url, secret });
    for (const _ of [1, 2]) await channel.send(message, signal);
    const [one, two] = sink.calls;
    assert.deepEqual([one?.id, two?.id, one?.isSigned, two?.isSigned], ['01KABC', '01KABC', true, true]);
    assert.deepEqual(one?.notice, { subject: message.subject, text: message.text, monitor: 'ç' });
    await webhookChannel({ url: sink.url, secret: 'another secret' }).send(message, signal);
    assert.equal(sink.calls.at(-1)?.isSigned, false);
    // What `openssl dgst -sha256 -hmac key` says of `1700000000.{}`.
    assert.equal(
      signatureOf('key', '1700000000', '{}'),
      'v1=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae',
    );
  });

  test('Slack gets plain text that it takes for nothing else, and an id in its shape that stays', async () => {
    const channel = slackChannel({ url: sink.url });
    for (const _ of [1, 2]) await channel.send(message, signal);
    const [one, two] = sink.calls
      .slice(-2)
      .map(({ notice }) => notice as unknown as { text: string; client_msg_id: string });
    assert.equal(one?.text, "*inválidos &amp; &lt;mais&gt;*\n```\na &lt; b\n'''\nç\n```");
    assert.match(one?.client_msg_id ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(one?.client_msg_id, two?.client_msg_id);
    await channel.send({ ...message, text: 'x'.repeat(9_000) }, signal);
    assert.ok((sink.calls.at(-1)?.notice.text.length ?? 0) < 4_000);
  });

  test('what is not taken says why, and never the address', async () => {
    const channel = webhookChannel({ url: `${sink.url}?token=hidden-token`, secret });
    const fails = async (with_: number | 'hang', words: RegExp, headers?: Record<string, string>, patience = 5_000) => {
      sink.failing = { with: with_, times: 1, ...(headers && { headers }) };
      await assert.rejects(channel.send(message, AbortSignal.timeout(patience)), (error: Error) => {
        assert.match(error.message, words);
        assert.ok(!String(error.stack).includes('hidden-token'));
        return true;
      });
    };
    await fails(500, /^it answered 500: not now$/);
    await fails(302, /^it answered 302/, { location: 'http://127.0.0.1:1/' });
    await fails('hang', /^no answer in time$/, undefined, 200);
    sink.failing = { with: 429, times: 1, headers: { 'retry-after': '7' } };
    await assert.rejects(channel.send(message, signal), (error) => error instanceof NotBefore && error.seconds === 7);
    const gone = await new WebhookSink().open();
    await gone.close();
    const nowhere = webhookChannel({ url: gone.url, secret });
    await assert.rejects(nowhere.send(message, signal), /^Error: no connection: ECONNREFUSED$/);
  });
});
