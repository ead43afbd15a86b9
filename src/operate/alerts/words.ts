import type { Limit, Measure } from '../../define/index.ts';
import type { Project } from '../../run/index.ts';
import { count, seconds } from '../numbers.ts';

// How figures and limits read, in messages and on the terminal.

const hour = 3_600_000;

/** Times to the second, and from two days on in days and hours. */
export function timeText(milliseconds: number): string {
  const whole = Math.round(milliseconds / hour);
  // What is whole is said so: `30 min`, `2 h`, `2 s`.
  if (whole < 48) return seconds(milliseconds / 1000).replace(/ 00 (?:s|min)$|\.0+(?= s$)/, '');
  return `${Math.floor(whole / 24)} days${whole % 24 > 0 ? ` ${whole % 24} h` : ''}`;
}

const digitsOf = (value: number, digits = 3): string => String(Number(value.toPrecision(digits)));
/** Three digits, so that 5.04 % is not told as 5 %. */
export const shareText = (share: number, digits?: number): string => `${digitsOf(share * 100, digits)} %`;

const texts: Readonly<Partial<Record<Measure['measure'], (value: number, digits?: number) => string>>> = {
  'invalid share': shareText,
  'missing share': shareText,
  mape: shareText,
  wape: shareText,
  bias: shareText,
  volume: shareText,
  age: timeText,
  duration: timeText,
  unpublished: timeText,
  drift: digitsOf,
  inertia: digitsOf,
  degradation: digitsOf,
  'rejected share': shareText,
  'fallback share': shareText,
  'served latency': (value) => (value < 1000 ? `${Number(value.toPrecision(3))} ms` : timeText(value)),
  scalar: (value) => String(Number(value.toPrecision(12))),
};
export const valueText = (measure: string, value: number): string =>
  (texts[measure as Measure['measure']] ?? count)(value);
/** With as many digits as it takes to see that it is not its bound. */
export function valueBeside(measure: string, value: number, bound: number): string {
  const text = texts[measure as Measure['measure']] ?? count;
  if (value === bound) return text(value);
  return [3, 4, 6, 9, 12].map((digits) => text(value, digits)).find((one) => one !== text(bound)) ?? text(value);
}

export const signWords = { '<=': 'at most', '>=': 'at least' } as const;
export const boundText = (measure: string, sign: Limit['sign'], bound: number): string =>
  `${signWords[sign]} ${valueText(measure, bound)}`;

/** A command for the environment of the project. */
export const commandIn = ({ option }: Pick<Project, 'option'>, command: string): string =>
  `esteira ${option ? `${option} ` : ''}${command}`;

/** The first of them, and how many more there are. */
export function few(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
