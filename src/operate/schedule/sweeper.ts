import { EsteiraError, render } from '../../errors.ts';
import { type Project, said } from '../../run/index.ts';
import { gc, gcText } from '../keep/gc.ts';

/** By the project's clock. */
const every = { hours: 24 };

/** Once a day what is old leaves the state, beside all that goes on. */
export class Sweeper {
  readonly #project: Project;
  readonly #say: (level: 'info' | 'warn', text: string) => void;
  readonly #signal: AbortSignal;
  #next: Temporal.Instant | undefined;
  #going: Promise<void> | undefined;

  constructor(
    project: Project,
    { say, signal }: { say(level: 'info' | 'warn', text: string): void; readonly signal: AbortSignal },
  ) {
    this.#project = project;
    this.#say = say;
    this.#signal = signal;
  }

  /** Begins when a day has passed since the last time, whoever did it. */
  async look(now: Temporal.Instant): Promise<void> {
    if (this.#going) return;
    if (!this.#next) {
      const last = await this.#project.state.keeping.swept();
      // One of a clock that was ahead says nothing.
      this.#next = last && Temporal.Instant.compare(last, now) <= 0 ? last.add(every) : now;
    }
    if (Temporal.Instant.compare(now, this.#next) < 0) return;
    this.#next = now.add(every);
    this.#going = this.#sweep().finally(() => {
      this.#going = undefined;
    });
  }

  /** That it cannot be done now keeps no schedule from being kept: it is tried again the next day. */
  async #sweep(): Promise<void> {
    try {
      const view = await gc(this.#project, {}, { signal: this.#signal });
      const text = gcText(view);
      if (text) this.#say('info', text);
      if (view.trouble !== undefined) this.#say('warn', `gc: not looked at: ${view.trouble}`);
    } catch (thrown) {
      if (this.#signal.aborted) return;
      const error = said(thrown, this.#project);
      this.#say('warn', `gc: ${error instanceof EsteiraError ? render(error) : String(error)}`);
    }
  }

  async end(): Promise<void> {
    await this.#going;
  }
}
