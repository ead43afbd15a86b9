import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { after } from 'node:test';

/** What a request came to, in the place of what nginx would say: an answer, or none. */
type FaultKind = '401 no key' | '401 invalid key' | '429' | '500' | '502' | 'hang' | 'stall' | 'cut';
export interface Asked {
  readonly method: string;
  /** With what stands after the question mark. */
  readonly path: string;
  readonly body: string;
}
export interface Fault {
  readonly is: FaultKind;
  /** So many requests; without it all. */
  times?: number;
  readonly of?: (asked: Asked) => boolean;
  /** The request reaches the server all the same: only its answer is lost. */
  readonly carriedOut?: true;
  /** Of a 429, in seconds. */
  readonly retryAfter?: number;
}
export interface Seen extends Asked {
  /** When, in milliseconds of this machine. */
  readonly at: number;
  /** 0: it was given none. */
  status: number;
}

const texts: Readonly<Partial<Record<FaultKind, string>>> = {
  '401 no key': '{"message":"No API key found in request","hint":"No `apikey` request header or url param was found."}',
  '401 invalid key':
    '{"message":"Invalid API key","hint":"Double check your Supabase `anon` or `service_role` API key."}',
  '429': '{"message":"API rate limit exceeded"}',
  '500': '{"message":"An unexpected error occurred"}',
  '502': '<html><head><title>502 Bad Gateway</title></head></html>',
};

const opened: Gateway[] = [];
after(async () => {
  for (const one of opened) await one.close();
});

/** Stands before the real gateway: hands on what it is asked, unless it is told to fail. */
export class Gateway {
  readonly seen: Seen[] = [];
  /** Called before a request is handed on, which waits for it. */
  onRequest: (asked: Asked) => void | Promise<void> = () => {};
  readonly #upstream: URL;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #sockets = new Set<Socket>();
  #faults: Fault[] = [];
  #server: Server | undefined;
  #port = 0;

  private constructor(upstream: string) {
    this.#upstream = new URL(upstream);
  }

  static async before(upstream: string): Promise<Gateway> {
    const gateway = new Gateway(upstream);
    await gateway.back();
    opened.push(gateway);
    return gateway;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }
  fail(...faults: readonly Fault[]): void {
    this.#faults.push(...faults.map((fault) => ({ ...fault })));
  }
  heal(): void {
    this.#faults = [];
  }
  answers(status: number): readonly Seen[] {
    return this.seen.filter((one) => one.status === status);
  }

  /** Nothing listens at its address. */
  async gone(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  /** At the address it had. */
  async back(): Promise<void> {
    // How long a request line may be is nginx's to say.
    const server = createServer({ maxHeaderSize: 1 << 20 }, (asked, answer) => {
      void this.#take(asked, answer).catch(() => answer.destroy());
    });
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', () => resolve());
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async close(): Promise<void> {
    await this.gone();
    this.#agent.destroy();
  }

  async #take(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = '', url: path = '' } = incoming;
    const asked = { method, path, body: body.toString('utf8') };
    const seen: Seen = { ...asked, at: performance.now(), status: 0 };
    this.seen.push(seen);
    await this.onRequest(asked);
    const fault = this.#faults.find(({ times = 1, of = () => true }) => times > 0 && of(asked));
    if (fault?.times !== undefined) fault.times -= 1;
    if (!fault) return this.#handOn(incoming, { body, seen, answer });
    if (fault.carriedOut) await this.#handOn(incoming, { body, seen });
    if (fault.is === 'hang') return;
    if (fault.is === 'stall') {
      // It begins an answer, and never ends it.
      answer.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('[{"id":');
      return;
    }
    if (fault.is === 'cut') {
      answer.destroy();
      return;
    }
    seen.status = Number(fault.is.slice(0, 3));
    answer.writeHead(seen.status, {
      'content-type': fault.is === '502' ? 'text/html' : 'application/json',
      ...(fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }),
    });
    answer.end(texts[fault.is]);
  }

  /** Without an answer to give: until the server has said all of its own. */
  #handOn(
    { method, url, headers }: IncomingMessage,
    { body, seen, answer }: { readonly body: Buffer; readonly seen: Seen; readonly answer?: ServerResponse },
  ): Promise<void> {
    const { hostname, port } = this.#upstream;
    return new Promise((resolve) => {
      const lost = (): void => {
        answer?.destroy();
        resolve();
      };
      const sent = request({ hostname, port, method, path: url, headers, agent: this.#agent }, (given) => {
        given.once('error', lost).once('end', () => resolve());
        if (!answer) {
          given.resume();
          return;
        }
        seen.status = given.statusCode ?? 0;
        answer.writeHead(seen.status, given.headers);
        given.pipe(answer);
      });
      sent.once('error', lost);
      sent.end(body);
    });
  }
}
