/** The time of which a source gives the rows: a day in UTC, or an hour; from its beginning on, before its end. */
export interface Span {
  /** `2026-03-04`, or `2026-03-04T05`. */
  readonly called: string;
  readonly from: Temporal.Instant;
  readonly until: Temporal.Instant;
}

export function dayOf(date: Temporal.PlainDate): Span {
  const from = date.toZonedDateTime('UTC');
  return { called: date.toString(), from: from.toInstant(), until: from.add({ days: 1 }).toInstant() };
}

/** The whole hour that had ended then. */
export function hourBefore(at: Temporal.Instant): Span {
  const until = at.round({ smallestUnit: 'hour', roundingMode: 'floor' });
  const from = until.subtract({ hours: 1 });
  return { called: from.toString().slice(0, 'YYYY-MM-DDTHH'.length), from, until };
}

export const spanCalled = (called: string): Span =>
  called.includes('T')
    ? hourBefore(Temporal.Instant.from(`${called}:00Z`).add({ hours: 1 }))
    : dayOf(Temporal.PlainDate.from(called));

/** The day in UTC on which it begins. */
export const dateIn = ({ from }: Span): Temporal.PlainDate => from.toZonedDateTimeISO('UTC').toPlainDate();
