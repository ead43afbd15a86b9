import type { Columns, Duration } from '../columns/index.ts';
import { type BoundOf, isSetting } from './bound.ts';
import { type Definition, define } from './definition.ts';
import type { AnyModel, Refinable } from './model.ts';
import type { Monitor } from './monitor.ts';
import type { Setting } from './rows.ts';
import type { SettingsTable } from './settings.ts';
import type { AnySource } from './source.ts';
import type { AnyTable } from './table.ts';

/** What becomes of due times at which the job could not begin: nobody ran the schedules, or its run before took longer. */
export type Missed = 'run each' | 'run once' | 'skip';
export type Trigger =
  | {
      readonly on: 'cron';
      readonly expression: string | Setting<string>;
      readonly zone: string;
      readonly date: 'that day' | 'the day before';
      readonly missed?: Missed;
      readonly limit?: number;
    }
  | { readonly on: 'after'; readonly of: Job }
  | { readonly on: 'alerted'; readonly of: Monitor }
  | { readonly on: 'always' };

/** Only when a person says so; cannot be combined with a schedule. The run's date is the day before, unless `--date` says another. */
export const byHand = Object.freeze({ manual: true } as const);
/**
 * At the times of five fields: minute, hour, day of the month, month, weekday. As a setting that is a text with them, people change it while the schedules
 * are kept: what was due before the change stays as it was, what comes after it is due by the new one.
 */
export const cron = (
  expression: string | Setting<string>,
  options: {
    /** An IANA name; default: UTC. */
    readonly zone?: string;
    /** The date a run is for. Default: that day. */
    readonly date?: 'that day' | 'the day before';
    /**
     * `run each`: one run for each, the oldest first; `run once`: the newest alone; `skip`: none. What is not run is named by `esteira status`
     * and `esteira runs`. Default: `run each` where a source above gives the rows of the run's date, and `skip` is refused there unless another
     * job reads the same days; else `run once`.
     */
    readonly missed?: Missed;
    /** `run each` runs at most so many, the newest; default 100. */
    readonly limit?: number;
  } = {},
): Trigger => {
  const { zone = 'UTC', date = 'that day', ...late } = options;
  return Object.freeze({ on: 'cron', expression, zone, date, ...late });
};
export const after = (of: Job): Trigger => Object.freeze({ on: 'after', of });
/** When the monitor raises an alert; the run's date is that of the run that raised it. */
export const alerted = (of: Monitor): Trigger => Object.freeze({ on: 'alerted', of });
/** Runs without end (streams); what it brings in, every other job only reads. */
export const always: Trigger = Object.freeze({ on: 'always' });

export interface Job extends Definition<'job'> {
  /** Empty: by hand only. */
  readonly triggers: readonly Trigger[];
  readonly build: readonly (AnyTable | AnySource)[];
  readonly train: readonly AnyModel[];
  readonly refine: readonly AnyModel[];
  readonly rollback: readonly Rollback[];
  readonly limits: Limits;
  readonly pauses: Pauses;
  readonly tell?: string;
}
/** A model whose champion is taken back, and what ends the freeze of automatic promotion that follows. */
export interface Rollback {
  readonly model: AnyModel;
  /** So many days on which the monitor held, each with enough samples; without it only a person does. */
  readonly frozen?: Duration;
}
/** How long a run, and each of its steps with all its attempts, may take; what takes longer is stopped, and fails. Default: as long as it takes. */
export interface Limits {
  readonly run?: Duration;
  readonly step?: Duration;
}
/** When schedules do not begin a job although it is due; it stays due meanwhile. People begin it when they say so. */
export interface Pauses {
  /**
   * An alert begins it only so long after its last run that succeeded, whatever began that; when the alert is over by then, not at all. Other schedules
   * do not wait.
   */
  readonly coolDown?: BoundOf<Duration>;
  /** Days, by the clock of the schedule, on which it does not begin: `YYYY-MM-DD`, or a table of settings whose key is one date. */
  // `any`: a table of every shape is meant.
  readonly blackout?: readonly string[] | SettingsTable<any>;
}
interface Builds {
  /** Tables; or streaming sources, to bring in what has arrived. */
  readonly build: readonly (AnyTable | AnySource)[];
}
interface Trains {
  /** Models, of each of which the run makes a version. */
  readonly train: readonly AnyModel[];
}
interface Refines {
  /** Models of trees, of each of which the run makes a version that goes on from the champion; without one that it can go on from, it trains anew. */
  readonly refine: readonly Refinable[];
}
interface RollsBack {
  /**
   * Models whose champion is taken back, at most once a day: the newest champion before it that was not itself taken back is used again. Nothing is
   * promoted automatically then, until a person says so, or after so many good days. Begins by `alerted(…)` alone.
   */
  readonly rollback: readonly (AnyModel | Rollback)[];
}
type JobSpec = {
  /** One, or a list of which each counts: two schedules are both due. */
  readonly when: typeof byHand | Trigger | readonly Trigger[];
  readonly limits?: Limits;
  readonly coolDown?: Pauses['coolDown'];
  readonly blackout?: Pauses['blackout'];
  /** A channel of the configuration, which hears how each run ended, with its figures. */
  readonly tell?: string;
} & (
  | (Builds & Partial<Trains & Refines & RollsBack>)
  | (Trains & Partial<Builds & Refines & RollsBack>)
  | (Refines & Partial<Builds & Trains & RollsBack>)
  | (RollsBack & Partial<Builds & Trains & Refines>)
);

/**
 * What runs, and when: what it names, and every table above that. Going up stops at what building does not make: a stream that an `always` job
 * brings in, a model, and tables inside one, which are made only where they are named. Its name is the DAG's on Airflow.
 */
export function job(name: string, spec: JobSpec): Job {
  const { build = [], train = [], refine = [] } = spec;
  const rollback = (spec.rollback ?? []).map(
    (one): Rollback => Object.freeze('model' in Object(one) ? { ...(one as Rollback) } : { model: one as AnyModel }),
  );
  const triggers = 'manual' in spec.when ? [] : [spec.when].flat();
  const earlier = triggers.flatMap((trigger) => {
    if (trigger.on === 'cron') return isSetting(trigger.expression) ? [trigger.expression.of] : [];
    return 'of' in trigger ? [trigger.of] : [];
  });
  const { coolDown, blackout } = spec;
  const asked = [...(isSetting(coolDown) ? [coolDown.of] : []), ...(isDays(blackout) ? [blackout] : [])];
  return define({
    kind: 'job',
    name,
    dependsOn: Object.freeze([
      ...build,
      ...train,
      ...refine,
      ...rollback.map(({ model }) => model),
      ...earlier,
      ...asked,
    ]),
    triggers: Object.freeze(triggers),
    build: Object.freeze([...build]),
    train: Object.freeze([...train]),
    refine: Object.freeze([...refine]),
    rollback: Object.freeze(rollback),
    limits: Object.freeze({ ...spec.limits }),
    pauses: Object.freeze({
      ...(coolDown === undefined ? {} : { coolDown }),
      ...(blackout === undefined
        ? {}
        : { blackout: Array.isArray(blackout) ? Object.freeze([...blackout]) : blackout }),
    }),
    ...(spec.tell === undefined ? {} : { tell: spec.tell }),
  });
}
/** A table of settings, and no list. */
const isDays = (blackout: Pauses['blackout']): blackout is SettingsTable<Columns> =>
  blackout !== undefined && 'kind' in blackout;
