/** A value that is there, but not of its column's kind. */
export const wrong = Symbol('not of its kind');
export type Value = string | number | boolean;
export type Kind = 'integer' | 'decimal' | 'text' | 'boolean' | 'date' | 'timestamp';

const dayPattern = /^(\d{4})-(\d{2})-(\d{2})$/;
const timePattern = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?Z$/;

const known = new Map<string, number>();

/** Milliseconds of a day that is in the calendar; worked out once for each. */
function dayStart(text: string): number | undefined {
  const start = known.get(text) ?? startOf(text);
  if (start !== undefined) known.set(text, start);
  return start;
}

function startOf(text: string): number | undefined {
  const parts = dayPattern.exec(text);
  if (parts === null) return undefined;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const start = new Date(Date.UTC(year, month - 1, day));
  return start.getUTCMonth() === month - 1 && start.getUTCDate() === day ? start.getTime() : undefined;
}

/** Microseconds since 1970; a number holds them exactly until the year 2255. */
function microseconds(text: string): number | undefined {
  const parts = timePattern.exec(text);
  if (parts === null) return undefined;
  const start = dayStart(parts[1] ?? '');
  const [hour, minute, second] = [Number(parts[2]), Number(parts[3]), Number(parts[4])];
  if (start === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  return (start + ((hour * 60 + minute) * 60 + second) * 1000) * 1000 + Number((parts[5] ?? '').padEnd(6, '0'));
}

const readers: Readonly<Record<Kind, (value: unknown) => Value | undefined>> = {
  integer: (value) => (Number.isSafeInteger(value) ? (value as number) : undefined),
  // twelve digits, two of them after the point, fit a number without loss
  decimal: (value) => (typeof value === 'number' && Math.abs(value) < 1e10 ? value : undefined),
  text: (value) => (typeof value === 'string' ? value : undefined),
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  date: (value) => (typeof value === 'string' && dayStart(value) !== undefined ? value : undefined),
  timestamp: (value) => (typeof value === 'string' ? microseconds(value) : undefined),
};

export const readValue = (kind: Kind, value: unknown): Value | null | typeof wrong =>
  value === null || value === undefined ? null : (readers[kind](value) ?? wrong);
