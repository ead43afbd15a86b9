import { type Project, said } from '../../run/index.ts';
import { logPublished } from '../job-log.ts';
import { type Brought, bringAll } from './bring.ts';

interface Telling {
  say(level: 'info' | 'warn' | 'error', text: string): void;
}

/** Keeps the stores of models at the champions, beside all that goes on: one for a project in a process. */
export class Publisher {
  static readonly #known = new WeakMap<Project, Publisher>();
  readonly #project: Project;
  #telling: Telling | undefined;
  #going: Promise<void> | undefined;
  #ending = new AbortController();
  /** Every store is looked into once, whatever was noted of it. */
  #isNew = true;
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
    const { published = [] } = this.#project;
    if (this.#going || published.length === 0) return;
    const due = this.#isNew ? undefined : now;
    this.#isNew = false;
    this.#going = this.#bring(due)
      .then(() => undefined)
      .catch((error: unknown) => this.#telling?.say('warn', `models: ${String(said(error, this.#project))}`))
      .finally(() => {
        this.#going = undefined;
      });
  }

  /** Every store, now; two of one process never at once. */
  async everything(): Promise<readonly Brought[]> {
    await this.#going;
    const bringing = this.#bring(undefined);
    this.#going = bringing.then(
      () => undefined,
      () => undefined,
    );
    return bringing.finally(() => {
      this.#going = undefined;
    });
  }

  async #bring(due: Temporal.Instant | undefined): Promise<readonly Brought[]> {
    const found = await bringAll(this.#project, { due, signal: this.#ending.signal });
    for (const one of found) if (this.#tell(one)) await logPublished(one, this.#project);
    return found;
  }

  /** That something is owed is told once for each reason; gives whether there was something to tell. */
  #tell({ store, model, label, version, state, owed }: Brought): boolean {
    const key = `${store} ${model}`;
    const before = this.#told.get(key);
    if (owed) {
      this.#told.set(key, owed.error);
      const text = `models: ${version} of ${label} is owed to ${store}, and tried again at ${owed.nextTryAt}: ${owed.error}`;
      if (before !== owed.error) this.#telling?.say('warn', text);
      return before !== owed.error;
    }
    this.#told.delete(key);
    const isNew = state === 'published' || before !== undefined;
    if (isNew) this.#telling?.say('info', `models: ${version} of ${label} is published to ${store}`);
    return isNew;
  }

  /** Until what goes on has ended. */
  async idle(): Promise<void> {
    await this.#going;
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
