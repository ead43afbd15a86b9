import { count } from '../numbers.ts';

export { memberText } from '../../registry/verdict.ts';

/** Six digits say enough of a measure. */
export function figure(value: number | undefined): string {
  if (value === undefined) return 'not known';
  return Number.isSafeInteger(value) ? count(value) : String(Number(value.toPrecision(6)));
}
