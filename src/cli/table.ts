import { paint } from './marks.ts';
import type { Look } from './terminal.ts';
import { cut, pad, padLeft, visible, width } from './text.ts';

interface Heading {
  readonly head: string;
  /** Numbers stand at the right and are never cut; nor is what is `whole`. */
  readonly align?: 'right';
  readonly whole?: boolean;
  /** A text is not cut below so many columns. */
  readonly least?: number;
  /** Left out where the line is too narrow for all. */
  readonly optional?: boolean;
}

const gap = 2;
/** Where a heading does not say how far its texts may be cut. */
const usualLeast = 8;

/** Aligned lines, heading first, no wider than the look; undefined when even cut texts do not fit. */
export function fitTable(
  headings: readonly Heading[],
  rows: readonly (readonly string[])[],
  look: Look,
): readonly string[] | undefined {
  const cells = rows.map((row) => row.map((cell) => visible(cell)));
  let shown = headings.map((_, index) => index);
  for (;;) {
    const widths = fit(headings, cells, shown, look.columns);
    if (widths) return draw(headings, cells, shown, widths, look);
    const dropped = shown.findLast((index) => headings[index]?.optional);
    if (dropped === undefined) return undefined;
    shown = shown.filter((index) => index !== dropped);
  }
}

/** As `fitTable`; where nothing helps, lines are longer than the look. */
export function table(
  headings: readonly Heading[],
  rows: readonly (readonly string[])[],
  look: Look,
): readonly string[] {
  return (
    fitTable(headings, rows, look) ?? fitTable(headings, rows, { ...look, columns: Number.MAX_SAFE_INTEGER }) ?? []
  );
}

/** Widths of the columns that are shown: the longest texts give way first, and of them those that may be left out. */
function fit(
  headings: readonly Heading[],
  cells: readonly (readonly string[])[],
  shown: readonly number[],
  columns: number,
): Map<number, number> | undefined {
  const widths = new Map<number, number>();
  for (const index of shown) {
    const longest = cells.reduce((most, row) => Math.max(most, width(row[index] ?? '')), 0);
    widths.set(index, Math.max(longest, width(headings[index]?.head ?? '')));
  }
  // A name is not cut for the sake of what may be left out.
  const hasOptional = shown.some((index) => headings[index]?.optional);
  const cuttable = shown.filter((index) => {
    const { whole = false, align, optional = false } = headings[index] ?? {};
    return !whole && align !== 'right' && optional === hasOptional;
  });
  const leastOf = (index: number): number => headings[index]?.least ?? usualLeast;
  let over = [...widths.values()].reduce((sum, one) => sum + one, gap * (shown.length - 1)) - columns;
  while (over > 0) {
    const left = cuttable.filter((index) => (widths.get(index) ?? 0) > leastOf(index));
    const sizes = left.map((index) => widths.get(index) ?? 0).sort((a, b) => b - a);
    const [widest] = sizes;
    if (widest === undefined) return undefined;
    // All columns of the widest size shrink together to the next size below, or as far as is needed.
    const together = left.filter((index) => widths.get(index) === widest);
    const next = Math.max(sizes.find((size) => size < widest) ?? 0, ...together.map(leastOf));
    const less = Math.min(widest - next, Math.ceil(over / together.length));
    for (const index of together) widths.set(index, widest - less);
    over -= less * together.length;
  }
  return widths;
}

function draw(
  headings: readonly Heading[],
  cells: readonly (readonly string[])[],
  shown: readonly number[],
  widths: ReadonlyMap<number, number>,
  look: Look,
): readonly string[] {
  const line = (row: readonly string[]): string =>
    shown
      .map((index) => {
        const size = widths.get(index) ?? 0;
        const text = cut(row[index] ?? '', size, look);
        return headings[index]?.align === 'right' ? padLeft(text, size) : pad(text, size);
      })
      .join(' '.repeat(gap))
      .trimEnd();
  return [paint(look, 'quiet', line(headings.map((heading) => heading.head))), ...cells.map(line)];
}
