let known = { day: Number.NaN, text: '' };

/** The day of a time, in milliseconds since 1970, in UTC. */
export function dayOf(at: number): string {
  const day = Math.floor(at / 86_400_000);
  if (known.day !== day) known = { day, text: new Date(day * 86_400_000).toISOString().slice(0, 10) };
  return known.text;
}
