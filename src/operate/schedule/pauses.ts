import { type Duration, millisecondsOf } from '../../columns/index.ts';
import { isSetting, type Job } from '../../define/index.ts';
import { type AnySettings, dayOf } from '../../graph/index.ts';
import type { TickRecord } from '../../ports/index.ts';
import { lookAt, type Project, readSettings, type SettingsNode, settingText } from '../../run/index.ts';
import type { Decision } from './decide.ts';

/** Why what is due does not begin now; `isOver`: it never does. */
export interface Pause {
  readonly why: string;
  readonly isOver?: true;
}

/** Whether a job waits although this time of it has come: today is one of its blackout days, or an alert would begin it too soon after its last run. */
export async function pauseOf(
  job: Job,
  tick: TickRecord,
  now: Temporal.Instant,
  project: Project,
): Promise<Pause | undefined> {
  const { coolDown, blackout } = job.pauses;
  const today = now.toZonedDateTimeISO(tick.zone).toPlainDate();
  if (blackout !== undefined && (await blackoutDays(blackout, project)).has(today.toString()))
    return { why: `${today} is a day on which ${job.name} does not begin` };
  const [, monitor] = /^alert (.*)$/s.exec(tick.cause) ?? [];
  if (coolDown === undefined || monitor === undefined) return undefined;
  const [last] = await project.state.runs({ job: job.name, state: 'succeeded', limit: 1 });
  const time = isSetting(coolDown) ? settingText(coolDown, await readSettings(project), project) : coolDown;
  const until = last?.createdAt.add({ milliseconds: millisecondsOf(time as Duration) });
  if (last && until && Temporal.Instant.compare(now, until) < 0)
    return { why: `cools down until ${until}: it ran last at ${last.createdAt}` };
  if (tick.why === undefined) return undefined;
  const open = await project.state.alerts.alerts({ open: true, limit: 1000 });
  return open.some((alert) => alert.monitor === monitor)
    ? undefined
    : { why: `the alert "${monitor}" was over before the cool-down`, isOver: true };
}

/** As people have them now. */
export async function blackoutDays(
  blackout: NonNullable<Job['pauses']['blackout']>,
  project: Project,
): Promise<ReadonlySet<string>> {
  if (Array.isArray(blackout)) return new Set(blackout);
  const column = dayOf(blackout as AnySettings) ?? '';
  const { rows } = await lookAt(project.graph.nodeOf(blackout as AnySettings) as SettingsNode, project);
  return new Set(rows.map((row) => String(row[column])));
}

/** A pause is asked about again after so long: people may have changed what it goes by. */
const usualAgain = { seconds: 60 };

/** Of what is due, what is not paused; why the others wait is kept with them, and shown by `esteira status`. */
export class Pauses {
  readonly #project: Project;
  readonly #say: (tick: TickRecord, text: string) => void;
  /** By job and time: it waits, and is not asked about before. */
  readonly #waits = new Map<string, Temporal.Instant>();

  constructor(project: Project, say: (tick: TickRecord, text: string) => void) {
    this.#project = project;
    this.#say = say;
  }

  async free(
    job: Job,
    ticks: readonly TickRecord[],
    now: Temporal.Instant,
  ): Promise<{ readonly ticks: readonly TickRecord[]; readonly over: Decision['skipped'] }> {
    if (Object.keys(job.pauses).length === 0) return { ticks, over: [] };
    const free: TickRecord[] = [];
    const over: { tick: TickRecord; why: string }[] = [];
    for (const tick of ticks) {
      // What was interrupted goes on.
      const pause = tick.run?.state === 'running' ? undefined : await this.#pauseOf(job, tick, now);
      if (pause === undefined) free.push(tick);
      else if (pause !== 'as before' && pause.isOver) over.push({ tick, why: pause.why });
    }
    return { ticks: free, over };
  }

  async #pauseOf(job: Job, tick: TickRecord, now: Temporal.Instant): Promise<Pause | 'as before' | undefined> {
    const key = `${job.name} ${tick.due}`;
    const again = this.#waits.get(key);
    if (again && Temporal.Instant.compare(now, again) < 0) return 'as before';
    const pause = await pauseOf(job, tick, now, this.#project);
    if (!pause || pause.isOver) this.#waits.delete(key);
    else {
      this.#waits.set(key, now.add(usualAgain));
      if (tick.why === pause.why) return pause;
      if (tick.state === 'due') await this.#project.state.ticks.hold(tick, pause.why);
      this.#say(tick, `waits: ${pause.why}`);
    }
    return pause;
  }
}
