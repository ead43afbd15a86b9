import { setTimeout as sleep } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import { EsteiraError } from '../../errors.ts';
import type { NewOwner, Ownership } from '../../ports/index.ts';
import type { Engine, State } from './engine.ts';
import type { OwnerRow } from './tables.ts';

/** In milliseconds. */
export interface Times {
  /** So long after its last sign of life an owner counts as dead. */
  readonly life: number;
  /** Between two signs; whoever waits sees within this time that the owner lives. */
  readonly beat: number;
  /** An owner stops believing in itself so long before others do. */
  readonly margin: number;
}
export const usual: Times = Object.freeze({ life: 60_000, beat: 5_000, margin: 10_000 });

const read = (state: State): Promise<Selectable<OwnerRow> | undefined> =>
  state.selectFrom('owner').selectAll().executeTakeFirst();

const inMilliseconds = (life: number) => ({ milliseconds: Math.ceil(life) });

type Person = Pick<NewOwner, 'command' | 'host'> & { readonly pid: number | bigint; readonly since: unknown };

const nameOf = ({ command, pid, host, since }: Person): string =>
  `\`${command}\` (PID ${pid} on ${host}, since ${since})`;

function ownedElsewhere(by: Person, what = 'Another process owns the project.'): EsteiraError {
  return new EsteiraError('OWNED_ELSEWHERE', {
    what,
    where: nameOf(by),
    next: 'Wait until it ends, and give the command again; nothing is lost.',
  });
}

/** Inside the transaction that opens a run: whoever owned the state before and was followed by another opens none. */
export async function refuseUnlessOwner(state: State, holder: string): Promise<void> {
  const owner = await read(state);
  if (owner && owner.holder !== holder)
    throw ownedElsewhere(owner, 'Another process has become the owner of the project.');
}

/** The former owner when it may still live; nothing when this one is the owner now. */
function take(engine: Engine, owner: NewOwner, life: number): Promise<Selectable<OwnerRow> | undefined> {
  return engine.transaction('take', async (state) => {
    const [former, now] = [await read(state), await engine.now(state)];
    const isAlive = former && Temporal.Instant.compare(Temporal.Instant.from(former.expires_at), now) > 0;
    if (isAlive && former.holder !== owner.holder && !engine.lock) return former;
    await state.deleteFrom('owner').execute();
    const { holder, host, pid, command } = owner;
    const expires_at = now.add(inMilliseconds(life)).toString();
    await state
      .insertInto('owner')
      .values({ one: 1, holder, host, pid, command, since: owner.since.toString(), expires_at })
      .execute();
    return undefined;
  });
}

/**
 * Waits until the former owner has shown that it lives, which throws, or has not for so long that it is dead. Gives when it was asked for what it
 * then got, by the clock of the process.
 */
async function takeWhenFree(engine: Engine, owner: NewOwner, { times, waits }: Waiting): Promise<number> {
  let seen: Selectable<OwnerRow> | undefined;
  for (;;) {
    const sent = performance.now();
    const former = await take(engine, owner, times.life);
    if (!former) return sent;
    if (seen?.holder === former.holder && seen.expires_at !== former.expires_at) throw ownedElsewhere(former);
    if (!seen)
      waits?.(`Waiting for ${nameOf(former)}: it ended, or has until ${former.expires_at} to show that it lives.`);
    seen = former;
    await sleep(Math.min(times.beat / 4, 500));
  }
}

/** A lease that is renewed while the process lives. */
class Lease implements Ownership {
  readonly #engine: Engine;
  readonly #owner: NewOwner;
  readonly #times: Times;
  readonly #lost = new AbortController();
  readonly #ended = new AbortController();
  #doubt: NodeJS.Timeout | undefined;
  readonly #beating: Promise<void>;

  constructor(engine: Engine, owner: NewOwner, { times, sent }: { readonly times: Times; readonly sent: number }) {
    this.#engine = engine;
    this.#owner = owner;
    this.#times = times;
    this.#believe(sent);
    this.#beating = this.#beat();
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** By the clock of the process, which nobody sets: for as long as others must believe in what was sent then. */
  #believe(sent: number): void {
    clearTimeout(this.#doubt);
    const { life, margin } = this.#times;
    this.#doubt = setTimeout(
      () => {
        const what = 'This process could not show that it lives, so that another may own the project.';
        this.#lose(ownedElsewhere(this.#owner, what));
      },
      Math.max(sent + life - margin - performance.now(), 0),
    ).unref();
  }

  #lose(reason: EsteiraError): void {
    this.#end();
    this.#lost.abort(reason);
  }

  #end(): void {
    clearTimeout(this.#doubt);
    this.#ended.abort();
  }

  async #beat(): Promise<void> {
    const { signal } = this.#ended;
    for (;;) {
      await sleep(this.#times.beat, undefined, { ref: false, signal }).catch(() => {});
      if (signal.aborted) return;
      const sent = performance.now();
      try {
        const other = await this.#renew();
        if (other) return this.#lose(ownedElsewhere(other, 'Another process has become the owner of the project.'));
        if (!signal.aborted) this.#believe(sent);
      } catch {
        // The next beat tries again; when none comes through in time, the doubt decides.
      }
    }
  }

  /** Gives the other owner, where there is one. */
  #renew(): Promise<Selectable<OwnerRow> | undefined> {
    return this.#engine.transaction('receipt', async (state) => {
      const now = await this.#engine.now(state);
      await state
        .updateTable('owner')
        .set({ expires_at: now.add(inMilliseconds(this.#times.life)).toString() })
        .where('holder', '=', this.#owner.holder)
        .execute();
      const owner = await read(state);
      return owner?.holder === this.#owner.holder ? undefined : owner;
    });
  }

  async release(): Promise<void> {
    this.#end();
    if (this.#lost.signal.aborted) return;
    const released = this.#beating.then(() =>
      this.#engine.transaction('write', async (state) => {
        const expires_at = (await this.#engine.now(state)).toString();
        await state.updateTable('owner').set({ expires_at }).where('holder', '=', this.#owner.holder).execute();
      }),
    );
    // Not worth waiting long for: it runs out by itself.
    await Promise.race([released.catch(() => {}), sleep(this.#times.beat, undefined, { ref: false })]);
  }
}

interface Waiting {
  readonly times: Times;
  readonly waits?: ((text: string) => void) | undefined;
}

/** `own` of the contract. */
export async function own(engine: Engine, owner: NewOwner, { times, waits }: Waiting): Promise<Ownership> {
  if (!engine.lock) {
    const sent = await takeWhenFree(engine, owner, { times, waits });
    return new Lease(engine, owner, { times, sent });
  }
  const lock = await engine.lock();
  if (!lock) {
    const other = await engine.read(read);
    throw other
      ? ownedElsewhere(other)
      : new EsteiraError('OWNED_ELSEWHERE', {
          what: 'Another process owns the project.',
          next: 'Give the command again.',
        });
  }
  try {
    await take(engine, owner, 0);
  } catch (error) {
    lock.release();
    throw error;
  }
  return { lost: new AbortController().signal, release: async () => lock.release() };
}
