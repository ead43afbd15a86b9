import type { TargetValue } from '../../ports/index.ts';

const longest = 60;
/** A value of a row within a sentence. */
export function shown(value: TargetValue): string {
  const text = value === null ? 'NULL' : String(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
