/** Symmetric matrices are kept whole, row after row. */

/** The lower triangle L of A = L Lᵀ (Cholesky); nothing when A is not positive definite to the digits that there are. */
export function cholesky(matrix: Float64Array, size: number): Float64Array | undefined {
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = matrix[row * size + column] as number;
      for (let at = 0; at < column; at += 1)
        sum -= (lower[row * size + at] as number) * (lower[column * size + at] as number);
      if (row !== column) lower[row * size + column] = sum / (lower[column * size + column] as number);
      else if (sum > (matrix[row * size + row] as number) * size * Number.EPSILON)
        lower[row * size + row] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return lower;
}

/** x of L Lᵀ x = b. */
export function solved(lower: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const found = right.slice();
  for (let row = 0; row < size; row += 1) {
    let sum = found[row] as number;
    for (let at = 0; at < row; at += 1) sum -= (lower[row * size + at] as number) * (found[at] as number);
    found[row] = sum / (lower[row * size + row] as number);
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = found[row] as number;
    for (let at = row + 1; at < size; at += 1) sum -= (lower[at * size + row] as number) * (found[at] as number);
    found[row] = sum / (lower[row * size + row] as number);
  }
  return found;
}

/** The diagonal of the inverse of L Lᵀ: variances of what was solved for. It is of the squares of L⁻¹, column after column. */
export function inverseDiagonal(lower: Float64Array, size: number): Float64Array {
  const found = new Float64Array(size);
  const inverse = new Float64Array(size);
  for (let column = 0; column < size; column += 1) {
    let squares = 0;
    for (let row = column; row < size; row += 1) {
      let sum = row === column ? 1 : 0;
      for (let at = column; at < row; at += 1) sum -= (lower[row * size + at] as number) * (inverse[at] as number);
      const value = sum / (lower[row * size + row] as number);
      inverse[row] = value;
      squares += value * value;
    }
    found[column] = squares;
  }
  return found;
}
