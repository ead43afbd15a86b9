import { Cron } from 'croner';

/** When something is due, by five fields of cron. */
export interface Times {
  nextRun(after: Date): Date | null;
  /** The newest first. */
  previousRuns(count: number, before: Date): Date[];
}

const known = new Map<string, Times | string>();

/** Five fields of cron by the clocks of a zone, or why they cannot be read. Each is read once: to read it takes longer than to ask it. */
export function readCron(expression: string, zone: string): Times | string {
  const called = `${expression} ${zone}`;
  const found = known.get(called) ?? read(expression, zone);
  known.set(called, found);
  return found;
}

function read(expression: string, zone: string): Times | string {
  const isUtc = zone === 'UTC';
  try {
    // What knows the zones' names and days takes longer to be loaded than a small step; UTC has none.
    if (!isUtc) Intl.DateTimeFormat('en', { timeZone: zone });
    const where = isUtc ? { utcOffset: 0 } : { timezone: zone };
    const cron = new Cron(expression, { ...where, paused: true, mode: '5-part' });
    return cron.nextRun(new Date(0)) ? cron : 'It never comes.';
  } catch (error) {
    return (error as Error).message.replace(/^Cron\w+: /, '');
  }
}
