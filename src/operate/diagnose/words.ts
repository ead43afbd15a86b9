import { median as middle } from '../alerts/subject.ts';

/** `39 %`, `0.3 %`. */
export function share(part: number, of: number): string {
  if (of === 0) return '0 %';
  const percent = (part / of) * 100;
  return `${percent >= 9.95 || percent === 0 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}

/** Of no values: nothing is usual. */
export const median = (values: readonly number[]): number => middle(values) ?? 0;

/** A value in a sentence: a text in quotes, so that spaces are seen. */
export const valueText = (value: string | null): string => (value === null ? 'NULL' : JSON.stringify(value));
