/**
 * Sums of products of the columns of a design, and of a target: of days whose demand is known they are all that a regression needs (sufficient statistics),
 * so that each day is looked at once, wherever it lies.
 */
export class Moments {
  readonly size: number;
  count = 0;
  /** Σ x xᵀ, whole, row after row; until it is read only its lower triangle is summed. */
  readonly #squares: Float64Array;
  /** Σ x y. */
  readonly products: Float64Array;
  /** Σ y². */
  target = 0;

  constructor(size: number) {
    this.size = size;
    this.#squares = new Float64Array(size * size);
    this.products = new Float64Array(size);
  }

  /** A day: its columns begin at `from`; those that are 0 cost nothing. */
  add(values: Float64Array, from: number, target: number): void {
    const { size, products } = this;
    const squares = this.#squares;
    for (let row = 0; row < size; row += 1) {
      const value = values[from + row] as number;
      if (value === 0) continue;
      products[row] = (products[row] as number) + value * target;
      const start = row * size;
      for (let column = 0; column <= row; column += 1)
        squares[start + column] = (squares[start + column] as number) + value * (values[from + column] as number);
    }
    this.target += target * target;
    this.count += 1;
  }

  /**
   * Days at once that are alike in all columns but some: 1 in `ones`, 0 elsewhere but in `columns`, which stand behind those. `sums` are of products of 1, of these columns and of the target, in
   * this order, the lower triangle row after row; the first is how many days they are.
   */
  addAlike(ones: readonly number[], columns: readonly number[], sums: Float64Array): void {
    const { size, products } = this;
    const squares = this.#squares;
    const count = sums[0] as number;
    const last = columns.length + 1;
    const ofTarget = (last * (last + 1)) / 2;
    for (let place = 0; place < ones.length; place += 1) {
      const row = ones[place] as number;
      const start = row * size;
      products[row] = (products[row] as number) + (sums[ofTarget] as number);
      for (let at = 0; at <= place; at += 1) {
        const column = start + (ones[at] as number);
        squares[column] = (squares[column] as number) + count;
      }
    }
    for (let place = 1; place < last; place += 1) {
      const row = columns[place - 1] as number;
      const start = row * size;
      const own = (place * (place + 1)) / 2;
      products[row] = (products[row] as number) + (sums[ofTarget + place] as number);
      for (let at = 0; at < ones.length; at += 1) {
        const column = start + (ones[at] as number);
        squares[column] = (squares[column] as number) + (sums[own] as number);
      }
      for (let at = 1; at <= place; at += 1) {
        const column = start + (columns[at - 1] as number);
        squares[column] = (squares[column] as number) + (sums[own + at] as number);
      }
    }
    this.target += sums[ofTarget + last] as number;
    this.count += count;
  }

  /** Those of these days and of others. */
  with(other: Moments): Moments {
    const own = new Moments(this.size);
    for (const part of [this, other]) {
      for (let at = 0; at < own.#squares.length; at += 1)
        own.#squares[at] = (own.#squares[at] as number) + (part.#squares[at] as number);
      for (let at = 0; at < own.size; at += 1)
        own.products[at] = (own.products[at] as number) + (part.products[at] as number);
      own.target += part.target;
      own.count += part.count;
    }
    return own;
  }

  square(row: number, column: number): number {
    return this.#squares[row >= column ? row * this.size + column : column * this.size + row] as number;
  }

  /** Those of some columns, in this order. */
  of(columns: readonly number[]): Moments {
    const own = new Moments(columns.length);
    own.count = this.count;
    own.target = this.target;
    for (const [row, from] of columns.entries()) {
      own.products[row] = this.products[from] as number;
      for (let at = 0; at <= row; at += 1) own.#squares[row * own.size + at] = this.square(from, columns[at] as number);
    }
    return own;
  }

  /** Those of another column as the target. */
  towards(column: number): Moments {
    const own = new Moments(this.size);
    own.#squares.set(this.#squares);
    own.count = this.count;
    own.target = this.square(column, column);
    for (let row = 0; row < this.size; row += 1) own.products[row] = this.square(row, column);
    return own;
  }

  /** Those of the target less `coefficient` times a column: what is left to explain where it is known what that column does. */
  less(column: number, coefficient: number): Moments {
    const own = this.towards(column);
    own.target =
      this.target -
      2 * coefficient * (this.products[column] as number) +
      coefficient ** 2 * this.square(column, column);
    for (let row = 0; row < this.size; row += 1)
      own.products[row] = (this.products[row] as number) - coefficient * this.square(row, column);
    return own;
  }

  /** Whole, row after row. */
  whole(): Float64Array {
    const { size } = this;
    const found = this.#squares.slice();
    for (let row = 0; row < size; row += 1)
      for (let column = 0; column < row; column += 1) found[column * size + row] = found[row * size + column] as number;
    return found;
  }

  /** Columns that those before them do not determine, to ten digits. */
  independent(): readonly number[] {
    const { size } = this;
    const lower = new Float64Array(size * size);
    const kept: number[] = [];
    for (let row = 0; row < size; row += 1) {
      let left = this.square(row, row);
      for (const column of kept) {
        let sum = this.square(row, column);
        for (const at of kept) {
          if (at >= column) break;
          sum -= (lower[row * size + at] as number) * (lower[column * size + at] as number);
        }
        const value = sum / (lower[column * size + column] as number);
        lower[row * size + column] = value;
        left -= value * value;
      }
      if (!(left > 1e-10 * this.square(row, row))) continue;
      lower[row * size + row] = Math.sqrt(left);
      kept.push(row);
    }
    return kept;
  }
}
