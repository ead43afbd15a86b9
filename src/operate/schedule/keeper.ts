import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../../define/index.ts';
import { EsteiraError, render } from '../../errors.ts';
import { isEndless } from '../../graph/index.ts';
import { lateOf } from '../../plan/ticks-due.ts';
import type { TickRecord } from '../../ports/index.ts';
import { type Project, said } from '../../run/index.ts';
import { sendNow } from '../alerts/tell.ts';
import { toldMissed } from '../alerts/told-run.ts';
import { Watcher } from '../alerts/watcher.ts';
import { changesOf } from '../changes.ts';
import { Publisher } from '../publish/publisher.ts';
import { goesOnWith } from '../rerun/called.ts';
import { Shadows } from '../shadow/shadows.ts';
import { tickView } from '../views-of.ts';
import { type Decision, decide } from './decide.ts';
import { Pauses } from './pauses.ts';
import { Runner } from './runner.ts';
import { Stream } from './stream.ts';
import { Sweeper } from './sweeper.ts';
import { Timetables } from './timetables.ts';
import type { KeepingView, ScheduleEvent, StartView } from './views.ts';

/** Between two looks at the clock, in milliseconds of the machine: somebody may have put it forward. */
const usualLook = 1000;
/** Between two beats, the same; and between two looks at the files of the definitions. */
const beatEvery = 1000;
const changesEvery = 30_000;
/** Between two looks at how far databases are ahead that are followed. */
const figuresEvery = 15_000;

interface Keeping {
  emit(event: ScheduleEvent | { readonly type: 'beat'; readonly view: KeepingView }): void;
  readonly signal: AbortSignal;
  /** What is due now, and then the end. */
  readonly once: boolean;
  /** Runs begin although what is looked at before says that they would fail. */
  readonly anyway?: boolean;
}

/** Keeps the schedules of a project: writes what comes due, runs it, and says what it does and waits for. */
export class Keeper {
  readonly #project: Project;
  readonly #keeping: Keeping;
  readonly #stop = new AbortController();
  readonly #scheduled: readonly Job[];
  readonly #streams: readonly Stream[];
  readonly #runner: Runner;
  readonly #timetables: Timetables;
  readonly #sweeper: Sweeper;
  readonly #watcher: Watcher;
  readonly #publisher: Publisher;
  readonly #shadows: Shadows;
  readonly #pauses: Pauses;
  readonly #since: Temporal.Instant;
  /** By job: up to when its schedule was looked at, and what is next. */
  readonly #seen = new Map<string, Temporal.Instant>();
  readonly #next = new Map<string, Temporal.Instant | undefined>();
  /** … before the clock was put back. */
  readonly #high = new Map<string, Temporal.Instant>();
  #pending: readonly TickRecord[] = [];
  #skipped = 0;
  #lastTick: TickRecord | undefined;
  #beat = 0;
  #saidNext = '';
  #saidChanged: string | undefined;
  #lookedForChanges = performance.now();
  /** The code of what keeps it from looking. */
  #troubled = '';
  #figures: KeepingView['changes'] = [];
  #askedForFigures = performance.now() - figuresEvery + 3000;
  #isAsking = false;
  /** By job. */
  readonly #warned = new Map<string, string | undefined>();

  constructor(project: Project, keeping: Keeping) {
    this.#project = project;
    this.#keeping = keeping;
    this.#since = project.clock.now();
    const jobs = [...project.graph.jobs.values()];
    this.#scheduled = jobs.filter(({ triggers }) => triggers.some(({ on }) => on !== 'always'));
    const signal = AbortSignal.any([keeping.signal, this.#stop.signal]);
    this.#runner = new Runner(project, { signal, anyway: keeping.anyway === true, say: (event) => this.#say(event) });
    this.#sweeper = new Sweeper(project, { signal, say: (level, text) => this.#say({ level, text }) });
    this.#watcher = new Watcher(project, { signal, say: (level, text) => this.#say({ level, text }) });
    this.#publisher = Publisher.of(project);
    this.#publisher.tellTo({ say: (level, text) => this.#say({ level, text }) });
    this.#pauses = new Pauses(project, ({ job, date }, text) =>
      this.#say({ level: 'info', text, job, date: date.toString() }),
    );
    this.#shadows = new Shadows(project, { say: (level, text) => this.#say({ level, text }) });
    this.#timetables = new Timetables(project, { say: (told) => this.#say(told) });
    this.#streams = jobs.filter(isEndless).map((job) => new Stream(job, project, this.#runner));
  }

  /** Until it is told to stop, or with `once` until nothing is due. Throws what makes it impossible to go on. */
  async keep(): Promise<StartView> {
    const { signal, once } = this.#keeping;
    for (const [job, upTo] of await this.#project.state.ticks.seen()) this.#seen.set(job, upTo);
    if (!once) this.#introduce();
    try {
      await this.#goOn();
      while (!signal.aborted) {
        const begun = await this.#lookAgain();
        this.#askForFigures();
        this.#tellBeat();
        this.#tellChanged();
        if (once && !begun && this.#runner.going.length === 0) break;
        await this.#pause();
      }
      if (once)
        await Promise.all([this.#sweeper.end(), this.#watcher.idle(), this.#publisher.last(), this.#shadows.end()]);
    } finally {
      this.#stop.abort();
      await Promise.all([this.#runner.end(), this.#sweeper.end()]);
      await Promise.all([this.#watcher.end(), this.#publisher.end(), this.#shadows.end()]);
    }
    if (signal.reason instanceof EsteiraError && signal.reason.code === 'OWNED_ELSEWHERE') throw signal.reason;
    this.#pending = await this.#project.state.ticks.pending();
    return {
      ...{ runs: this.#runner.counts, skipped: this.#skipped, left: await this.#runner.left() },
      waiting: this.#pending.filter(({ state }) => state === 'due').map(tickView),
      failed: this.#pending.filter(({ run }) => run?.state === 'failed').map(tickView),
    };
  }

  /** What a former owner left in the middle goes on, whoever asked for it; what people run by hand is theirs to go on with. */
  async #goOn(): Promise<void> {
    for (const run of await this.#project.state.runs({ state: 'running', limit: 1000 })) {
      const job = this.#project.graph.jobs.get(run.job);
      const { logicalTime, date, zone, reason, runId } = run;
      if (job && job.triggers.length > 0 && ['schedule', 'always', 'manual'].includes(reason))
        this.#runner.start(job, { logicalTime, date, zone }, isEndless(job) ? 'always' : 'schedule');
      else {
        const text = `was interrupted, and is left to people: ${goesOnWith(run, this.#project)}`;
        this.#say({ level: 'warn', text, job: run.job, date: date.toString(), runId });
      }
    }
  }

  /** What a store refuses for a moment only is asked for again. */
  async #lookAgain(): Promise<boolean> {
    this.#runner.refuseFailed();
    try {
      const begun = await this.#look();
      this.#troubled = '';
      return begun;
    } catch (thrown) {
      const error = said(thrown, this.#project);
      const passes = error instanceof EsteiraError && error.nature === 'transient';
      if (!passes || error.code === 'OWNED_ELSEWHERE' || this.#keeping.once) throw thrown;
      if (this.#troubled !== error.code) this.#say({ level: 'error', text: render(error) });
      this.#troubled = error.code;
      return false;
    }
  }

  /** True when something was begun. */
  async #look(): Promise<boolean> {
    const now = this.#project.clock.now();
    const isDue = [...this.#next.values()].some((next) => next && Temporal.Instant.compare(next, now) <= 0);
    for (const name of await this.#timetables.look(isDue)) this.#next.delete(name);
    for (const job of this.#scheduled) await this.#note(job, now);
    this.#pending = await this.#project.state.ticks.pending();
    let begun = false;
    for (const [name, ticks] of Map.groupBy(this.#pending, ({ job }) => job)) {
      const job = this.#scheduled.find((one) => one.name === name);
      const decision = job ? await this.#decide(job, ticks, now) : noMore(ticks);
      await this.#skip(decision.skipped, job);
      if (!job || !decision.next || !this.#runner.begin(job, decision.next)) continue;
      begun = true;
      this.#lastTick = decision.next;
    }
    await this.#sweeper.look(now);
    await this.#watcher.look(now);
    this.#publisher.look(now);
    this.#shadows.look(now);
    for (const stream of this.#streams) begun = (await stream.look(now)) || begun;
    if (!begun && !this.#keeping.once && this.#runner.going.length === 0) this.#tellNext();
    return begun;
  }

  /** Writes what has come due since the last look; a job that is new is due from now on. */
  async #note(job: Job, now: Temporal.Instant): Promise<void> {
    const { name } = job;
    const seen = this.#seenOf(job, now);
    const timetable = await this.#timetables.of(job);
    if (!this.#next.has(name)) this.#next.set(name, timetable.next(seen ?? now));
    const next = this.#next.get(name);
    if (seen && (!next || Temporal.Instant.compare(next, now) > 0)) return;
    const found = seen ? timetable.between(seen, now) : [];
    const ticks = found.map(({ logicalTime: due, until, ...tick }) => ({
      ...{ ...tick, job: name, due },
      ...(until && { why: `too many were missed: this one stands for all before ${until}` }),
    }));
    const missed = ticks.flatMap(({ why, due, date }) => (why === undefined ? [] : [{ tick: { due, date }, why }]));
    const telling = toldMissed(job, missed, this.#project);
    const noted = { ticks, upTo: now, now, ...(telling ? { telling } : {}) };
    await this.#project.state.ticks.note(this.#project.holder, name, noted);
    this.#seen.set(name, now);
    this.#next.set(name, timetable.next(now));
  }

  /** A clock that is put back by more than a day was wrong before, or is so now: as soon as it is where it was, that is where it goes on. */
  #seenOf(job: Job, now: Temporal.Instant): Temporal.Instant | undefined {
    const { name } = job;
    const seen = this.#seen.get(name);
    const high = this.#high.get(name);
    if (high && Temporal.Instant.compare(high, now) <= 0) {
      this.#high.delete(name);
      this.#seen.set(name, high);
      this.#next.delete(name);
    } else if (seen && Temporal.Instant.compare(now.add({ hours: 24 }), seen) < 0) {
      const text = `the clock says ${now}, and its times were looked at up to ${seen}: it goes on from now`;
      this.#say({ level: 'warn', text, job: name });
      if (!high) this.#high.set(name, seen);
      this.#seen.set(name, now);
      this.#next.delete(name);
    }
    return this.#seen.get(name);
  }

  async #decide(job: Job, ticks: readonly TickRecord[], now: Temporal.Instant): Promise<Decision> {
    if (!(await this.#runner.isFree(job, now))) return { skipped: [] };
    const free = await this.#pauses.free(job, ticks, now);
    const decision = decide(free.ticks, (cause) => lateOf(job, cause, this.#project.graph), this.#runner.again(job));
    return { ...decision, skipped: [...free.over, ...decision.skipped] };
  }

  /** All of them are told with the first: who dies in between tells of the others once more. */
  async #skip(skipped: Decision['skipped'], job: Job | undefined): Promise<void> {
    let telling = job && toldMissed(job, skipped, this.#project);
    for (const { tick, why } of skipped) {
      await this.#project.state.ticks.skip(tick, why, telling);
      if (telling) sendNow(this.#project);
      telling = undefined;
      this.#skipped += 1;
      const text = `not run (due ${tick.due}): ${why}`;
      this.#say({ level: 'warn', text, job: tick.job, date: tick.date.toString() });
    }
  }

  /** Goes by the project's clock, looked at again and again; what ends meanwhile wakes it. */
  async #pause(): Promise<void> {
    const { clock } = this.#project;
    const milliseconds = clock.look ?? usualLook;
    const woken = new AbortController();
    const wake = AbortSignal.any([this.#keeping.signal, woken.signal]);
    this.#runner.onEnd = () => {
      this.#publisher.changed();
      woken.abort();
    };
    await sleep(milliseconds, undefined, { signal: wake }).catch(() => {});
  }

  #say(event: Omit<ScheduleEvent, 'type' | 'at'>): void {
    this.#keeping.emit({ type: 'schedule', at: this.#project.clock.now().toString(), ...event });
  }

  #introduce(): void {
    const { graph, environment } = this.#project;
    const byHand = [...graph.jobs.values()].filter(({ triggers }) => triggers.length === 0);
    const count = this.#scheduled.length + this.#streams.length;
    const others = byHand.length > 0 ? `; by hand only: ${byHand.map(({ name }) => name).join(', ')}` : '';
    this.#say({ level: 'info', text: `${environment}: keeps ${count === 1 ? 'one job' : `${count} jobs`}${others}` });
  }

  /** A module is loaded once in a process: what was changed since is not what is run. */
  #tellChanged(): void {
    if (performance.now() - this.#lookedForChanges < changesEvery) return;
    this.#lookedForChanges = performance.now();
    const changed = this.#project.changed?.();
    if (changed === this.#saidChanged) return;
    this.#saidChanged = changed;
    const text = `${changed} was changed after it was loaded: jobs run as they were until this process is started again`;
    if (changed !== undefined) this.#say({ level: 'warn', text });
  }

  /** Beside everything else: a database may take its time. */
  #askForFigures(): void {
    if (this.#isAsking || performance.now() - this.#askedForFigures < figuresEvery) return;
    this.#askedForFigures = performance.now();
    this.#isAsking = true;
    void changesOf(this.#project)
      .then((figures) => {
        this.#figures = figures;
        for (const { job, warning } of figures) {
          if (warning !== undefined && this.#warned.get(job) === undefined)
            this.#say({ level: 'warn', text: warning, job });
          this.#warned.set(job, warning);
        }
      })
      // What keeps them from being asked is told by who follows them.
      .catch(() => undefined)
      .finally(() => {
        this.#isAsking = false;
      });
  }

  #upcoming(): { readonly job: string; readonly due: Temporal.Instant } | undefined {
    const all = [...this.#next].flatMap(([job, due]) => (due ? [{ job, due }] : []));
    return all.toSorted((a, b) => Temporal.Instant.compare(a.due, b.due))[0];
  }

  #tellNext(): void {
    const next = this.#upcoming();
    const text = next ? `waits for ${next.job}, due ${next.due}` : 'waits: no job has a next time';
    if (text === this.#saidNext) return;
    this.#saidNext = text;
    this.#say({ level: 'info', text });
  }

  #tellBeat(): void {
    if (performance.now() - this.#beat < beatEvery) return;
    this.#beat = performance.now();
    const now = this.#project.clock.now();
    const waiting = this.#pending.filter(({ state }) => state === 'due');
    const [oldest] = waiting;
    const next = this.#upcoming();
    this.#keeping.emit({
      type: 'beat',
      view: {
        ...{ at: now.toString(), since: this.#since.toString(), running: this.#runner.going, waiting: waiting.length },
        lag: oldest ? Math.max(0, oldest.due.until(now).total('seconds')) : 0,
        ...(this.#lastTick && { lastTick: tickView(this.#lastTick) }),
        ...(next && { next: { job: next.job, due: next.due.toString() } }),
        ...{ runs: this.#runner.counts, skipped: this.#skipped, changes: this.#figures },
      },
    });
  }
}

const noMore = (ticks: readonly TickRecord[]): Decision => ({
  skipped: ticks.map((tick) => ({ tick, why: 'the project has no schedule for this job any more' })),
});
