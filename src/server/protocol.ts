import type { Socket } from 'node:net';
import { type ErrorDetails, EsteiraError, ofSystem } from '../errors.ts';

/** An error on its way between two processes; one without a code is a mistake in a program, and keeps its stack. */
type ErrorJson =
  | ({ readonly code: string } & ErrorDetails)
  | { readonly name: string; readonly message: string; readonly stack: string };

export interface Request {
  /** Chosen by the client; whatever the owner says of this request carries it. */
  readonly id: number;
  readonly operation: string;
  readonly input: unknown;
  readonly version: string;
  readonly command: string;
}
/** One line of JSON each. */
export type ToOwner = Request | { readonly id: number; readonly cancel: true };
export type ToClient =
  /** Said first: without it a process that is stopped would look like one that thinks. */
  | { readonly hello: { readonly pid: number } }
  | { readonly id: number; readonly event: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ErrorJson }
  /** Said last to one whose line is no message of ours: nobody knows what its next lines would mean. */
  | { readonly error: ErrorJson }
  /** Said last by an owner that ends: what it has not answered it has not begun. */
  | { readonly bye: true };

export const errorJson = (error: unknown): ErrorJson => {
  const known = error instanceof EsteiraError ? error : ofSystem(error);
  if (known) return known.toJSON();
  const { name, message, stack = message } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack };
};
export function errorFrom(json: ErrorJson): Error {
  if ('code' in json) return EsteiraError.from(json);
  const error = new Error(json.message);
  error.name = json.name;
  error.stack = json.stack;
  return error;
}

/** What a value is after crossing processes: work done here and work done by the owner give the same. */
export const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null)) as unknown;

/** What an owner is asked is short; a longer line would only fill its memory. */
export const longestRequest = 16 * 2 ** 20;

/** A line from a socket as a message to the owner. Throws COMMAND_UNKNOWN for anything else: any program may write to a socket. */
export function messageOf(line: unknown): ToOwner {
  const { id, operation, version, command, cancel } = (line ?? {}) as Partial<Record<string, unknown>>;
  const isAsked = [operation, version, command].every((text) => typeof text === 'string');
  if (Number.isSafeInteger(id) && (cancel === true || isAsked)) return line as ToOwner;
  throw noMessage(JSON.stringify(line).slice(0, 80));
}

export const noMessage = (got: string): EsteiraError =>
  new EsteiraError('COMMAND_UNKNOWN', {
    what: 'This is no message that the owner of a project understands.',
    got,
    allowed: 'lines of JSON: {"id":1,"operation":"status","input":{"input":{}},"version":"…","command":"…"}',
    next: 'Ask through the command line, which speaks with the owner: esteira --help',
  });

/** The values that arrive, one a line, until the other side ends or dies. It reads no faster than they are taken, and throws at a line that is too long or no JSON. */
export async function* received(socket: Socket, longest = Number.POSITIVE_INFINITY): AsyncGenerator<unknown> {
  socket.setEncoding('utf8');
  let pieces: string[] = [];
  let length = 0;
  try {
    // Whoever reads may still want to say why it hangs up.
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<string>) {
      const lines = chunk.split('\n');
      const rest = lines.pop() ?? '';
      for (const line of lines) {
        const whole = pieces.join('') + line;
        pieces = [];
        length = 0;
        yield JSON.parse(whole);
      }
      if (rest) pieces.push(rest);
      length += rest.length;
      if (length > longest) throw new RangeError(`a line of more than ${longest} characters`);
    }
  } catch (error) {
    // A process that is killed resets its sockets; to the reader that is the end.
    if (!['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes((error as { code?: string }).code ?? ''))
      throw error;
  }
}

/** Writes messages to a socket; each promise resolves when the system has taken the message, or the other side is gone. */
export class Outbox<Message> {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    // Whoever reads sees that the other side is gone; a write into nothing is nobody's mistake.
    socket.on('error', () => {});
  }

  send(message: Message): Promise<void> {
    const line = `${JSON.stringify(message)}\n`;
    if (!this.#socket.writable) return Promise.resolve();
    return new Promise((resolve) => void this.#socket.write(line, () => resolve()));
  }

  /** Says the last message and hangs up. */
  end(message: Message): Promise<void> {
    if (this.#socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#socket.once('close', () => resolve());
      this.#socket.end(`${JSON.stringify(message)}\n`, () => this.#socket.destroy());
    });
  }
}
