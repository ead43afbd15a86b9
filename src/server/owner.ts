import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { EsteiraError } from '../errors.ts';
import { reachOwner } from './client.ts';
import { type CallOptions, type Connection, type ConnectOptions, Lost, type Reach } from './connection.ts';
import { lockProject, readOwnerNote } from './lock.ts';
import { Owner } from './serving.ts';
import { unreachable } from './unreachable.ts';

export type { Connection, Serve } from './connection.ts';

/** Between two looks while an owner begins or ends, in milliseconds. */
const pause = 25;

/**
 * Finds the owner or becomes it. Between the two there are moments with neither: an owner that has the lock and does not listen yet, or has
 * stopped listening and still has it. They pass, so both are tried in turn, until the patience ends with OWNER_UNREACHABLE.
 */
async function reach(options: ConnectOptions): Promise<Reach> {
  const { local, command, version, clock, patience = 10_000 } = options;
  mkdirSync(local, { recursive: true });
  let until = performance.now() + patience;
  for (;;) {
    const client = await reachOwner(local, { version, command }, Math.max(until - performance.now(), pause));
    if (client && !options.own) return client;
    if (client) {
      await endOf(client, options);
      until = performance.now() + patience;
      continue;
    }
    const note = { pid: process.pid, host: hostname(), since: clock.now().toString(), command, version };
    const lock = await lockProject(local, options.lock, note);
    if (lock) return Owner.start(options, lock.release);
    if (performance.now() > until) throw unreachable(local, 'it holds the lock, and no socket');
    await sleep(pause);
  }
}

/** Who is to own the project itself waits for the end of another owner, or goes. */
async function endOf(client: Reach, { own, local, standingBy }: ConnectOptions): Promise<void> {
  try {
    if (own === 'refuse') throw ownedBy(readOwnerNote(local));
    standingBy?.();
    await client.ended;
  } finally {
    await client.close();
  }
}

const ownedBy = (note: ReturnType<typeof readOwnerNote>): EsteiraError =>
  new EsteiraError('OWNED_ELSEWHERE', {
    what: 'Another process owns the project.',
    ...(note && { where: `\`${note.command}\` (PID ${note.pid} on ${note.host}, since ${note.since})` }),
    next: 'Nothing is lost: what is due is carried out when it has ended, or by it, where it keeps the schedules.',
  });

class ProjectConnection implements Connection {
  readonly #options: ConnectOptions;
  #reach: Promise<Reach>;

  constructor(options: ConnectOptions, reached: Reach) {
    this.#options = options;
    this.#reach = Promise.resolve(reached);
  }

  async call(operation: string, input: unknown, options: CallOptions = {}): Promise<unknown> {
    for (;;) {
      if (options.signal?.aborted)
        throw new EsteiraError('CANCELLED', { what: 'The command was stopped.', next: 'Start it again.' });
      const reaching = this.#reach;
      const reached = await reaching;
      try {
        return await reached.call(operation, input, options);
      } catch (error) {
        if (!(error instanceof Lost)) throw error;
        this.#afterLoss(error, operation, options);
        // Several calls may lose one owner: the first looks for the next one, the others wait for what it finds.
        if (this.#reach === reaching) this.#reach = reach(this.#options);
      }
    }
  }

  #afterLoss({ pid, begun }: Lost, operation: string, { repeatable = true, onEvent }: CallOptions): void {
    if (!begun) return;
    if (!repeatable)
      throw new EsteiraError('OWNER_GONE', {
        what: `The process that owned the project ended before it answered.`,
        where: `PID ${pid}, at ${operation}`,
        next: 'See whether it was done, and do this again if it was not.',
      });
    onEvent?.({
      type: 'note',
      text: `The process that owned the project (PID ${pid}) ended; this goes on without it.`,
    });
  }

  async close(): Promise<void> {
    const reached = await this.#reach.catch(() => undefined);
    await reached?.close();
  }
}

/**
 * One process owns a project: this one, from now until `close`, when no other does; else its work is sent to the owner. When that owner dies
 * this process looks again, and goes on as the owner or as the client of another.
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  return new ProjectConnection(options, await reach(options));
}
