import type { JudgedLimit, VersionAbout } from './about.ts';

/** Six digits say enough of a figure. */
const digits = (value: number): string => String(Number(value.toPrecision(6)));

/** `nivel mensal`; nothing where a model has no family. */
export const memberText = (member: Readonly<Record<string, unknown>>): string =>
  Object.entries(member)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');

/** Of the limits that did not hold: the figure, the bound, and where that comes from. */
export function missedText({ limits }: VersionAbout['gate']): string {
  const all = limits.filter(({ passed }) => !passed).flatMap(missedLimit);
  return [...all.slice(0, most), ...(all.length > most ? [`${all.length - most} more`] : [])].join('; ');
}
/** A family has many members. */
const most = 6;

function missedLimit({ measure, sign, bound, setting, members }: JudgedLimit): readonly string[] {
  const limit = `${digits(bound)} (${setting ?? 'the definition'})`;
  const own = members.filter(({ passed }) => !passed);
  if (own.length === 0) return [`${measure} was judged of nothing`];
  return own.map(({ member, value, why, champion, compared }) => {
    const who = memberText(member);
    const named = `${who === '' ? '' : `${who}: `}${measure}`;
    if (value === undefined)
      return `${named} is not known${why === undefined ? '' : ` (${why})`}: the limit is ${limit}`;
    if (sign === 'no worse' && champion === undefined)
      return `${named} cannot be compared with the champion: ${why ?? 'it learned from other columns'}`;
    const misses = {
      '>=': 'is below',
      '<=': 'is above',
      'no worse': `is worse than the champion's ${digits(champion ?? value)}${compared === undefined ? '' : ` (both of ${compared} samples)`} by more than`,
    };
    return `${named} ${digits(value)} ${misses[sign]} ${limit}`;
  });
}
