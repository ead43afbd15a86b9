import type { Account, Held, NewOwner, NewRun, Opened, PublicationDetails, StateStore } from '../index.ts';

export const account: Account = Object.freeze({
  in: 7,
  valid: 4,
  invalid: 2,
  duplicates: 1,
  held: 0,
  inserted: 3,
  updated: 1,
  deleted: 0,
  unchanged: 0,
  stale: 0,
});
export const details: PublicationDetails = Object.freeze({
  flags: { amount_positive: 2 },
  badFiles: [{ path: 'landing/ç 1.csv', why: 'no header' }],
  warnings: ['few rows'],
  files: 3,
});
/** More than a number holds exactly. */
export const far = 2n ** 60n + 1n;

/** `day(1)` at an hour of the test's clock, to the nanosecond. */
export const at = (hour: number): Temporal.Instant =>
  Temporal.Instant.from(`2026-03-10T${String(hour).padStart(2, '0')}:00:00.123456789Z`);

/** A run of the job `daily` on the first of March, by the owner `first`, unless it says otherwise. */
export function newRun(runId: string, other: Partial<NewRun> & { readonly day?: number } = {}): NewRun {
  const { day = 1, ...rest } = other;
  const date = Temporal.PlainDate.from({ year: 2026, month: 3, day });
  return {
    runId,
    job: 'daily',
    date,
    logicalTime: date.toZonedDateTime('America/Sao_Paulo').toInstant(),
    zone: 'America/Sao_Paulo',
    reason: 'manual',
    plan: { steps: ['silver.orders', 'gold.orders'], from: far },
    params: { city: 'São Paulo' },
    settings: { limit: 3 },
    steps: [
      { step: 'c.silver.orders', definition: 'a1' },
      { step: 'c.gold.orders', definition: 'b1' },
    ],
    targets: ['c.silver.orders', 'c.gold.orders'],
    again: false,
    holder: 'first',
    now: at(1),
    ...rest,
  };
}

/** The process that leases of that name are of. */
export const newOwner = (holder: string): NewOwner => ({
  holder,
  host: `host of ${holder}`,
  pid: 4711,
  command: 'esteira run daily',
  since: at(1),
});

/** The run that was opened; throws for a date that is done, so that a test need not ask. */
export function begun(opened: Opened): Exclude<Opened, { opened: 'done' }> {
  if (opened.opened === 'done') throw new Error(`the date is done, by run ${opened.run.runId}`);
  return opened;
}

/** Every step that is left, and the end. */
export async function carryOut(state: StateStore, held: Held): Promise<void> {
  for (const { step, state: was } of await state.steps(held.runId)) {
    if (was === 'done' || was === 'skipped') continue;
    await state.intent(held, step, { bounds: [], files: {} }, at(2));
    await state.done(held, step, { account, details }, at(2));
  }
  await state.finish(held, 'succeeded', undefined, at(3));
}
