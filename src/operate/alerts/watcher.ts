import type { Monitor } from '../../define/index.ts';
import { EsteiraError, render } from '../../errors.ts';
import { readCron } from '../../graph/index.ts';
import { type Project, said } from '../../run/index.ts';
import { thawWhatIsGood } from '../models/thaw.ts';
import { Courier } from './courier.ts';
import { judgeNow } from './judge.ts';
import { changeLine } from './text.ts';

interface Watching {
  say(level: 'info' | 'warn' | 'error', text: string): void;
  readonly signal: AbortSignal;
}
interface Timed {
  readonly monitor: Monitor;
  due: Temporal.Instant;
}

/** Beside the schedules: judges monitors that have times of their own, and has what is to be told delivered. */
export class Watcher {
  readonly #project: Project;
  readonly #watching: Watching;
  readonly #courier: Courier;
  #timed: readonly Timed[] | undefined;
  #going: Promise<void> | undefined;

  constructor(project: Project, watching: Watching) {
    this.#project = project;
    this.#watching = watching;
    this.#courier = Courier.of(project);
    this.#courier.tellTo(watching);
  }

  async look(now: Temporal.Instant): Promise<void> {
    this.#timed ??= await this.#times(now);
    const due = this.#timed.filter((one) => Temporal.Instant.compare(one.due, now) <= 0);
    if (due.length > 0 && !this.#going) {
      for (const one of due) one.due = nextOf(one.monitor, now);
      this.#going = this.#judge(due.map(({ monitor }) => monitor)).finally(() => {
        this.#going = undefined;
      });
    }
    this.#courier.look(now);
  }

  /** One that was never judged is due at once; times that were missed are not made up for: what counts is how things stand. */
  async #times(now: Temporal.Instant): Promise<readonly Timed[]> {
    const { graph, state, holder } = this.#project;
    await state.alerts.retire(holder, [...graph.monitors.keys()], now);
    const newest = await state.alerts.newest();
    return [...graph.monitors.values()]
      .filter(({ every }) => every !== undefined)
      .map((monitor) => {
        const last = newest.get(monitor.name);
        return { monitor, due: last ? nextOf(monitor, Temporal.Instant.from(last.at)) : now };
      });
  }

  async #judge(monitors: readonly Monitor[]): Promise<void> {
    const date = this.#project.clock.now().toZonedDateTimeISO('UTC').toPlainDate();
    try {
      const changes = await judgeNow(monitors, { date, zone: 'UTC' }, this.#project);
      for (const change of changes) this.#watching.say(change.kind === 'over' ? 'info' : 'warn', changeLine(change));
      if (changes.length > 0) this.#courier.wake();
      for (const text of await thawWhatIsGood(this.#project)) this.#watching.say('info', text);
    } catch (thrown) {
      if (this.#watching.signal.aborted) return;
      const error = said(thrown, this.#project);
      this.#watching.say('warn', `monitors: ${error instanceof EsteiraError ? render(error) : String(error)}`);
    }
  }

  /** Until what is due is judged, and what can be delivered is. */
  async idle(): Promise<void> {
    await this.#going;
    await this.#courier.settled(lastMoment);
  }

  async end(): Promise<void> {
    await this.#going;
    await this.#courier.settled(lastMoment);
    this.#courier.tellTo(undefined);
  }
}
/** In milliseconds: what is not delivered then is so by the next owner. */
const lastMoment = 5_000;

function nextOf({ every = '' }: Monitor, after: Temporal.Instant): Temporal.Instant {
  const cron = readCron(every, 'UTC');
  const next = typeof cron === 'string' ? undefined : cron.nextRun(new Date(after.epochMilliseconds));
  // Every expression that has been loaded comes again.
  return Temporal.Instant.fromEpochMilliseconds(next ? next.getTime() : Number.MAX_SAFE_INTEGER / 2);
}
