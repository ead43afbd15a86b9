import type { Random } from '../support/random.ts';

/** A line of a file, as its producer writes it: anything may be missing, or not of its kind. */
export type Line = Readonly<Record<string, unknown>>;

const broken: readonly Line[] = [
  { k: null },
  { k: 'no number' },
  { version: null },
  { version: 'later' },
  { value: null },
  { amount: null },
  { amount: 'many' },
  { amount: -1 },
  { amount: 3 },
  { gone: null },
  { gone: 'perhaps' },
];

/** Lines of one file. Keys and versions are few, so that they meet: in a file, and across files. `seen`: keys that this run has. */
export function randomFile(random: Random, earlier: readonly Line[], seen: Set<unknown>): readonly Line[] {
  const lines: Line[] = [];
  for (let count = random.below(12); count > 0; count -= 1) {
    let line: Line = {
      k: random.below(5),
      version: random.below(4),
      value: random.one(['a', 'b', 'ç']),
      amount: random.below(3),
      gone: random.chance(0.2),
      day: random.one(['2025-12-25', '2025-12-30', '2025-12-31', null]),
    };
    if (random.chance(0.25)) line = { ...line, ...random.one(broken) };
    if (random.chance(0.08)) line = Object.fromEntries(Object.entries(line).filter(() => random.chance(0.7)));
    // The same row again, of this file or one before; or a broken one, mended.
    const known = [...earlier, ...lines];
    if (known.length > 0 && random.chance(0.25)) line = { ...random.one(known) };
    if (known.length > 0 && random.chance(0.1))
      line = { ...random.one(known), value: 'mended', amount: 1, gone: false };
    const isKey = typeof line['k'] === 'number';
    lines.push({ ...line, first: !isKey || !seen.has(line['k']) });
    if (isKey) seen.add(line['k']);
  }
  return lines;
}
