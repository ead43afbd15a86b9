import type { Columns } from '../columns/index.ts';
import type { Job, Setting } from '../define/index.ts';
import { type AnySettings, type Graph, misshapen } from './catalog.ts';
import { readCron } from './cron.ts';

/** Throws DEFINITION_INVALID for a setting that can be no schedule: it is no text, may be nothing, or starts with what cannot be read. */
export function refuseScheduleSetting(job: Job, { of, setting }: Setting<string>, zone: string): void {
  const { columns, rows } = of as AnySettings;
  const facts = (columns as Columns)[setting]?.facts;
  const name = `${of.name}.${setting}`;
  const allowed = "a setting such as col.text().default('0 6 * * *')";
  if (facts?.kind !== 'text' || facts.nullable)
    throw misshapen(
      job,
      `The job ${job.name} has a setting as its schedule that is no text.`,
      `${name} is ${facts?.nullable ? 'optional' : facts?.kind}`,
      allowed,
    );
  const standard = String(rows[0]?.[setting]);
  const cron = readCron(standard, zone);
  if (typeof cron === 'string')
    throw misshapen(
      job,
      `The job ${job.name} has a setting as its schedule that starts with what cannot be read.`,
      `${name}: ${standard} in ${zone}\n${cron}`,
      `${allowed}, in an IANA time zone`,
    );
}

/** Why a text cannot be when the jobs are due that have this setting as their schedule; nothing where it can, or where there is no such job. */
export function unreadableSchedule(
  graph: Graph,
  { of, setting }: Setting<string>,
  text: string,
): { readonly job: string; readonly zone: string; readonly why: string } | undefined {
  for (const { job, zone } of scheduledBy(graph, { of, setting })) {
    const cron = readCron(text, zone);
    if (typeof cron === 'string') return { job, zone, why: cron };
  }
  return undefined;
}

/** Jobs that have a setting as their schedule, each with the zone whose clocks are meant. */
export const scheduledBy = (
  { jobs }: Graph,
  { of, setting }: Setting<string>,
): readonly { readonly job: string; readonly zone: string }[] =>
  [...jobs.values()].flatMap(({ name, triggers }) =>
    triggers.flatMap((trigger) => {
      if (trigger.on !== 'cron' || typeof trigger.expression === 'string') return [];
      const { expression, zone } = trigger;
      return expression.of === of && expression.setting === setting ? [{ job: name, zone }] : [];
    }),
  );
