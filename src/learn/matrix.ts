/** Rows of numbers, one after the other: `values[row * columns + column]`; none is NaN or infinite. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/** Mean and deviation of each column. */
export interface Scale {
  readonly means: Float64Array;
  /** Of the population; 1 where a column has one value only, so that it can be divided by. */
  readonly deviations: Float64Array;
}

/** One array for each column, all of one length. */
export function matrixOf(columns: readonly ArrayLike<number>[]): Matrix {
  const rows = columns[0]?.length ?? 0;
  const width = columns.length;
  const values = new Float64Array(rows * width);
  for (const [column, from] of columns.entries()) {
    if (from.length !== rows) throw new RangeError(`column ${column} has ${from.length} rows, the first has ${rows}`);
    for (let row = 0, at = column; row < rows; row += 1, at += width) {
      const value = from[row] as number;
      if (!Number.isFinite(value)) throw new RangeError(`column ${column} has ${value} in row ${row}`);
      values[at] = value;
    }
  }
  return { rows, columns: width, values };
}

/**
 * As scikit-learn's StandardScaler: population deviation, and 1 where what differs within a column is no more than rounding. Two passes: means
 * first, so that large means cost no digits.
 */
export function scaleOf({ rows, columns, values }: Matrix): Scale {
  const means = new Float64Array(columns);
  const squares = new Float64Array(columns);
  for (let at = 0; at < values.length; at += columns)
    for (let column = 0; column < columns; column += 1)
      means[column] = (means[column] as number) + (values[at + column] as number);
  for (let column = 0; column < columns; column += 1) means[column] = (means[column] as number) / rows;
  for (let at = 0; at < values.length; at += columns) {
    for (let column = 0; column < columns; column += 1) {
      const off = (values[at + column] as number) - (means[column] as number);
      squares[column] = (squares[column] as number) + off * off;
    }
  }
  const deviations = squares.map((square, column) => {
    const variance = square / rows;
    const rounding = rows * Number.EPSILON * variance + (rows * (means[column] as number) * Number.EPSILON) ** 2;
    return variance <= rounding ? 1 : Math.sqrt(variance);
  });
  return { means, deviations };
}

/** Each column less its mean, in deviations. */
export function standardised({ rows, columns, values }: Matrix, { means, deviations }: Scale): Matrix {
  const scaled = new Float64Array(values.length);
  for (let at = 0; at < values.length; at += columns) {
    for (let column = 0; column < columns; column += 1) {
      scaled[at + column] =
        ((values[at + column] as number) - (means[column] as number)) / (deviations[column] as number);
    }
  }
  return { rows, columns, values: scaled };
}
