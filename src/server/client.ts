import type { Socket } from 'node:net';
import { type CallOptions, Lost, type Reach } from './connection.ts';
import { errorFrom, Outbox, received, type ToClient, type ToOwner } from './protocol.ts';
import { connectIn } from './socket.ts';
import { unreachable } from './unreachable.ts';

interface Pending {
  readonly onEvent: (event: unknown) => void;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The project as another process owns it. Calls go side by side over one socket, told apart by their numbers; when the owner is gone all that
 * are not answered end with `Lost`, and this client answers none any more.
 */
class Client implements Reach {
  readonly #socket: Socket;
  readonly #outbox: Outbox<ToOwner>;
  readonly #about: { readonly version: string; readonly command: string };
  readonly #pid: number;
  readonly #pending = new Map<number, Pending>();
  #last = 0;
  alive = true;
  readonly ended: Promise<void>;

  constructor(
    socket: Socket,
    outbox: Outbox<ToOwner>,
    messages: AsyncGenerator<unknown>,
    pid: number,
    about: { version: string; command: string },
  ) {
    this.#socket = socket;
    this.#outbox = outbox;
    this.#pid = pid;
    this.#about = about;
    this.ended = this.#listen(messages);
  }

  async #listen(messages: AsyncGenerator<unknown>): Promise<void> {
    // An owner that dies says nothing: what it was asked it may have begun. One that ends says goodbye, and has begun nothing of it.
    let end: unknown = new Lost(this.#pid, true);
    try {
      for await (const message of messages as AsyncGenerator<ToClient>) {
        if ('bye' in message) end = new Lost(this.#pid, false);
        else if ('id' in message) this.#take(message);
        else if ('error' in message) end = errorFrom(message.error);
      }
    } catch (error) {
      end = error;
    }
    this.alive = false;
    this.#socket.destroy();
    for (const pending of this.#pending.values()) pending.reject(end);
    this.#pending.clear();
  }

  #take(message: Extract<ToClient, { id: number }>): void {
    const pending = this.#pending.get(message.id);
    if ('event' in message) pending?.onEvent(message.event);
    else if ('error' in message) pending?.reject(errorFrom(message.error));
    else pending?.resolve(message.result);
    if (!('event' in message)) this.#pending.delete(message.id);
  }

  async call(operation: string, input: unknown, options: CallOptions): Promise<unknown> {
    const { onEvent = () => {}, signal } = options;
    if (!this.alive) throw new Lost(this.#pid, false);
    this.#last += 1;
    const id = this.#last;
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { onEvent, resolve, reject }));
    // The answer is still waited for: only the owner knows when what was stopped has been rolled back.
    const cancel = (): void => void this.#outbox.send({ id, cancel: true });
    void this.#outbox.send({ id, operation, input: input ?? null, ...this.#about });
    signal?.addEventListener('abort', cancel);
    try {
      return await answer;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  async close(): Promise<void> {
    this.#socket.destroy();
  }
}

/**
 * Nothing when nobody listens, or whoever did has just ended. Throws OWNER_UNREACHABLE when somebody does and says nothing for `patience`
 * milliseconds (a stopped process takes connections, too), or when the socket is another user's.
 */
export async function reachOwner(
  local: string,
  about: { readonly version: string; readonly command: string },
  patience: number,
): Promise<Reach | undefined> {
  const socket = connectIn(local);
  const outbox = new Outbox<ToOwner>(socket);
  let silent = false;
  let refused: unknown;
  const timer = setTimeout(() => {
    silent = true;
    socket.destroy();
  }, patience);
  socket.once('error', (error) => {
    refused = error;
  });
  const messages = received(socket);
  try {
    const first = await messages.next();
    const said = first.value as ToClient | undefined;
    if (said && 'hello' in said) return new Client(socket, outbox, messages, said.hello.pid, about);
  } catch (error) {
    refused = error;
  } finally {
    clearTimeout(timer);
  }
  socket.destroy();
  const { code } = (refused ?? {}) as { code?: string };
  if (silent) throw unreachable(local, `nothing within ${(patience / 1000).toFixed(1)} s`);
  if (code === 'EACCES' || code === 'EPERM') throw unreachable(local, `${code}: its socket is of another user`);
  return undefined;
}
