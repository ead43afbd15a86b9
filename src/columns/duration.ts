type Unit = 'ms' | 'second' | 'minute' | 'hour' | 'day' | 'month';
/** '15 ms', '1 hour', '12 months'. */
export type Duration = `${number} ${Unit}` | `${number} ${Exclude<Unit, 'ms'>}s`;

/** The number and unit of a duration, or nothing when the text is not one. */
export function parseDuration(text: string): { readonly count: number; readonly unit: Unit } | undefined {
  const match = /^(\d+(?:\.\d+)?) (ms|second|minute|hour|day|month)(s?)$/.exec(text);
  if (!match || (match[2] === 'ms' && match[3])) return undefined;
  return { count: Number(match[1]), unit: match[2] as Unit };
}

const units = { ms: 1, second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000, month: 30 * 86_400_000 };
/** In milliseconds; a month counts 30 days. */
export function millisecondsOf(duration: Duration): number {
  const { count, unit } = parseDuration(duration) ?? { count: 0, unit: 'ms' };
  return count * units[unit];
}
