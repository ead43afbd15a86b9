/** The word of the list that was probably meant, or none. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const asked = word.toLowerCase();
  const allowed = Math.max(1, Math.floor(word.length / 3));
  const [best] = words
    .map((one) => ({ one, far: one.startsWith(asked) && asked.length > 1 ? 0 : distance(asked, one.toLowerCase()) }))
    .filter(({ far }) => far <= allowed)
    .sort((a, b) => a.far - b.far);
  return best?.one;
}

/** Letters to insert, leave out, change or swap with their neighbour to make one word of the other. */
export function distance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= from.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const changed = from[row - 1] === to[column - 1] ? 0 : 1;
      const at = (up: number, left: number): number => (up === 0 ? line : rows[row - up])?.[column - left] ?? Infinity;
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1] ? at(2, 2) + 1 : Infinity;
      line.push(Math.min(at(1, 0) + 1, at(0, 1) + 1, at(1, 1) + changed, swapped));
    }
    rows.push(line);
  }
  return rows[from.length]?.[to.length] ?? 0;
}
