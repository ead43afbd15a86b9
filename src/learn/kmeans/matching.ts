/**
 * For each new centre the old one that it goes on, so that the sum of the squares of the distances is the least that is possible (the Hungarian
 * method, in the form of Jonker and Volgenant, 1987); -1 for a new centre that is left over. Both are `count` × `columns`, on one scale.
 */
export function matched(fresh: Float64Array, former: Float64Array, columns: number): Int32Array {
  const news = fresh.length / columns;
  const olds = former.length / columns;
  const size = Math.max(news, olds);
  const cost = (row: number, column: number): number => {
    if (row >= news || column >= olds) return 0;
    let square = 0;
    for (let at = 0; at < columns; at += 1)
      square += ((fresh[row * columns + at] as number) - (former[column * columns + at] as number)) ** 2;
    return square;
  };
  const rowOf = cheapest(size, cost);
  const found = new Int32Array(news).fill(-1);
  for (let column = 0; column < olds; column += 1) {
    const row = rowOf[column] as number;
    if (row < news) found[row] = column;
  }
  return found;
}

/** For each column its row: shortest augmenting paths over reduced costs, one row after the other. */
function cheapest(size: number, cost: (row: number, column: number) => number): Int32Array {
  const ofRow = new Float64Array(size);
  const ofColumn = new Float64Array(size);
  const rowOf = new Int32Array(size).fill(-1);
  for (let begun = 0; begun < size; begun += 1) {
    const least = new Float64Array(size).fill(Infinity);
    const before = new Int32Array(size).fill(-1);
    const reached = new Uint8Array(size);
    let column = -1;
    let row = begun;
    while (row >= 0) {
      if (column >= 0) reached[column] = 1;
      let step = Infinity;
      let next = -1;
      for (let other = 0; other < size; other += 1) {
        if (reached[other]) continue;
        const reduced = cost(row, other) - (ofRow[row] as number) - (ofColumn[other] as number);
        if (reduced < (least[other] as number)) {
          least[other] = reduced;
          before[other] = column;
        }
        if ((least[other] as number) < step) {
          step = least[other] as number;
          next = other;
        }
      }
      ofRow[begun] = (ofRow[begun] as number) + step;
      for (let other = 0; other < size; other += 1) {
        if (reached[other]) {
          const held = rowOf[other] as number;
          ofRow[held] = (ofRow[held] as number) + step;
          ofColumn[other] = (ofColumn[other] as number) - step;
        } else least[other] = (least[other] as number) - step;
      }
      column = next;
      row = rowOf[column] as number;
    }
    while (column >= 0) {
      const former = before[column] as number;
      rowOf[column] = former < 0 ? begun : (rowOf[former] as number);
      column = former;
    }
  }
  return rowOf;
}
