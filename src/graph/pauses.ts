import { keyOf, parseDuration } from '../columns/index.ts';
import { isSetting, type Job } from '../define/index.ts';
import type { EsteiraError } from '../errors.ts';
import { type AnySettings, misshapen } from './catalog.ts';

/** Throws DEFINITION_INVALID for a job that waits for what is no time, or on days that are none. */
export function refusePauses(job: Job): void {
  const { coolDown, blackout } = job.pauses;
  const refuse = (what: string, got: unknown, allowed: string): EsteiraError =>
    misshapen(job, `The job ${job.name} ${what}.`, String(got), allowed);
  if (coolDown !== undefined) {
    const kind = isSetting(coolDown) ? (coolDown.of as AnySettings).columns[coolDown.setting]?.facts.kind : undefined;
    if (isSetting(coolDown) ? kind !== 'duration' : !parseDuration(String(coolDown)))
      throw refuse(
        'has a cool-down that is no time',
        isSetting(coolDown) ? `${coolDown.setting} is ${kind}` : `coolDown: ${coolDown}`,
        "a duration such as '14 days', or a setting that is one",
      );
    if (job.triggers.every(({ on }) => on !== 'alerted'))
      throw refuse('cools down after alerts, and none begins it', `coolDown: ${String(coolDown)}`, 'when: alerted(…)');
  }
  if (blackout === undefined) return;
  if (job.triggers.length === 0 || job.triggers.some(({ on }) => on === 'always'))
    throw refuse('has days without it, and no schedule begins it', 'blackout', 'cron(…), after(…) or alerted(…)');
  if (Array.isArray(blackout)) {
    const strange = blackout.find((day) => !isDay(day));
    if (strange !== undefined) throw refuse('has a day that is none', `blackout: ${strange}`, "'YYYY-MM-DD'");
    return;
  }
  if (dayOf(blackout as AnySettings) === undefined)
    throw refuse(
      'takes days from what has none',
      String(Object(blackout).name ?? blackout),
      'a list of days, or a settingsTable(…) whose key is one date',
    );
}

/** The column of a table of settings that is its key, where that is one date. */
export function dayOf({ kind, columns }: AnySettings): string | undefined {
  if (kind !== 'settings') return undefined;
  const [name, ...others] = keyOf(columns);
  return name !== undefined && others.length === 0 && columns[name]?.facts.kind === 'date' ? name : undefined;
}

function isDay(text: unknown): boolean {
  try {
    return typeof text === 'string' && Temporal.PlainDate.from(text).toString() === text;
  } catch {
    return false;
  }
}
