/** So many of so many. */
export interface Part {
  readonly some: number;
  readonly of: number;
}
const rate = ({ some, of }: Part): number => (of === 0 ? 0 : some / of);
/** So that half of all may be three times as much, too. */
const odds = (part: Part): number => rate(part) / Math.max(1 - rate(part), 1e-9);
const sum = (parts: readonly Part[]): Part => ({
  some: parts.reduce((all, one) => all + one.some, 0),
  of: parts.reduce((all, one) => all + one.of, 0),
});

/** Since when something is otherwise than before, and how it was then. */
export interface Change {
  /** How many of the days, the newest first, are as the newest is. */
  readonly days: number;
  readonly before: Part;
}

/** Fewer rows than these tell nothing; nor does a share below it. */
const least = { rows: 20, some: 5, share: 0.02 } as const;
/** Where there is nothing to compare with: a share that nobody would call usual. */
const tooMuch = { share: 0.1, rows: 100 } as const;

/**
 * Whether the newest of these is far above what it was before: by more than chance gives, and by much. What was so from the first day on is told when it is
 * more than anybody would call usual.
 */
export function risen(days: readonly Part[]): Change | undefined {
  const [now, ...former] = days;
  if (!now || now.of < least.rows || now.some < least.some || rate(now) < least.share) return undefined;
  // The days that go with the newest, up to the first that does not.
  const level = odds(now) / 2;
  const ended = former.findIndex((day) => day.of >= least.rows && odds(day) < level);
  if (ended < 0) {
    const all = sum(days);
    const isMuch = rate(all) >= tooMuch.share && all.of >= tooMuch.rows;
    return isMuch ? { days: days.length, before: { some: 0, of: 0 } } : undefined;
  }
  const before = sum(former.slice(ended));
  return odds(now) >= 3 * odds(before) && distance(now, before) > 5 ? { days: ended + 1, before } : undefined;
}

/** How many standard deviations lie between two shares. */
function distance(one: Part, other: Part): number {
  const { some, of } = sum([one, other]);
  const common = some / of;
  const spread = Math.sqrt(common * (1 - common) * (1 / one.of + 1 / other.of));
  return spread === 0 ? 0 : (rate(one) - rate(other)) / spread;
}
