import type { State } from '../crash/state.ts';
import type { Looking } from '../run/support/compare.ts';
import { delivered, type Landing } from './landing.ts';

/** When a job is due, worked out by the calendar alone. */
interface Times {
  readonly job: string;
  readonly zone: string;
  readonly clock: readonly string[];
  /** None of its times may be passed over. */
  readonly each?: boolean;
}
const hours = (step: number, minute: string): string[] =>
  Array.from({ length: 24 / step }, (_, index) => `${String(index * step).padStart(2, '0')}:${minute}`);
const schedules: readonly Times[] = [
  { job: 'orders_daily', zone: 'America/Sao_Paulo', clock: ['00:00'], each: true },
  { job: 'visits_daily', zone: 'Europe/Lisbon', clock: ['01:30'], each: true },
  { job: 'payments_daily', zone: 'America/New_York', clock: ['01:30'], each: true },
  { job: 'marking', zone: 'Europe/Lisbon', clock: hours(12, '10') },
  { job: 'slowly', zone: 'UTC', clock: hours(2, '00') },
  { job: 'people_daily', zone: 'UTC', clock: ['04:00'] },
];

function dueOf({ zone, clock }: Times, from: Temporal.Instant, to: Temporal.Instant): readonly string[] {
  const found: string[] = [];
  const last = to.toZonedDateTimeISO(zone).toPlainDate();
  for (let day = from.toZonedDateTimeISO(zone).toPlainDate(); ; day = day.add({ days: 1 })) {
    if (Temporal.PlainDate.compare(day, last) > 0) return found;
    for (const time of clock) {
      // A time that comes twice counts the first time, one that does not come when the clock has gone over it.
      const due = day.toPlainDateTime(time).toZonedDateTime(zone, { disambiguation: 'compatible' }).toInstant();
      if (Temporal.Instant.compare(due, from) > 0 && Temporal.Instant.compare(due, to) <= 0) found.push(due.toString());
    }
  }
}

export interface Found {
  readonly due: number;
  readonly done: number;
  readonly named: number;
  readonly rows: number;
  readonly differences: readonly string[];
}

const without = (some: readonly string[], others: readonly string[]): string[] => {
  const known = new Set(others);
  return some.filter((one) => !known.has(one));
};
function compared(what: string, is: readonly string[], should: readonly string[]): string[] {
  const twice = is.filter((one, index) => is.indexOf(one) !== index);
  return [
    ...without(should, is).map((one) => `${what}: ${one} is missing`),
    ...without(is, should).map((one) => `${what}: ${one} is too many`),
    ...twice.map((one) => `${what}: ${one} is there twice`),
  ];
}

/** Every time of every job is done once or its absence is named, and every row that was landed is there once. */
export async function judge(
  { state, looking, name }: { readonly state: State; readonly looking: Looking; readonly name: string },
  { landing, from, to }: { readonly landing: Landing; readonly from: Temporal.Instant; readonly to: Temporal.Instant },
): Promise<Found> {
  const ticks = state.rows(
    `select tick.*, run.state as run_state, run.logical_time from tick left join run using (run_id)`,
  );
  const differences: string[] = [];
  let due = 0;
  for (const schedule of schedules) {
    const own = ticks.filter(({ job }) => job === schedule.job);
    const wanted = dueOf(schedule, from, to);
    due += wanted.length;
    differences.push(
      ...compared(
        schedule.job,
        own.map((tick) => String(tick['due'])),
        wanted,
      ),
    );
    for (const tick of own) {
      const isDone =
        tick['state'] === 'done' && tick['run_state'] === 'succeeded' && tick['logical_time'] === tick['due'];
      const isNamed = tick['state'] === 'skipped' && tick['why'] !== null && !schedule.each;
      if (!isDone && !isNamed) differences.push(`left open: ${JSON.stringify(tick)}`);
    }
  }
  const column = async (sql: string): Promise<string[]> =>
    (await looking.rows<{ value: string }>(sql)).map(({ value }) => value);
  let rows = 0;
  for (const table of delivered) {
    const is = await column(`select id || ' ' || day as value from ${name}.silver.${table}`);
    rows += is.length;
    differences.push(...compared(`silver.${table}`, is, landing.rows[table]));
  }
  const people = await column(`select id || ' ' || version as value from ${name}.silver.people`);
  const versions = [...landing.people].map(([id, version]) => `${id} ${version}`);
  differences.push(...compared('silver.people', people, versions));
  const doneOf = (job: string) => ticks.filter((tick) => tick['job'] === job && tick['state'] === 'done');
  const marks = await column(`select strftime(due_at, '%Y-%m-%dT%H:%M:%SZ') as value from ${name}.silver.marks`);
  differences.push(
    ...compared(
      'silver.marks',
      marks,
      doneOf('marking').map((tick) => String(tick['due'])),
    ),
  );
  const closed = await column(`select day::text as value from ${name}.gold.closed`);
  const paid = doneOf('payments_daily').map((tick) => String(tick['date']));
  differences.push(...compared('gold.closed', closed, paid));
  for (const run of state.rows(`select * from run where job = 'by_people'`))
    differences.push(`a job by hand was run: ${JSON.stringify(run)}`);
  const named = ticks.filter((tick) => tick['state'] === 'skipped').length;
  return { due, done: ticks.length - named, named, rows, differences };
}
