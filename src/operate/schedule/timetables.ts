import type { Job } from '../../define/index.ts';
import { EsteiraError, render } from '../../errors.ts';
import { scheduleSettings } from '../../plan/timed.ts';
import type { Timetable } from '../../plan/timetable.ts';
import { keepChanges, type Project, said, seeSettings, type TimetableFound, timetableFound } from '../../run/index.ts';

interface Told {
  readonly level: 'info' | 'error';
  readonly text: string;
  readonly job: string;
}

/** Between two looks at settings while nothing is due, in milliseconds of the machine. */
const usualLook = 1000;

/** When jobs are due, while people may change it: settings that are schedules are looked at again and again. */
export class Timetables {
  readonly #project: Project;
  readonly #say: (told: Told) => void;
  readonly #known = new Map<string, Timetable>();
  readonly #troubles = new Map<string, string>();
  readonly #changing: readonly Job[];
  #looked = Number.NEGATIVE_INFINITY;

  constructor(project: Project, { say }: { say(told: Told): void }) {
    this.#project = project;
    this.#say = say;
    this.#changing = [...project.graph.jobs.values()].filter((job) => scheduleSettings(job).length > 0);
  }

  /** As it was at the last look. */
  async of(job: Job): Promise<Timetable> {
    const known = this.#known.get(job.name);
    if (known) return known;
    const { timetable } = await timetableFound(job, this.#project);
    this.#known.set(job.name, timetable);
    return timetable;
  }

  /** Names of the jobs that are due otherwise than at the last look. `isDue`: something may be, and has to be known as it is now. */
  async look(isDue: boolean): Promise<readonly string[]> {
    if (
      this.#changing.length === 0 ||
      (!isDue && performance.now() - this.#looked < (this.#project.clock.look ?? usualLook))
    )
      return [];
    const changed: string[] = [];
    for (const job of this.#changing) {
      const before = this.#known.get(job.name);
      const { timetable, trouble } = await this.#found(job);
      this.#known.set(job.name, timetable);
      this.#tellTrouble(job, trouble);
      if (!before || (before.when === timetable.when && String(before.since) === String(timetable.since))) continue;
      changed.push(job.name);
      this.#say({ level: 'info', text: `is due ${timetable.when} from ${timetable.since} on`, job: job.name });
    }
    this.#looked = performance.now();
    return changed;
  }

  /** What was changed by SQL, or by a clock that is ahead, is kept as of when it was found: whoever comes after this process finds it as it was. */
  async #found(job: Job): Promise<TimetableFound> {
    const found = await this.#seen(job);
    if (found.ahead.length === 0) return found;
    await keepChanges(found.ahead, this.#project);
    return timetableFound(job, this.#project);
  }

  async #seen(job: Job): Promise<TimetableFound> {
    const found = await timetableFound(job, this.#project);
    if (found.unseen.length === 0) return found;
    try {
      await seeSettings(this.#project, found.unseen);
    } catch (thrown) {
      // Another setting of the table is refused: each run says so.
      const error = said(thrown, this.#project);
      if (!(error instanceof EsteiraError) || error.code !== 'SETTING_INVALID') throw thrown;
      return { ...found, timetable: this.#known.get(job.name) ?? found.timetable, trouble: error, ahead: [] };
    }
    return timetableFound(job, this.#project);
  }

  #tellTrouble({ name }: Job, trouble: EsteiraError | undefined): void {
    const text = trouble && render(trouble);
    if (text === this.#troubles.get(name)) return;
    if (text === undefined) this.#troubles.delete(name);
    else {
      this.#troubles.set(name, text);
      this.#say({ level: 'error', text, job: name });
    }
  }
}
