import { cholesky, inverseDiagonal, solved } from './linear.ts';
import type { Matrix } from './matrix.ts';

export interface LogisticOptions {
  /** Half of this times the sum of the squares of the coefficients, the intercept's left out, is taken from the log-likelihood; default 0. */
  readonly ridge?: number;
  /** Default 50. */
  readonly iterations?: number;
  readonly progress?: (iteration: number, logLikelihood: number) => void;
  readonly signal?: AbortSignal;
}

/** P(y = 1) = 1 / (1 + exp(-(intercept + coefficients · x))). */
export interface Logistic {
  /** The intercept first, then one for each column. */
  readonly coefficients: Float64Array;
  /** From the inverse of the information at the solution; with `ridge` of the penalised one. */
  readonly standardErrors: Float64Array;
  /** Without the penalty. */
  readonly logLikelihood: number;
  readonly iterations: number;
  /** `separated`: some direction tells the two outcomes apart without a mistake, so no finite coefficient is the best. */
  readonly ended: 'converged' | 'separated' | 'dependent columns' | 'too many iterations';
}

/** What a step of Newton's may move the coefficients, in standard errors, for them to count as found. */
const enough = 1e-9;

/**
 * Logistic regression by Newton's method (iteratively reweighted least squares), each step halved until the likelihood grows. `outcomes` has 0 or
 * 1 for each row.
 */
export function logistic(matrix: Matrix, outcomes: ArrayLike<number>, options: LogisticOptions = {}): Logistic {
  const { ridge = 0, iterations = 50, progress, signal } = options;
  const size = matrix.columns + 1;
  let at = expanded(matrix, outcomes, new Float64Array(size), ridge);
  let lower: Float64Array | undefined;
  for (let done = 1; done <= iterations; done += 1) {
    signal?.throwIfAborted();
    lower = cholesky(at.information, size);
    if (!lower) return ended(at, done, at.fitted > 1 - 1e-6 ? 'separated' : 'dependent columns');
    const step = solved(lower, at.gradient);
    const decrement = step.reduce((sum, value, index) => sum + value * (at.gradient[index] as number), 0);
    if (decrement < enough * enough) {
      // Where outcomes are told apart the steps stay as they are, and the likelihood has nothing more to gain by them.
      if (farthest(matrix, step) > 1e-3) return ended(at, done, 'separated');
      return { ...ended(at, done, 'converged'), standardErrors: errorsOf(lower, size) };
    }
    const next = better(matrix, outcomes, { at, step, ridge });
    progress?.(done, next.logLikelihood);
    // The likelihood goes to one and the coefficients with it, without an end.
    if (ridge === 0 && -next.logLikelihood < 1e-7 * matrix.rows) return ended(next, done, 'separated');
    at = next;
  }
  return {
    ...ended(at, iterations, 'too many iterations'),
    ...(lower ? { standardErrors: errorsOf(lower, size) } : {}),
  };
}

/** How far a step moves the sum before the exponential, by the column that moves it most. */
function farthest({ rows, columns, values }: Matrix, step: Float64Array): number {
  const squares = new Float64Array(columns);
  for (let at = 0; at < values.length; at += 1)
    squares[at % columns] = (squares[at % columns] as number) + (values[at] as number) ** 2;
  return squares.reduce(
    (most, sum, column) => {
      const moved = Math.abs(step[column + 1] as number) * Math.sqrt(sum / rows);
      return Math.max(most, moved);
    },
    Math.abs(step[0] as number),
  );
}

const errorsOf = (lower: Float64Array, size: number): Float64Array => inverseDiagonal(lower, size).map(Math.sqrt);
const ended = (at: Expansion, iterations: number, how: Logistic['ended']): Logistic => ({
  coefficients: at.coefficients,
  standardErrors: new Float64Array(at.coefficients.length).fill(Number.NaN),
  logLikelihood: at.logLikelihood,
  iterations,
  ended: how,
});

/** The penalised log-likelihood around some coefficients. */
interface Expansion {
  readonly coefficients: Float64Array;
  readonly gradient: Float64Array;
  readonly information: Float64Array;
  readonly logLikelihood: number;
  readonly penalised: number;
  /** The least probability that any row's outcome is given. */
  readonly fitted: number;
}

function better(
  matrix: Matrix,
  outcomes: ArrayLike<number>,
  { at, step, ridge }: { readonly at: Expansion; readonly step: Float64Array; readonly ridge: number },
): Expansion {
  for (let share = 1; ; share /= 2) {
    const tried = at.coefficients.map((value, index) => value + share * (step[index] as number));
    const next = expanded(matrix, outcomes, tried, ridge);
    // Near the solution the likelihood differs by rounding only.
    if (next.penalised >= at.penalised - 1e-12 * Math.abs(at.penalised) || share < 1e-6) return next;
  }
}

function expanded(matrix: Matrix, outcomes: ArrayLike<number>, coefficients: Float64Array, ridge: number): Expansion {
  const { rows, columns, values } = matrix;
  const size = columns + 1;
  const gradient = new Float64Array(size);
  const information = new Float64Array(size * size);
  let logLikelihood = 0;
  let fitted = 1;
  for (let row = 0, at = 0; row < rows; row += 1, at += columns) {
    let sum = coefficients[0] as number;
    for (let column = 0; column < columns; column += 1)
      sum += (coefficients[column + 1] as number) * (values[at + column] as number);
    const isOne = (outcomes[row] as number) > 0.5;
    // exp of what is not positive never overflows, and what is left to 1 keeps its digits.
    const small = Math.exp(-Math.abs(sum));
    const likely = 1 / (1 + small);
    const unlikely = small / (1 + small);
    const isLikely = isOne === sum >= 0;
    logLikelihood -= Math.log1p(small) + (isLikely ? 0 : Math.abs(sum));
    fitted = Math.min(fitted, isLikely ? likely : unlikely);
    const missed = isLikely ? unlikely : likely;
    const off = isOne ? missed : -missed;
    const weight = small / (1 + small) ** 2;
    gradient[0] = (gradient[0] as number) + off;
    information[0] = (information[0] as number) + weight;
    for (let column = 0, into = size; column < columns; column += 1, into += size) {
      const value = values[at + column] as number;
      gradient[column + 1] = (gradient[column + 1] as number) + off * value;
      const weighted = weight * value;
      information[into] = (information[into] as number) + weighted;
      for (let other = 0; other <= column; other += 1)
        information[into + other + 1] =
          (information[into + other + 1] as number) + weighted * (values[at + other] as number);
    }
  }
  let penalty = 0;
  for (let column = 1; column < size; column += 1) {
    const value = coefficients[column] as number;
    penalty += (ridge / 2) * value * value;
    gradient[column] = (gradient[column] as number) - ridge * value;
    information[column * size + column] = (information[column * size + column] as number) + ridge;
    for (let other = 0; other < column; other += 1)
      information[other * size + column] = information[column * size + other] as number;
  }
  return { coefficients, gradient, information, logLikelihood, penalised: logLikelihood - penalty, fitted };
}
