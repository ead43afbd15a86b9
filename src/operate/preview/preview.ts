import { type Duration, millisecondsOf } from '../../columns/index.ts';
import { type AnyModel, isSetting, type Job, type Monitor } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { type Node, whereOf } from '../../graph/index.ts';
import type { Timetable } from '../../plan/timetable.ts';
import { missedText } from '../../registry/verdict.ts';
import {
  isUntaught,
  type Project,
  type RunValues,
  readSettings,
  settingText,
  type Trial,
  timetableOf,
  tryTraining,
  whyUntried,
} from '../../run/index.ts';
import { labelOf } from '../alerts/subject.ts';
import { blackoutDays } from '../schedule/pauses.ts';
import type { Context, Input } from '../views.ts';
import { type Due, type Fire, type Found, firesOf } from './fires.ts';
import { type Replayed, replayed, whyNotReplayed } from './replay.ts';
import type { RetrainView, TrialView } from './views.ts';

/** Days that are looked at where nobody says how many. */
const usualDays = 365;

/**
 * On which of the last days a job would have begun, and whether the model that it would have trained then would have passed its gate beside the one before.
 * Nothing is written or registered. Throws NAME_UNKNOWN, and COMMAND_UNKNOWN for a job that trains nothing.
 */
export async function retrain(
  project: Project,
  { job: name, days = usualDays }: Input<'retrain'>,
  { signal, emit }: Context,
): Promise<RetrainView> {
  const job = jobNamed(name, project);
  const progress = (text: string): void => emit({ type: 'progress', step: job.name, text });
  const timetable = await timetableOf(job, project);
  const to = project.clock.now().toZonedDateTimeISO('UTC').toPlainDate().subtract({ days: 1 });
  const from = to.subtract({ days: days - 1 });
  const settings = await readSettings(project);
  const values = (date: Temporal.PlainDate): RunValues => ({
    ...{ runId: '', date, settings },
    logicalTime: date.add({ days: 1 }).toZonedDateTime('UTC').toInstant(),
  });
  const dates = Array.from({ length: days }, (_, index) => from.add({ days: index }));
  const alerted = job.triggers.flatMap((trigger) => (trigger.on === 'alerted' ? [trigger.of] : []));
  const monitors = new Map<string, Replayed>();
  for (const monitor of alerted.filter((one) => whyNotReplayed(one) === undefined))
    monitors.set(monitor.name, await replayed(monitor, { project, values, dates }, { signal, progress }));
  const { coolDown, blackout } = job.pauses;
  const time = isSetting(coolDown) ? settingText(coolDown, settings, project) : coolDown;
  const { fires, unfired } = firesOf({
    ...{ from, to, ticks: ticksOf(timetable, { from, to }) },
    monitors: new Map(monitors.entries().map(([name, { found }]) => [name, found])),
    ...(time === undefined ? {} : { coolDown: Math.ceil(millisecondsOf(time as Duration) / 86_400_000) }),
    blackout: blackout === undefined ? new Set() : await blackoutDays(blackout, project),
  });
  const trials: TrialView[] = [];
  for (const model of [...job.train, ...job.refine])
    trials.push(...(await trialsOf(model, fires, { project, values, from, signal, progress })));
  return {
    ...{ job: job.name, when: timetable.when, from: from.toString(), to: to.toString(), fires, unfired, trials },
    monitors: alerted.map((monitor) => monitorView(monitor, monitors.get(monitor.name))),
  };
}

function jobNamed(name: string, { graph }: Project): Job {
  const job = graph.jobs.get(name);
  const trains = [...graph.jobs.values()].filter(({ train, refine }) => train.length + refine.length > 0);
  const allowed = trains.map((one) => one.name).join(', ') || 'none: no job trains a model';
  if (!job)
    throw new EsteiraError('NAME_UNKNOWN', { what: `There is no job "${name}".`, allowed, next: 'esteira status' });
  if (trains.includes(job)) return job;
  throw new EsteiraError('COMMAND_UNKNOWN', {
    what: `The job ${job.name} trains no model.`,
    where: whereOf(job),
    allowed,
    next: 'Name a job with `train` or `refine`.',
  });
}

function ticksOf(
  timetable: Timetable,
  { from, to }: { readonly from: Temporal.PlainDate; readonly to: Temporal.PlainDate },
): readonly Due[] {
  const start = (day: Temporal.PlainDate): Temporal.Instant => day.toZonedDateTime('UTC').toInstant();
  const found = timetable.between(start(from.add({ days: 1 })), start(to.add({ days: 2 })));
  return found.map(({ logicalTime, date, zone, cause }) => ({
    on: logicalTime.toZonedDateTimeISO(zone).toPlainDate().toString(),
    ...{ date: date.toString(), cause },
  }));
}

function monitorView(
  { name, ...monitor }: Monitor,
  { found, unknown }: Partial<Replayed> = {},
): RetrainView['monitors'][number] {
  const why = whyNotReplayed({ name, ...monitor });
  const days = (verdict: Found): number => [...(found?.values() ?? [])].filter((one) => one === verdict).length;
  if (why !== undefined) return { monitor: name, why };
  return {
    ...{ monitor: name, held: days('held'), broken: days('broken'), unknown: days('unknown') },
    ...(unknown === undefined ? {} : { why: unknown }),
  };
}

/** Each beside the last that had passed; the first beside one of the day before all of them. */
async function trialsOf(
  model: AnyModel,
  fires: readonly Fire[],
  of: {
    readonly project: Project;
    readonly values: (date: Temporal.PlainDate) => RunValues;
    readonly from: Temporal.PlainDate;
    readonly signal: AbortSignal;
    progress(text: string): void;
  },
): Promise<readonly TrialView[]> {
  const { project, values, from, signal, progress } = of;
  const node = project.graph.nodeOf(model) as Node<AnyModel>;
  const label = labelOf(model, project.graph);
  const untried = whyUntried(model);
  if (untried !== undefined) return fires.map(({ on, date }) => ({ model: label, on, date, why: untried }));
  const attempt = async (date: Temporal.PlainDate, former: Trial | undefined): Promise<Trial | string> => {
    try {
      return await tryTraining(node, { project, values: values(date), signal, former });
    } catch (error) {
      if (isUntaught(error)) return error.details.got ?? error.message;
      throw error;
    }
  };
  const first = fires.length > 0 ? await attempt(from.subtract({ days: 1 }), undefined) : '';
  let champion = typeof first === 'string' ? undefined : first;
  const views: TrialView[] = [];
  for (const [at, { on, date }] of fires.entries()) {
    progress(`${label}, trained as of ${date} (${at + 1} of ${fires.length})`);
    const trial = await attempt(Temporal.PlainDate.from(date), champion);
    if (typeof trial === 'string') {
      views.push({ model: label, on, date, why: trial });
      continue;
    }
    const { passed, limits } = trial.gate;
    views.push({
      ...{ model: label, on, date, rows: trial.rows, passed, limits },
      ...(champion ? { beside: champion.date } : {}),
      ...(passed ? {} : { why: missedText(trial.gate) }),
    });
    if (passed) champion = trial;
  }
  return views;
}
