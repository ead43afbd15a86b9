import type { Job } from '../../define/index.ts';
import { tickOf } from '../../plan/ticks.ts';
import { standardText, timed } from '../../plan/timed.ts';
import type { Project } from '../../run/index.ts';
import { isAnythingNew } from '../plan.ts';
import type { Runner } from './runner.ts';

/** Between the end of one look at what has arrived and the next, by the project's clock. */
const pause = { seconds: 5 };

/** A job that never ends: it brings in what has arrived, again and again. */
export class Stream {
  readonly #job: Job;
  readonly #project: Project;
  readonly #runner: Runner;
  #next: Temporal.Instant | undefined;

  constructor(job: Job, project: Project, runner: Runner) {
    this.#job = job;
    this.#project = project;
    this.#runner = runner;
  }

  /** True when it is time, and it has begun to look. */
  async look(now: Temporal.Instant): Promise<boolean> {
    if (this.#next && Temporal.Instant.compare(now, this.#next) < 0) return false;
    if (!(await this.#runner.isFree(this.#job, now))) return false;
    const isNeeded = async (): Promise<boolean> => {
      try {
        return await isAnythingNew(this.#job, this.#project);
      } finally {
        this.#next = this.#project.clock.now().add(pause);
      }
    };
    return this.#runner.start(this.#job, tickOf(timed(this.#job, standardText), { now }), 'always', isNeeded);
  }
}
