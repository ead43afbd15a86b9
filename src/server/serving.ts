import { createServer, type Server, type Socket } from 'node:net';
import { EsteiraError } from '../errors.ts';
import type { CallOptions, ConnectOptions, Reach } from './connection.ts';
import {
  errorJson,
  longestRequest,
  messageOf,
  noMessage,
  Outbox,
  plain,
  type Request,
  received,
  type ToClient,
} from './protocol.ts';
import { listenIn, stopListening } from './socket.ts';
import { otherVersion } from './unreachable.ts';

const cancelled = (what: string): EsteiraError =>
  new EsteiraError('CANCELLED', { what, next: 'Start it again: it goes on with what was not done.' });

/** The process that owns the project: does its own work, and that of the clients at its socket. */
export class Owner implements Reach {
  readonly alive = true;
  readonly #options: ConnectOptions;
  readonly #release: () => void;
  readonly #server: Server;
  readonly #sockets = new Map<Socket, Outbox<ToClient>>();
  /** Those whose work goes on. */
  readonly #commands = new Map<symbol, string>();
  #opened: Promise<void> = Promise.resolve();
  #quiet = (): void => {};
  /** Its own work is done: from now on a client that does not read is not waited for. */
  #lingering = false;
  #ending = false;

  private constructor(options: ConnectOptions, release: () => void) {
    this.#options = options;
    this.#release = release;
    this.#server = createServer((socket) => void this.#attend(socket));
  }

  /** Listens before it opens, which may take long: whoever comes meanwhile waits for it and does not count it as dead. */
  static async start(options: ConnectOptions, release: () => void): Promise<Owner> {
    const owner = new Owner(options, release);
    // That somebody might come keeps no process alive that waits, opening, for what never comes: it ends, and can say so.
    owner.#server.unref();
    try {
      owner.#opened = listenIn(options.local, owner.#server).then(options.open);
      await owner.#opened;
      owner.#server.ref();
      return owner;
    } catch (error) {
      await owner.#hangUp();
      throw error;
    }
  }

  async call(operation: string, input: unknown, { onEvent, signal }: CallOptions): Promise<unknown> {
    const controller = new AbortController();
    const cancel = (): void => controller.abort(cancelled('The command was stopped.'));
    signal?.addEventListener('abort', cancel);
    const emit = (event: unknown): Promise<void> => Promise.resolve(onEvent?.(plain(event)));
    try {
      return await this.#going(this.#options.command, async () => {
        await this.#opened;
        return plain(
          await this.#options.serve(operation, plain(input), { emit, signal: controller.signal, forClient: false }),
        );
      });
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Work that the owner does not end before. */
  async #going<Result>(command: string, work: () => Promise<Result>): Promise<Result> {
    const mark = Symbol(command);
    this.#commands.set(mark, command);
    try {
      return await work();
    } finally {
      this.#commands.delete(mark);
      if (this.#commands.size === 0) this.#quiet();
    }
  }

  /** One client, from its greeting until it is gone; what it had asked for is then stopped, for nobody would hear the answer. */
  async #attend(socket: Socket): Promise<void> {
    const outbox = new Outbox<ToClient>(socket);
    const asked = new Map<number, AbortController>();
    this.#sockets.set(socket, outbox);
    // Silence alone is no reason: a client may wait long for a run. What it leaves unread is one.
    socket.on('timeout', () => socket.writableLength > 0 && socket.destroy());
    if (this.#lingering) this.#limit(socket);
    void outbox.send({ hello: { pid: process.pid } });
    try {
      for await (const line of received(socket, longestRequest)) {
        const message = messageOf(line);
        if ('cancel' in message) asked.get(message.id)?.abort(cancelled('The command was stopped.'));
        // What comes while it ends is not begun; the goodbye tells its client to look for the next owner.
        else if (!this.#ending) {
          const controller = new AbortController();
          asked.set(message.id, controller);
          const answered = this.#going(message.command, () => this.#answer(message, outbox, controller.signal));
          void answered.finally(() => asked.delete(message.id));
        }
      }
    } catch (error) {
      // Not a client of ours, or not one that can be understood any more.
      const refused = error instanceof EsteiraError ? error : noMessage((error as Error).message);
      this.#limit(socket);
      await outbox.end({ error: errorJson(refused) });
    } finally {
      this.#sockets.delete(socket);
      for (const controller of asked.values()) controller.abort(cancelled('The command that asked for it is gone.'));
    }
  }

  /** Never throws: what goes wrong in the work of a client is that client's answer, and nothing to the owner. */
  async #answer(request: Request, outbox: Outbox<ToClient>, signal: AbortSignal): Promise<void> {
    const { id, operation, input } = request;
    const { version, command, serve } = this.#options;
    const emit = (event: unknown): Promise<void> => outbox.send({ id, event: event ?? null });
    try {
      if (request.version !== version) throw otherVersion({ version, command, pid: process.pid }, request.version);
      await this.#opened;
      await outbox.send({ id, result: (await serve(operation, input, { emit, signal, forClient: true })) ?? null });
    } catch (error) {
      await outbox.send({ id, error: errorJson(error) });
    }
  }

  /** From now on the socket goes when nothing of what is said on it is taken for so long. */
  #limit(socket: Socket): void {
    socket.setTimeout(this.#options.linger ?? 5_000);
  }

  /**
   * Ends when the work of the clients is done too. One that has stopped reading (its process is stopped, its output hangs) is hung up on: its
   * work is rolled back, and when it wakes it goes on without this owner.
   */
  async close(): Promise<void> {
    this.#lingering = true;
    for (const socket of this.#sockets.keys()) this.#limit(socket);
    while (this.#commands.size > 0) {
      const quiet = new Promise<void>((resolve) => {
        this.#quiet = resolve;
      });
      this.#options.waiting?.([...this.#commands.values()]);
      await quiet;
    }
    this.#ending = true;
    try {
      await this.#options.close?.();
    } finally {
      await this.#hangUp();
    }
  }

  /** The lock goes before the connections: who is told to look for another owner can become it. */
  async #hangUp(): Promise<void> {
    this.#ending = true;
    stopListening(this.#options.local, this.#server);
    this.#release();
    await Promise.all([...this.#sockets.values()].map((outbox) => outbox.end({ bye: true })));
  }
}
