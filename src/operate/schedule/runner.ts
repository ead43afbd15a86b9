import type { Job } from '../../define/index.ts';
import { EsteiraError, render } from '../../errors.ts';
import { stepsOf } from '../../graph/index.ts';
import type { Tick } from '../../plan/ticks.ts';
import type { TickRecord } from '../../ports/index.ts';
import { follows, type Project, said } from '../../run/index.ts';
import { tellUnopened } from '../alerts/unopened.ts';
import { carryOut, type Work } from '../carry-out.ts';
import { finishReruns } from '../rerun/finish.ts';
import type { RunEvent } from '../views.ts';
import { storyOf } from './story.ts';
import type { KeepingView, ScheduleEvent, StartView } from './views.ts';

type Told = Omit<ScheduleEvent, 'type' | 'at'>;
interface Going {
  date: string;
  runId?: string;
  ended?: Promise<void>;
}
/** What is tried again, not before. */
interface Later {
  readonly at: Temporal.Instant;
  readonly minutes: number;
  /** The tick whose run failed for a moment only. */
  readonly due?: string;
}

/** How long after a first failure that may pass by itself; each further one doubles it. */
const firstPause = 1;
const longestPause = 60;
const longestUnfollowed = 5;

/** Carries out the runs of schedules: one of a job at a time, several jobs side by side. */
export class Runner {
  readonly #project: Project;
  readonly #signal: AbortSignal;
  readonly #say: (told: Told) => void;
  readonly #anyway: boolean;
  readonly #going = new Map<string, Going>();
  readonly #later = new Map<string, Later>();
  /** By job: the runs that were in its way. */
  readonly #blocked = new Map<string, string>();
  readonly #left = new Map<string, Going>();
  #counts = { succeeded: 0, failed: 0 };
  #failure: unknown;
  onEnd = (): void => {};

  constructor(
    project: Project,
    options: { readonly signal: AbortSignal; readonly anyway: boolean; say(told: Told): void },
  ) {
    this.#project = project;
    this.#anyway = options.anyway;
    this.#signal = options.signal;
    this.#say = options.say;
  }

  get counts(): StartView['runs'] {
    return { ...this.#counts };
  }
  get going(): KeepingView['running'] {
    return [...this.#going].map(([job, { date, runId }]) => ({ job, date, ...(runId ? { runId } : {}) }));
  }

  /** Throws what ended a run in such a way that nothing can go on. */
  refuseFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Ticks of the job whose run is tried again now. */
  again({ name }: Job): ReadonlySet<string> {
    const due = this.#later.get(name)?.due;
    return new Set(due === undefined ? [] : [due]);
  }

  async isFree({ name }: Job, now: Temporal.Instant): Promise<boolean> {
    if (this.#going.has(name)) return false;
    const later = this.#later.get(name);
    if (later && Temporal.Instant.compare(later.at, now) > 0) return false;
    const blocked = this.#blocked.get(name);
    if (blocked === undefined || blocked !== (await this.#inTheWay())) return true;
    return false;
  }

  /** Runs that this owner carries out, whoever asked for them. */
  async #inTheWay(): Promise<string | undefined> {
    const runs = await this.#project.state.going(this.#project.holder);
    return runs.length > 0 ? runs.map(({ runId }) => runId).join() : undefined;
  }

  begin(job: Job, tick: TickRecord): boolean {
    return this.start(job, { logicalTime: tick.due, date: tick.date, zone: tick.zone }, 'schedule');
  }

  /** False when a run of the job goes on. */
  start(job: Job, tick: Tick, reason: 'schedule' | 'always', isNeeded = async () => true): boolean {
    if (this.#going.has(job.name) || this.#signal.aborted) return false;
    const going: Going = { date: tick.date.toString() };
    this.#going.set(job.name, going);
    going.ended = this.#carry(job, { tick, reason, isNeeded, going })
      .catch((error: unknown) => this.#tryLaterAfter(job, { tick, going, error }))
      .finally(() => {
        this.#going.delete(job.name);
        this.onEnd();
      });
    return true;
  }

  async #carry(
    job: Job,
    asked: {
      readonly tick: Tick;
      readonly reason: 'schedule' | 'always';
      readonly isNeeded: () => Promise<boolean>;
      readonly going: Going;
    },
  ): Promise<void> {
    const { tick, reason, going } = asked;
    const emit = (event: RunEvent): void => {
      if (event.type === 'run') Object.assign(going, { runId: event.runId, date: event.date });
      const story = storyOf(event);
      if (story) this.#tell(job, going, story);
    };
    try {
      if (!(await asked.isNeeded())) return;
      const { steps } = stepsOf(this.#project.graph, job);
      const anyway = this.#anyway;
      const work: Work = { job: job.name, steps, tick, reason, stopping: this.#signal, anyway };
      const context = { emit, signal: this.#signal };
      await finishReruns(work, this.#project, context);
      const view = await carryOut(
        reason === 'always' ? { ...work, again: true, endless: true } : work,
        this.#project,
        context,
      );
      // One that was cancelled meanwhile is named by the next look at what is due.
      if (!view.alreadyDone) this.#counts.succeeded += 1;
      else if (view.state === 'succeeded') this.#tell(job, going, { level: 'info', text: 'has succeeded already' });
      this.#blocked.delete(job.name);
      this.#later.delete(job.name);
    } catch (thrown) {
      await this.#failed(job, { tick, going, error: said(thrown, this.#project) });
    }
  }

  async #failed(
    job: Job,
    { tick, going, error }: { readonly tick: Tick; readonly going: Going; readonly error: unknown },
  ): Promise<void> {
    const { name } = job;
    if (this.#signal.aborted) {
      if (going.runId) this.#left.set(name, going);
      return;
    }
    const coded = error instanceof EsteiraError ? error : undefined;
    if (coded?.code === 'OWNED_ELSEWHERE' || coded?.code === 'FENCED') {
      this.#failure ??= coded;
      return;
    }
    if (coded?.code === 'RUN_IN_PROGRESS') {
      const inTheWay = await this.#inTheWay();
      if (inTheWay === undefined) return;
      this.#blocked.set(name, inTheWay);
      this.#tell(job, going, { level: 'info', text: `waits: ${coded.message} (${coded.details.where})` });
      return;
    }
    const text = coded ? render(coded) : String((error as Error)?.stack ?? error);
    this.#tell(job, going, { level: 'error', text });
    if (going.runId) this.#counts.failed += 1;
    else await this.#tellUnopened(job, { tick, going, error: coded });
    // A run that was not even opened left its tick as it was; one that failed for good waits for the next tick, or for a person.
    if (!going.runId || coded?.nature === 'transient' || follows(job, this.#project)) this.#tryLater(job, tick, going);
    else this.#later.delete(name);
  }

  /** Nobody looks on when a schedule cannot even begin. */
  async #tellUnopened(
    job: Job,
    { tick, going, error }: { readonly tick: Tick; readonly going: Going; readonly error: EsteiraError | undefined },
  ): Promise<void> {
    const emit = (event: RunEvent): void => {
      const story = storyOf(event);
      if (story) this.#tell(job, going, story);
    };
    await tellUnopened(job, { tick, error }, this.#project, { emit });
  }

  /** Not even what is in its way could be asked. */
  #tryLaterAfter(
    job: Job,
    { tick, going, error }: { readonly tick: Tick; readonly going: Going; readonly error: unknown },
  ): void {
    const told = said(error, this.#project);
    this.#tell(job, going, { level: 'error', text: told instanceof EsteiraError ? render(told) : String(told) });
    this.#tryLater(job, tick, going);
  }

  #tryLater(job: Job, tick: Tick, { runId }: Going): void {
    const { name } = job;
    const before = this.#later.get(name)?.minutes ?? firstPause / 2;
    // What is followed may have been mended by a person meanwhile.
    const minutes = Math.min(before * 2, follows(job, this.#project) ? longestUnfollowed : longestPause);
    const at = this.#project.clock.now().add({ seconds: minutes * 60 });
    this.#later.set(name, { at, minutes, ...(runId ? { due: tick.logicalTime.toString() } : {}) });
    this.#say({ level: 'info', text: `tries again at ${at}`, job: name, date: tick.date.toString() });
  }

  #tell({ name }: Job, { date, runId }: Going, { level, text }: Pick<Told, 'level' | 'text'>): void {
    this.#say({ level, text, job: name, date, ...(runId ? { runId } : {}) });
  }

  /** When everything has ended that went on. */
  async end(): Promise<void> {
    await Promise.all([...this.#going.values()].map(({ ended }) => ended));
  }

  /** What was stopped in the middle. */
  async left(): Promise<StartView['left']> {
    const left = [...this.#left].map(async ([job, { date, runId = '' }]) => {
      const steps = await this.#project.state.steps(runId);
      return { job, date, runId, done: steps.filter(({ state }) => state === 'done').length, of: steps.length };
    });
    return Promise.all(left);
  }
}
