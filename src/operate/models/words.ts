import type { Member } from '../../registry/about.ts';
import { count } from '../numbers.ts';

/** `nivel mensal`; nothing where a model has no family. */
export const memberText = (member: Member): string =>
  Object.entries(member)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

/** Six digits say enough of a measure. */
export function figure(value: number | undefined): string {
  if (value === undefined) return 'not known';
  return Number.isSafeInteger(value) ? count(value) : String(Number(value.toPrecision(6)));
}
