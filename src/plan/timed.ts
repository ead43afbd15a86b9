import { isSetting, type Job, type Setting } from '../define/index.ts';
import { cronExpression, type TimedJob } from './ticks.ts';

/** Settings that say when a job is due, or one that it comes after. */
export function scheduleSettings({ triggers }: Job): readonly Setting<string>[] {
  return triggers.flatMap((trigger) => {
    if (trigger.on === 'after') return scheduleSettings(trigger.of);
    return trigger.on === 'cron' && typeof trigger.expression !== 'string' ? [trigger.expression] : [];
  });
}

/** The job with the texts of its settings. Throws DEFINITION_INVALID for a schedule beside them that cannot be read. */
export function timed(job: Job, textOf: (setting: Setting<string>) => string): TimedJob {
  if (scheduleSettings(job).length === 0) return job as TimedJob;
  const triggers = job.triggers.map((trigger): TimedJob['triggers'][number] => {
    if (trigger.on === 'after') return { ...trigger, of: timed(trigger.of, textOf) };
    if (trigger.on !== 'cron') return trigger;
    const { expression, ...rest } = trigger;
    if (isSetting(expression)) return { ...rest, expression: textOf(expression), setting: expression };
    cronExpression({ ...rest, expression }, job);
    return { ...rest, expression };
  });
  return Object.freeze({ ...job, triggers });
}

/** The text that a setting starts with. */
export const standardText = ({ of, setting }: Setting<string>): string =>
  String((of as unknown as { readonly rows: readonly Readonly<Record<string, unknown>>[] }).rows[0]?.[setting]);
