import { type Project, said } from '../../run/index.ts';
import { logPublished } from '../job-log.ts';
import { type BroughtServed, bringServed } from '../serve/bring.ts';
import { type Brought, bringAll } from './bring.ts';

interface Telling {
  say(level: 'info' | 'warn' | 'error', text: string): void;
}

/** Everything that was found, or only of some. */
export interface Published {
  readonly models: readonly Brought[];
  readonly served: readonly BroughtServed[];
}

/** Whether tables have new rows is asked so often, in milliseconds of the clock. */
const servedEvery = 5_000;

/** Keeps stores at the champions, and at what endpoints read, beside all that goes on: one for a project in a process. */
export class Publisher {
  static readonly #known = new WeakMap<Project, Publisher>();
  readonly #project: Project;
  #telling: Telling | undefined;
  #going: Promise<void> | undefined;
  #ending = new AbortController();
  /** Every store is looked into once, whatever was noted of it. */
  #isNew = true;
  /** When it was looked last whether what endpoints read has changed. */
  #lookedAt: Temporal.Instant | undefined;
  /** By store and model: what was told to be owed. */
  readonly #told = new Map<string, string>();

  private constructor(project: Project) {
    this.#project = project;
  }

  static of(project: Project): Publisher {
    const known = Publisher.#known.get(project) ?? new Publisher(project);
    Publisher.#known.set(project, known);
    return known;
  }

  tellTo(telling: Telling | undefined): void {
    this.#telling = telling;
  }

  /** Begins when something may be due; resolves at once. */
  look(now: Temporal.Instant): void {
    const { published = [], serving } = this.#project;
    if (this.#going || (published.length === 0 && !serving)) return;
    const due = this.#isNew ? undefined : now;
    this.#isNew = false;
    this.#going = this.#bring(due, { served: this.#looksAtServed(now) })
      .then(() => undefined)
      .catch((error: unknown) => this.#telling?.say('warn', `publishing: ${String(said(error, this.#project))}`))
      .finally(() => {
        this.#going = undefined;
      });
  }

  #looksAtServed(now: Temporal.Instant): boolean {
    const since = this.#lookedAt && Math.abs(this.#lookedAt.until(now).total('milliseconds'));
    if (since !== undefined && since < servedEvery) return false;
    this.#lookedAt = now;
    return true;
  }

  /** Something was published, or a setting changed: the next look is at all that endpoints read. */
  changed(): void {
    this.#lookedAt = undefined;
  }

  /** Every store, now; two of one process never at once. */
  async everything(how: { readonly takeOver?: string | undefined } = {}): Promise<Published> {
    await this.#going;
    const bringing = this.#bring(undefined, { ...how, served: true });
    this.#going = bringing.then(
      () => undefined,
      () => undefined,
    );
    return bringing.finally(() => {
      this.#going = undefined;
    });
  }

  async #bring(
    due: Temporal.Instant | undefined,
    { served: isAsked, takeOver }: { readonly served: boolean; readonly takeOver?: string | undefined },
  ): Promise<Published> {
    const { signal } = this.#ending;
    const [models, served] = await Promise.all([
      bringAll(this.#project, { due, signal }),
      isAsked ? bringServed(this.#project, { due, signal, takeOver }) : [],
    ]);
    for (const one of models) {
      const { store, model, label, version } = one;
      const texts = { key: `${store} ${model}`, what: `models: ${version} of ${label}` };
      if (this.#tell(one, texts)) await logPublished(one, this.#project);
    }
    for (const one of served) {
      const { store, endpoint, label, path, rows, sequence } = one;
      const of = rows === undefined ? '' : ` (${rows} rows, publication ${sequence})`;
      const key = `${store} ${endpoint} ${label === 'settings' ? path : label}`;
      this.#tell(one, { key, what: `endpoint ${endpoint}: ${label}${of}` });
    }
    return { models, served };
  }

  /** That something is owed is told once for each reason; gives whether there was something to tell. */
  #tell(
    { store, state, owed }: Pick<Brought | BroughtServed, 'store' | 'state' | 'owed'>,
    { key, what }: { readonly key: string; readonly what: string },
  ): boolean {
    const before = this.#told.get(key);
    if (owed) {
      this.#told.set(key, owed.error);
      const text = `${what} is owed to ${store}, and tried again at ${owed.nextTryAt}: ${owed.error}`;
      if (before !== owed.error) this.#telling?.say('warn', text);
      return before !== owed.error;
    }
    this.#told.delete(key);
    const isNew = state === 'published' || before !== undefined;
    if (isNew) this.#telling?.say('info', `${what} is published to ${store}`);
    return isNew;
  }

  /** Until what goes on has ended. */
  async idle(): Promise<void> {
    await this.#going;
  }

  /** What has changed until now, to its end. */
  async last(): Promise<void> {
    await this.idle();
    this.changed();
    this.look(this.#project.clock.now());
    await this.idle();
  }

  /** Waits for what goes on, so many milliseconds at most; what is not answered then is left, and owed. */
  async settled(within: number): Promise<void> {
    const timer = setTimeout(() => this.#ending.abort(), within);
    await this.#going;
    clearTimeout(timer);
    this.#ending = new AbortController();
  }

  async end(): Promise<void> {
    await this.settled(lastMoment);
    this.#telling = undefined;
  }
}
/** In milliseconds: what is not published then is so by the next owner. */
const lastMoment = 5_000;
