import type { LogLine } from '../ports/index.ts';
import type { Project } from '../run/index.ts';

/** Keeps what happened with the run, in order, while the run goes on: lines that come while others are written go together. */
export class Journal {
  readonly #project: Project;
  readonly #runId: string;
  #waiting: LogLine[] = [];
  #writing: Promise<void> | undefined;
  #hurry = (): void => {};
  /** Why lines could not be kept. */
  #failure: unknown;

  constructor(project: Project, runId: string) {
    this.#project = project;
    this.#runId = runId;
  }

  add(lines: readonly Omit<LogLine, 'at'>[]): void {
    const at = this.#project.clock.now();
    for (const line of lines) this.#waiting.push({ ...line, at, text: this.#project.redact(line.text) });
    this.#writing ??= this.#write();
  }

  /** Waits until everything is kept, and gives why not when it could not be: a run does not fail for want of its log. */
  async settled(): Promise<unknown> {
    this.#hurry();
    await this.#writing;
    return this.#failure;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      // A moment for others to come: to keep one line takes as long as to keep many.
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#hurry = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      try {
        await this.#project.state.log(this.#runId, this.#waiting.splice(0));
      } catch (error) {
        this.#failure = error;
      }
    }
    this.#writing = undefined;
  }
}
