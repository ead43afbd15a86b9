import type { LogLine } from '../ports/index.ts';
import type { Project } from '../run/index.ts';

/** Keeps what happened with the run, in order, while the run goes on. */
export class Journal {
  readonly #project: Project;
  readonly #runId: string;
  #written: Promise<void> = Promise.resolve();

  constructor(project: Project, runId: string) {
    this.#project = project;
    this.#runId = runId;
  }

  add(lines: readonly Omit<LogLine, 'at'>[]): void {
    const at = this.#project.clock.now();
    const clean = lines.map((line) => ({ ...line, at, text: this.#project.redact(line.text) }));
    this.#written = this.#written.then(() => this.#project.state.log(this.#runId, clean));
  }

  /** Waits until everything is kept; throws when it could not be. */
  async settled(): Promise<void> {
    await this.#written;
  }
}
