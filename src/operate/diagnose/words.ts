/** 12480 → 12,480. */
export const figure = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${figure(value)} ${value === 1 ? one : many}`;

/** `39 %`, `0.3 %`. */
export function share(part: number, of: number): string {
  if (of === 0) return '0 %';
  const percent = (part / of) * 100;
  return `${percent >= 9.95 || percent === 0 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}

/** The first of a list, and how many more. */
export function listed(names: readonly string[], most = 3): string {
  const more = names.length - most;
  return names.slice(0, most).join(', ') + (more > 0 ? `, and ${more} more` : '');
}

/** Seconds as people say them. */
export function lasting(seconds: number): string {
  if (seconds < 120) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 72 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
}

/** A value in a sentence: a text in quotes, so that spaces are seen. */
export const valueText = (value: string | null): string => (value === null ? 'NULL' : JSON.stringify(value));
