import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { AlertNotice } from '../../src/ports/index.ts';

export const secret = 'a-long-secret-of-the-webhook';

export interface Call {
  readonly id: string;
  readonly notice: AlertNotice & { readonly subject: string; readonly text: string };
  readonly isSigned: boolean;
}
/** A program that is told: takes notices by HTTP, or does what it is told to do instead. */
export class WebhookSink {
  readonly calls: Call[] = [];
  /** Answers so many times with this, then as usual; `hang` never answers. */
  failing: { readonly with: number | 'hang'; times: number; readonly headers?: Record<string, string> } | undefined;
  refused = 0;
  readonly #server: Server;
  #port = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      void (async () => {
        const body = await bodyOf(request);
        if (this.failing && this.failing.times > 0) {
          this.failing.times -= 1;
          this.refused += 1;
          if (this.failing.with === 'hang') return;
          response.writeHead(this.failing.with, this.failing.headers).end('not now');
          return;
        }
        const { 'idempotency-key': id, 'esteira-timestamp': time, 'esteira-signature': signature } = request.headers;
        const wanted = `v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`;
        this.calls.push({ id: String(id), notice: JSON.parse(body), isSigned: wanted === signature });
        response.writeHead(204).end();
      })();
    });
  }

  async open(port = 0): Promise<this> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }
  get url(): string {
    return `http://127.0.0.1:${this.#port}/alerts`;
  }
  get port(): number {
    return this.#port;
  }
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    if (this.#server.listening) await once(this.#server, 'close');
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of request.setEncoding('utf8')) pieces.push(String(piece));
  return pieces.join('');
}

/** An inbox behind a real server of SMTP, with a password. */
export class SmtpSink {
  readonly mails: Email[] = [];
  readonly #server: SMTPServer;
  readonly #scheme: string;
  #port = 0;

  /** `secure`: by TLS, with a certificate that nobody vouches for; `silent`: takes a message and does not answer. */
  constructor({ secure = false, silent = false } = {}) {
    this.#scheme = secure ? 'smtps' : 'smtp';
    this.#server = new SMTPServer({
      secure,
      closeTimeout: 100,
      authMethods: ['PLAIN', 'LOGIN'],
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      onAuth: ({ username, password }, _session, done) =>
        username === 'shop' && password === 'mail-password'
          ? done(null, { user: 'shop' })
          : done(new Error('wrong password')),
      onData: (stream, _session, done) => {
        const pieces: Buffer[] = [];
        stream.on('data', (piece: Buffer) => pieces.push(piece));
        stream.on('end', () => {
          void PostalMime.parse(Buffer.concat(pieces)).then((mail) => {
            if (silent) return;
            this.mails.push(mail);
            done();
          });
        });
      },
    });
  }

  async open(port = 0): Promise<this> {
    // Whoever hangs up in the middle is what some tests are about.
    this.#server.on('error', () => {});
    const listening = this.#server.listen(port, '127.0.0.1');
    await once(listening, 'listening');
    this.#port = (listening.address() as AddressInfo).port;
    return this;
  }
  get url(): string {
    return `${this.#scheme}://shop:mail-password@127.0.0.1:${this.#port}`;
  }
  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
