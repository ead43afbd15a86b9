import type { Times } from '../../../src/adapters/common/attempts.ts';
import { supabaseTables } from '../../../src/adapters/supabase/tables.ts';
import { supabaseTargets } from '../../../src/adapters/supabase/target/tables.ts';
import type { OpenProject } from '../../../src/config/open.ts';
import { openProject } from '../../../src/config/open.ts';
import { operate } from '../../../src/operate/index.ts';
import type { Clock } from '../../../src/ports/index.ts';
import { serviceKey } from './support.ts';
import { date, type LeadsWorld } from './world.ts';

/** So much of it passes in a moment of the machine, in milliseconds of each. */
const [pace, moment] = [250, 5];

/** Time of its own: it stands still until it begins, and then passes fifty times as fast as the machine's. */
export class OwnTime {
  readonly #start = Temporal.Instant.from(`${date}T12:00:00Z`).epochMilliseconds;
  #passed = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Milliseconds since it began. */
  get passed(): number {
    return this.#passed;
  }
  get clock(): Clock {
    return { now: () => this.#now(), elapsed: () => this.#passed, look: moment };
  }
  get times(): Times {
    const pause = async (milliseconds: number): Promise<void> => {
      const [until, late] = [this.#passed + milliseconds, performance.now() + milliseconds];
      while (this.#passed < until && performance.now() < late)
        await new Promise((resolve) => setTimeout(resolve, moment));
    };
    return { now: () => this.#now(), pause, chance: () => 0.5 };
  }

  begin(): void {
    this.#timer ??= setInterval(() => {
      this.#passed += pace;
    }, moment);
  }
  end(): void {
    clearInterval(this.#timer);
  }
  async until(milliseconds: number): Promise<void> {
    while (this.#passed < milliseconds) await new Promise((resolve) => setTimeout(resolve, moment));
  }

  #now(): Temporal.Instant {
    return Temporal.Instant.fromEpochMilliseconds(this.#start + this.#passed);
  }
}

/** The project of the world in this process, which has that time, and waits for an answer for so many milliseconds of the machine's. */
export class TimedProject {
  readonly project: OpenProject;

  private constructor(project: OpenProject) {
    this.project = project;
  }

  static async of(world: LeadsWorld, time: OwnTime, { answer = 30_000 } = {}): Promise<TimedProject> {
    Object.assign(process.env, { SUPABASE_URL: world.gateway.address, SUPABASE_KEY: serviceKey });
    const opened = await openProject({ folder: world.sandbox.folder });
    const values = { value: () => world.gateway.address, secret: () => serviceKey };
    const has = (by: string): boolean => by === 'supabase';
    const project = {
      ...opened,
      clock: time.clock,
      tables: { has, ...supabaseTables(values, { times: time.times, answer }) },
      targets: { has, ...supabaseTargets(values, { answer }) },
    };
    return new TimedProject(project);
  }

  /** The job of the day. */
  score(again: boolean) {
    const context = { emit: () => {}, signal: new AbortController().signal };
    return operate(this.project, 'run', { job: 'score_updater', date, anyway: true, again }, context);
  }
  async rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    const context = { emit: () => {}, signal: new AbortController().signal };
    return (await operate(this.project, 'query', { sql, limit: 10_000 }, context)).rows;
  }
}
