/** 12480 → 12,480. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** `1 row`, `12,480 rows`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** A number by which people decide: to six places, or six digits where that is more, which leaves out only what binary fractions are off. */
export const exact = (value: number): string =>
  String(Number(Math.abs(value) < 1 ? value.toPrecision(6) : value.toFixed(6)));

/** Seconds as people read them: `0.04 s`, `12.3 s`, `4 min 05 s`, `2 h 10 min`. */
export function seconds(value: number): string {
  if (value < 9.995) return `${value.toFixed(2)} s`;
  if (value < 59.95) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`;
  return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** Seconds that still go on: fewer digits, so that they do not flicker. */
export const elapsed = (value: number): string => (value < 59.95 ? `${value.toFixed(1)} s` : seconds(value));

/** An ISO time in UTC, to the minute: `2028-02-29 05:00Z`. */
export const moment = (iso: string): string => iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*$/, '$1 $2Z');

/** Wall seconds between two ISO times. */
export const between = (from: string, to: string): number => Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);

/** 1,234 B, 12.3 kB, 4.5 MB. */
export function size(bytes: number): string {
  const [unit, of] = bytes < 10_000 ? ['B', 1] : bytes < 1e7 ? ['kB', 1e3] : bytes < 1e10 ? ['MB', 1e6] : ['GB', 1e9];
  return `${of === 1 ? count(bytes) : (bytes / of).toFixed(1)} ${unit}`;
}
