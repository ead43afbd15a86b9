import type { Channel, ChannelMessage, Notice, NoticeRecord } from '../../ports/index.ts';
import { NotBefore } from '../../ports/index.ts';
import { type Project, said } from '../../run/index.ts';
import { nameOf, subjectOf, textOf, threadOf } from './text.ts';

/** One attempt takes so long at most, in milliseconds. */
export const attemptTakes = 10_000;
/** In seconds: before the second attempt; each further one waits twice as long, up to the longest. */
const firstPause = 15;
const longestPause = 1800;
/** After so long nothing more is tried. */
export const givesUp = { hours: 24 };
/** Taken together. */
const portion = 20;

export const messageOf = (notice: Notice): ChannelMessage => ({
  id: notice.id,
  thread: threadOf(notice),
  subject: subjectOf(notice),
  text: textOf(notice),
  data: notice,
  at: Temporal.Instant.from(notice.at),
});

/** Why it was not taken, without what is secret. */
export function whyNot(thrown: unknown, project: Project): string {
  const error = said(thrown, project);
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  const deeper = cause instanceof Error && cause.message ? `: ${cause.message}` : '';
  return project.redact(`${message}${deeper}`).split('\n')[0]?.slice(0, 300) ?? '';
}

/** Hands one message to one member of a channel; the next caller finds the channel open. */
export async function hand(
  project: Project,
  to: { readonly channel: string; readonly member: string },
  message: ChannelMessage,
  signal: AbortSignal,
): Promise<void> {
  const member = project.channels?.get(to.channel)?.find(({ name }) => name === to.member);
  if (!member) throw new Error(`the configuration has no ${to.member} in the channel ${to.channel} any more`);
  const channel: Channel = await member.open();
  try {
    await channel.send(message, signal);
  } finally {
    await channel.close?.();
  }
}

interface Waits {
  readonly state: 'waiting';
  readonly error: string;
  readonly nextTryAt: Temporal.Instant;
}
interface Telling {
  say(level: 'info' | 'warn' | 'error', text: string): void;
}

/**
 * Delivers what waits in the outbox: each notice is taken, sent and marked, so that what dies in between is sent again, with the same id. One for a
 * project in a process.
 */
export class Courier {
  static readonly #known = new WeakMap<Project, Courier>();
  readonly #project: Project;
  #going: Promise<void> | undefined;
  /** Somebody has put something into the outbox since it was looked at. */
  #isWoken = true;
  /** When the next is to be tried. */
  #next: Temporal.Instant | undefined;
  #telling: Telling | undefined;
  #ending = new AbortController();

  private constructor(project: Project) {
    this.#project = project;
  }

  static of(project: Project): Courier {
    const known = Courier.#known.get(project) ?? new Courier(project);
    Courier.#known.set(project, known);
    return known;
  }

  /** Whoever keeps the schedules hears of what cannot be delivered. */
  tellTo(telling: Telling | undefined): void {
    this.#telling = telling;
  }

  wake(): void {
    this.#isWoken = true;
  }

  /** Begins when something may be due; resolves at once. */
  look(now: Temporal.Instant): void {
    const isDue = this.#next !== undefined && Temporal.Instant.compare(this.#next, now) <= 0;
    if (this.#going || !(this.#isWoken || isDue)) return;
    this.#going = this.#deliver()
      .catch((error: unknown) => this.#telling?.say('warn', `alerts: ${whyNot(error, this.#project)}`))
      .finally(() => {
        this.#going = undefined;
      });
  }

  /** Waits for what is being sent, so many milliseconds at most; gives what is left. With `last` the process ends: what is not answered then is left to the next. */
  async settled(within: number, { last = false } = {}): Promise<readonly NoticeRecord[]> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, within);
    const done = async (): Promise<void> => {
      await this.#going;
      this.look(this.#project.clock.now());
      await this.#going;
    };
    await Promise.race([done(), late]);
    clearTimeout(timer);
    if (last && !this.#telling) await this.#leave();
    return this.#project.state.alerts.undelivered({ state: 'waiting', limit: 100 });
  }

  async #leave(): Promise<void> {
    this.#ending.abort(new Error('no answer in time'));
    await this.#going;
    this.#ending = new AbortController();
  }

  async #deliver(): Promise<void> {
    const { state, clock, holder } = this.#project;
    this.#isWoken = false;
    while (!this.#ending.signal.aborted) {
      const waiting = await state.alerts.undelivered({ state: 'waiting', limit: 100 });
      this.#next = waiting.map(({ nextTryAt }) => nextTryAt).toSorted(Temporal.Instant.compare)[0];
      if (!this.#next || Temporal.Instant.compare(this.#next, clock.now()) > 0) return;
      const taken = await state.alerts.take(holder, clock.now(), portion);
      if (taken.length === 0) return;
      await this.#project.trace('notices-taken');
      const byMember = Map.groupBy(taken, ({ channel, member }) => `${channel}/${member}`);
      // To one in the order in which things happened, to several side by side.
      await Promise.all(
        [...byMember.values()].map(async (own) => {
          await this.#sendAll(own);
        }),
      );
    }
  }

  /** Who does not take the first is not asked for the others: they wait as long as it does, and keep nobody else back. */
  async #sendAll(own: readonly NoticeRecord[]): Promise<void> {
    for (const [index, one] of own.entries()) {
      const failed = await this.#send(one);
      if (!failed) continue;
      const { state, clock } = this.#project;
      for (const { notice, channel, member } of own.slice(index + 1))
        await state.alerts.settle({ id: notice.id, channel, member }, failed, clock.now());
      return;
    }
  }

  /** Gives how it waits, when it was not taken. */
  async #send(record: NoticeRecord): Promise<Waits | undefined> {
    const { notice, channel, member, createdAt, tries } = record;
    const { state, clock } = this.#project;
    const to = { id: notice.id, channel, member };
    try {
      const signal = AbortSignal.any([this.#ending.signal, AbortSignal.timeout(attemptTakes)]);
      await hand(this.#project, to, messageOf(notice), signal);
      await this.#project.trace('notice-sent');
      await state.alerts.settle(to, { state: 'delivered' }, clock.now());
      return undefined;
    } catch (thrown) {
      const error = whyNot(thrown, this.#project);
      const now = clock.now();
      const about = `"${nameOf(notice)}" to ${channel}/${member}`;
      if (Temporal.Instant.compare(createdAt.add(givesUp), now) <= 0) {
        await state.alerts.settle(to, { state: 'given up', error }, now);
        this.#telling?.say(
          'error',
          `alerts: nobody will be told of ${about}: given up after ${tries} attempts: ${error}`,
        );
        return undefined;
      }
      const asked = thrown instanceof NotBefore ? thrown.seconds : 0;
      const seconds = Math.max(asked, Math.min(firstPause * 2 ** (tries - 1), longestPause));
      const nextTryAt = now.add({ milliseconds: Math.round(seconds * 1000) });
      const waits: Waits = { state: 'waiting', error, nextTryAt };
      await state.alerts.settle(to, waits, now);
      this.#telling?.say('warn', `alerts: ${about} was not taken, and is tried again at ${nextTryAt}: ${error}`);
      return waits;
    }
  }
}
