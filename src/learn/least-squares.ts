import type { Matrix } from './matrix.ts';

export interface LeastSquares {
  /** One for each column that was given; NaN for one that the columns before it determine. */
  readonly coefficients: Float64Array;
  readonly standardErrors: Float64Array;
  /** Sum of the squares of what is left. */
  readonly residual: number;
  /** Rows less columns that count. */
  readonly freedom: number;
  /** 1 − residual / sum of squares about the mean. */
  readonly r2: number;
  /** Columns that those before them determine. */
  readonly dependent: readonly number[];
}

/**
 * Ordinary least squares of the columns as they are (an intercept is a column of ones), by Householder reflections (Golub, 1965): the digits that
 * the normal equations would lose are kept. Throws RangeError for fewer rows than columns.
 */
export function leastSquares(matrix: Matrix, target: ArrayLike<number>): LeastSquares {
  const { rows, columns } = matrix;
  if (rows < columns) throw new RangeError(`${rows} rows do not determine ${columns} coefficients`);
  // Column after column: a reflection goes along one.
  const work = Array.from({ length: columns }, (_, column) =>
    Float64Array.from({ length: rows }, (_unused, row) => matrix.values[row * columns + column] as number),
  );
  const right = Float64Array.from(target);
  const about = aroundMean(right);
  const kept: number[] = [];
  const dependent: number[] = [];
  const diagonal = new Float64Array(columns);
  for (const [column, vector] of work.entries()) {
    const whole = norm(vector, 0);
    const pivot = kept.length;
    const length = norm(vector, pivot);
    if (!(length > whole * rows * Number.EPSILON)) {
      dependent.push(column);
      continue;
    }
    const sign = (vector[pivot] as number) > 0 ? -length : length;
    vector[pivot] = (vector[pivot] as number) - sign;
    diagonal[column] = sign;
    for (const other of [...work.slice(column + 1), right]) reflect(other, vector, pivot);
    kept.push(column);
  }
  const inverse = inverseOf(work, kept, diagonal);
  const size = kept.length;
  const coefficients = new Float64Array(columns).fill(Number.NaN);
  const standardErrors = new Float64Array(columns).fill(Number.NaN);
  const residual = norm(right, size) ** 2;
  const variance = residual / (rows - size);
  for (const [place, column] of kept.entries()) {
    let value = 0;
    let square = 0;
    for (let other = place; other < size; other += 1) {
      const factor = inverse[place * size + other] as number;
      value += factor * (right[other] as number);
      square += factor * factor;
    }
    coefficients[column] = value;
    standardErrors[column] = Math.sqrt(square * variance);
  }
  return { coefficients, standardErrors, residual, freedom: rows - size, r2: 1 - residual / about, dependent };
}

/** Scaled, so that no square overflows. */
function norm(vector: Float64Array, from: number): number {
  let largest = 0;
  for (let at = from; at < vector.length; at += 1) largest = Math.max(largest, Math.abs(vector[at] as number));
  if (largest === 0) return 0;
  let sum = 0;
  for (let at = from; at < vector.length; at += 1) sum += ((vector[at] as number) / largest) ** 2;
  return largest * Math.sqrt(sum);
}

function reflect(vector: Float64Array, mirror: Float64Array, from: number): void {
  let product = 0;
  let length = 0;
  for (let at = from; at < vector.length; at += 1) {
    product += (vector[at] as number) * (mirror[at] as number);
    length += (mirror[at] as number) ** 2;
  }
  const factor = (2 * product) / length;
  for (let at = from; at < vector.length; at += 1)
    vector[at] = (vector[at] as number) - factor * (mirror[at] as number);
}

/** Of the upper triangle: its own diagonal, and what stands above that in the columns. */
function inverseOf(work: readonly Float64Array[], kept: readonly number[], diagonal: Float64Array): Float64Array {
  const size = kept.length;
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column += 1) {
    inverse[column * size + column] = 1 / (diagonal[kept[column] as number] as number);
    for (let row = column - 1; row >= 0; row -= 1) {
      let sum = 0;
      for (let at = row + 1; at <= column; at += 1)
        sum += (work[kept[at] as number]?.[row] as number) * (inverse[at * size + column] as number);
      inverse[row * size + column] = -sum / (diagonal[kept[row] as number] as number);
    }
  }
  return inverse;
}

function aroundMean(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
