/** Days between 1970 and 2000, from which Postgres counts. */
export const epochDays = 10_957;
/** Microseconds between them. */
export const epochMicros = 946_684_800_000_000n;
export const dayMicros = 86_400_000_000n;

/** The years 1 to 9999, in days since 1970. */
export const firstDay = -719_162;
export const lastDay = 2_932_896;
/** The same in microseconds; the last is out. */
export const firstMicros = BigInt(firstDay) * dayMicros;
export const endMicros = BigInt(lastDay + 1) * dayMicros;

const padded = (value: number, digits: number): string => String(value).padStart(digits, '0');

/** Year (1 BC is 0), month and day in the proleptic calendar. */
function civil(days: number): readonly [year: number, month: number, day: number] {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}

/** The days since 1970 of a day of the calendar; nothing where there is no such day. */
export function daysOf(year: number, month: number, day: number): number | undefined {
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const days = era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
  const found = civil(days);
  return found[0] === year && found[1] === month && found[2] === day ? days : undefined;
}

/** As Postgres says it: years before 1 are BC, which stands at the end. */
function dayParts(days: number): readonly [text: string, era: string] {
  const [year, month, day] = civil(days);
  const text = `${padded(year > 0 ? year : 1 - year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
  return [text, year > 0 ? '' : ' BC'];
}
export const dayText = (days: number): string => dayParts(days).join('');

const fraction = (micros: number): string => (micros === 0 ? '' : `.${padded(micros, 6).replace(/0+$/, '')}`);

/** `10:00:00.5`; of 24 hours too. */
export function clockText(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${padded(hours, 2)}:${padded(minutes, 2)}:${padded(seconds % 60, 2)}${fraction(micros % 1_000_000)}`;
}

/** Microseconds since 1970. */
export function instantText(micros: bigint, zone: string): string {
  let days = micros / dayMicros;
  let rest = micros % dayMicros;
  if (rest < 0n) [days, rest] = [days - 1n, rest + dayMicros];
  const [day, era] = dayParts(Number(days));
  return `${day} ${clockText(Number(rest))}${zone}${era}`;
}

/** Seconds east of Greenwich, as Postgres says them. */
export function zoneText(east: number): string {
  const size = Math.abs(east);
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60, size % 60];
  while (parts.length > 1 && parts.at(-1) === 0) parts.pop();
  return `${east < 0 ? '-' : '+'}${parts.map((part) => padded(part, 2)).join(':')}`;
}

/** `1 year 2 mons -3 days 04:05:06.7`. */
export function intervalText(months: number, days: number, micros: bigint): string {
  const parts: string[] = [];
  let isBefore = false;
  const add = (value: number, unit: string): void => {
    if (value === 0) return;
    parts.push(`${isBefore && value > 0 ? '+' : ''}${value} ${unit}${value === 1 ? '' : 's'}`);
    isBefore = value < 0;
  };
  add(Math.trunc(months / 12), 'year');
  add(months % 12, 'mon');
  add(days, 'day');
  if (micros !== 0n || parts.length === 0) {
    const size = micros < 0n ? -micros : micros;
    const [seconds, rest] = [size / 1_000_000n, Number(size % 1_000_000n)];
    const clock = `${padded(Number(seconds / 3600n), 2)}:${padded(Number((seconds / 60n) % 60n), 2)}:${padded(Number(seconds % 60n), 2)}`;
    parts.push(`${micros < 0n ? '-' : isBefore ? '+' : ''}${clock}${fraction(rest)}`);
  }
  return parts.join(' ');
}

/** The units of a duration, in the largest of which it is whole. */
const units: readonly (readonly [bigint, string])[] = [
  [3_600_000_000n, 'hour'],
  [60_000_000n, 'minute'],
  [1_000_000n, 'second'],
  [1_000n, 'ms'],
];

/** An interval of one unit; one of two, or back in time, is none. */
export function durationText(months: number, days: number, micros: bigint): string | undefined {
  const parts = [micros !== 0n, days !== 0, months !== 0].filter(Boolean).length;
  if (parts > 1 || micros < 0n || days < 0 || months < 0) return undefined;
  const said = (count: bigint | number, unit: string): string =>
    `${count} ${unit}${unit === 'ms' || BigInt(count) === 1n ? '' : 's'}`;
  if (months) return said(months, 'month');
  if (days || parts === 0) return said(days, 'day');
  const [size, unit] = units.find(([one]) => micros % one === 0n) ?? [0n, ''];
  if (size > 0n) return said(micros / size, unit);
  return `${micros / 1000n}.${String(micros % 1000n)
    .padStart(3, '0')
    .replace(/0+$/, '')} ms`;
}
