import { createHmac } from 'node:crypto';
import type { Channel } from '../../ports/index.ts';
import { post } from './post.ts';

/** What whoever knows the secret computes again: over the time of sending and the very bytes of the body. */
export const signatureOf = (secret: string, timestamp: string, body: string): string =>
  `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;

export function webhookChannel({ url, secret }: { readonly url: string; readonly secret: string }): Channel {
  return {
    async send({ id, subject, text, data }, signal) {
      const body = JSON.stringify({ subject, text, ...(data as object) });
      const timestamp = String(Math.floor(Date.now() / 1000));
      const headers = {
        'idempotency-key': id,
        'esteira-timestamp': timestamp,
        'esteira-signature': signatureOf(secret, timestamp, body),
      };
      await post(url, { body, headers, signal });
    },
  };
}
