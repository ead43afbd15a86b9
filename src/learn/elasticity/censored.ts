import { cholesky, inverseDiagonal, solved } from '../linear.ts';
import type { Moments } from './moments.ts';
import { hazard, logAbove } from './normal.ts';

/** Days of which only a bound of the target is known. */
export interface Bounds {
  /** Columns of each day, `stride` numbers a day; a design may have fewer columns than that. */
  readonly values: Float64Array;
  readonly stride: number;
  readonly targets: Float64Array;
  /** 1: the target would have been at least that; −1: at most. */
  readonly sides: Int8Array;
}

/** Where the target of every day is known. */
export const unbounded: Bounds = {
  values: new Float64Array(),
  stride: 0,
  targets: new Float64Array(),
  sides: new Int8Array(),
};

export interface CensoredFit {
  /** One for each column of the design; NaN for one that the columns before it determine, or that no known day has. */
  readonly coefficients: Float64Array;
  readonly standardErrors: Float64Array;
  /** Of each coefficient with that of the last column; NaN where there is none. */
  readonly withLast: Float64Array;
  readonly influence: Influence;
  /** Of what is left. */
  readonly deviation: number;
  /** Days that count. */
  readonly count: number;
  /** Days that count less coefficients. */
  readonly freedom: number;
}

/** What a day's score, by γ and by θ, does to the last coefficient. */
export interface Influence {
  /** One for each column of the design, and for θ behind them. */
  readonly direction: Float64Array;
  readonly theta: number;
  /** Of each bounded day: 1 where it counts. */
  readonly counts: Uint8Array;
}

/**
 * A linear regression of a target of which on some days only a bound is known (Tobin, 1958; both sides), by maximum likelihood with normal errors. Newton's
 * steps in Olsen's parameters γ = β / σ, θ = 1 / σ, in which the likelihood is concave (Olsen, 1978, "Note on the uniqueness of the maximum likelihood
 * estimator for the Tobit model"). Standard errors are of the observed information, squared times n / (n − coefficients): without a bound all is as least
 * squares has it. A bounded day that has a column which no known day has, or one that is not determined there as on the known days, says nothing and is left out. Nothing where there are too few days to tell. `among`: the columns that the design
 * has, in their order, where it has not all.
 */
export function censoredRegression(
  exact: Moments,
  bounds: Bounds,
  among: readonly number[] = Array.from({ length: exact.size }, (_, column) => column),
): CensoredFit | undefined {
  const asked = among.length === exact.size ? exact : exact.of(among);
  const columns = asked.independent().map((column) => among[column] as number);
  const width = columns.length;
  if (width === 0 || exact.count <= width) return undefined;
  const own = width === among.length ? asked : exact.of(columns);
  const counts = countedBounds(exact, bounds, {
    columns,
    others: among.filter((column) => !columns.includes(column)),
  });
  const limits = boundsOf(bounds, columns, counts);
  const known = leastSquares(own);
  const isBounded = limits.targets.length > 0 && known.deviation > 0;
  const found = isBounded ? newton(own, limits) : known;
  if (!found) return undefined;
  const count = exact.count + (isBounded ? limits.targets.length : 0);
  const scale = Math.sqrt(count / (count - width));
  const coefficients = new Float64Array(exact.size).fill(Number.NaN);
  const [standardErrors, withLast] = [coefficients.slice(), coefficients.slice()];
  const direction = new Float64Array(exact.size + 1);
  const ofTheta = found.direction[width] as number;
  direction[exact.size] = ofTheta;
  for (const [at, column] of columns.entries()) {
    const value = found.coefficients[at] as number;
    coefficients[column] = value;
    standardErrors[column] = scale * (found.standardErrors[at] as number);
    // β = γ / θ, by its derivatives 1 / θ and −β / θ.
    withLast[column] = scale ** 2 * ((found.direction[at] as number) - value * ofTheta) * found.deviation;
    direction[column] = found.direction[at] as number;
  }
  return {
    ...{ coefficients, standardErrors, withLast, deviation: scale * found.deviation, count, freedom: count - width },
    influence: { direction, theta: 1 / found.deviation, counts },
  };
}

interface Found {
  readonly coefficients: Float64Array;
  readonly standardErrors: Float64Array;
  readonly deviation: number;
  /** The inverse information, towards the last coefficient. */
  readonly direction: Float64Array;
}

/** 1 for each bounded day on which every column that does not count is what the columns that do make of it on the known days. */
function countedBounds(
  exact: Moments,
  { values, stride, targets }: Bounds,
  { columns, others }: { readonly columns: readonly number[]; readonly others: readonly number[] },
): Uint8Array {
  const days = new Uint8Array(targets.length).fill(1);
  if (others.length === 0 || days.length === 0) return days;
  const isSeen = others.some((other) => exact.square(other, other) > 0);
  const lower = isSeen ? cholesky(exact.of(columns).whole(), columns.length) : undefined;
  for (const other of others) {
    const along = Float64Array.from(columns, (column) => exact.square(column, other));
    const made = lower ? solved(lower, along) : along;
    for (let day = 0; day < days.length; day += 1) {
      const is = values[day * stride + other] as number;
      const like = columns.reduce(
        (sum, column, at) => sum + (made[at] as number) * (values[day * stride + column] as number),
        0,
      );
      if (!(Math.abs(is - like) < 1e-6)) days[day] = 0;
    }
  }
  return days;
}

/** Of the columns that count, without the days that say nothing. */
function boundsOf({ values, stride, targets, sides }: Bounds, columns: readonly number[], counts: Uint8Array): Bounds {
  const days = Array.from(targets.keys()).filter((day) => counts[day] === 1);
  const width = columns.length;
  const kept = new Float64Array(days.length * width);
  for (const [place, day] of days.entries())
    for (let at = 0; at < width; at += 1)
      kept[place * width + at] = values[day * stride + (columns[at] as number)] as number;
  return {
    values: kept,
    stride: width,
    targets: Float64Array.from(days, (day) => targets[day] as number),
    sides: Int8Array.from(days, (day) => sides[day] as number),
  };
}

/** The deviation as the likelihood has it: of all days, whatever was estimated. */
function leastSquares(moments: Moments): Found {
  const { size, count, products, target } = moments;
  const lower = cholesky(moments.whole(), size) as Float64Array;
  const coefficients = solved(lower, products);
  const explained = coefficients.reduce((sum, value, at) => sum + value * (products[at] as number), 0);
  const deviation = Math.sqrt(Math.max(0, target - explained) / count);
  const last = new Float64Array(size);
  last[size - 1] = deviation;
  const direction = new Float64Array(size + 1);
  direction.set(solved(lower, last));
  return {
    coefficients,
    deviation,
    direction,
    standardErrors: inverseDiagonal(lower, size).map((one) => deviation * Math.sqrt(one)),
  };
}

interface Point {
  readonly likelihood: number;
  readonly gradient: Float64Array;
  /** Less the second derivatives. */
  readonly information: Float64Array;
}
const mostSteps = 100;

function newton(exact: Moments, bounds: Bounds): Found | undefined {
  const { size } = exact;
  const start = leastSquares(withBounds(exact, bounds));
  let at = new Float64Array(size + 1);
  at.set(start.coefficients.map((value) => value / start.deviation));
  at[size] = 1 / start.deviation;
  let point = likelihoodOf(exact, bounds, at);
  for (let step = 0; step < mostSteps; step += 1) {
    const lower = cholesky(point.information, size + 1);
    if (!lower) return undefined;
    const move = solved(lower, point.gradient);
    const gain = move.reduce((sum, value, place) => sum + value * (point.gradient[place] as number), 0);
    const reached = stepped({ exact, bounds }, { at, move, point });
    if (!reached) return undefined;
    [at, point] = [reached.at, reached.point];
    if (gain < 1e-12) return fitOf(at, point, size);
  }
  return undefined;
}

/** The whole step, or a half, a quarter, …: as far as the likelihood does not fall. */
function stepped(
  { exact, bounds }: { readonly exact: Moments; readonly bounds: Bounds },
  { at, move, point }: { readonly at: Float64Array; readonly move: Float64Array; readonly point: Point },
): { readonly at: Float64Array<ArrayBuffer>; readonly point: Point } | undefined {
  const { size } = exact;
  for (let part = 1; part > 1e-10; part /= 2) {
    const next = Float64Array.from(at, (value, place) => value + part * (move[place] as number));
    if (!((next[size] as number) > 0)) continue;
    const reached = likelihoodOf(exact, bounds, next);
    if (reached.likelihood >= point.likelihood - 1e-9 * Math.abs(point.likelihood)) return { at: next, point: reached };
  }
  return undefined;
}

function fitOf(at: Float64Array, { information }: Point, size: number): Found | undefined {
  const lower = cholesky(information, size + 1);
  if (!lower) return undefined;
  const theta = at[size] as number;
  const variances = inverseDiagonal(lower, size + 1);
  const last = new Float64Array(size + 1);
  last[size] = 1;
  const withTheta = solved(lower, last);
  const coefficients = at.slice(0, size).map((value) => value / theta);
  // Of γ / θ, by its derivatives 1 / θ and −β / θ.
  const standardErrors = coefficients.map(
    (value, place) =>
      Math.sqrt(
        (variances[place] as number) -
          2 * value * (withTheta[place] as number) +
          value ** 2 * (variances[size] as number),
      ) / theta,
  );
  const towards = new Float64Array(size + 1);
  towards[size - 1] = 1 / theta;
  towards[size] = -(coefficients[size - 1] as number) / theta;
  return { coefficients, standardErrors, deviation: 1 / theta, direction: solved(lower, towards) };
}

function withBounds(exact: Moments, { values, stride, targets }: Bounds): Moments {
  const all = exact.of(Array.from({ length: exact.size }, (_, column) => column));
  for (const [day, target] of targets.entries()) all.add(values, day * stride, target);
  return all;
}

function likelihoodOf(exact: Moments, { values, stride, targets, sides }: Bounds, at: Float64Array): Point {
  const { size, count, products, target } = exact;
  const wide = size + 1;
  const theta = at[size] as number;
  const information = new Float64Array(wide * wide);
  const gradient = new Float64Array(wide);
  let [square, product] = [0, 0];
  for (let row = 0; row < size; row += 1) {
    let sum = 0;
    for (let column = 0; column < size; column += 1) {
      const value = exact.square(row, column);
      sum += value * (at[column] as number);
      if (column <= row) information[row * wide + column] = value;
    }
    const own = products[row] as number;
    gradient[row] = theta * own - sum;
    information[size * wide + row] = -own;
    square += (at[row] as number) * sum;
    product += (at[row] as number) * own;
  }
  gradient[size] = count / theta - theta * target + product;
  information[size * wide + size] = target + count / theta ** 2;
  let likelihood = count * Math.log(theta) - 0.5 * (theta * theta * target - 2 * theta * product + square);
  for (let day = 0, from = 0; day < targets.length; day += 1, from += stride) {
    const bound = targets[day] as number;
    const side = sides[day] as number;
    let middle = 0;
    for (let column = 0; column < size; column += 1)
      middle += (values[from + column] as number) * (at[column] as number);
    const z = side * (theta * bound - middle);
    const rate = hazard(z);
    likelihood += logAbove(z);
    const slope = side * rate;
    const weight = rate * (rate - z);
    for (let row = 0; row < size; row += 1) {
      const value = values[from + row] as number;
      if (value === 0) continue;
      gradient[row] = (gradient[row] as number) + slope * value;
      const weighted = weight * value;
      for (let column = 0; column <= row; column += 1)
        information[row * wide + column] =
          (information[row * wide + column] as number) + weighted * (values[from + column] as number);
      information[size * wide + row] = (information[size * wide + row] as number) - weighted * bound;
    }
    gradient[size] = (gradient[size] as number) - slope * bound;
    information[size * wide + size] = (information[size * wide + size] as number) + weight * bound * bound;
  }
  for (let row = 0; row < wide; row += 1)
    for (let column = 0; column < row; column += 1)
      information[column * wide + row] = information[row * wide + column] as number;
  return { likelihood, gradient, information };
}
