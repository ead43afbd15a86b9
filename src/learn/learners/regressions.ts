import { type Encoding, encode, encodingOf, type FeatureColumn } from '../features.ts';
import { judgedChances, mae, r2, rmse } from '../judging.ts';
import { leastSquares } from '../least-squares.ts';
import { type LogisticOptions, logistic } from '../logistic.ts';
import type { Matrix } from '../matrix.ts';
import type { Measures, Outcomes } from '../trees/measures.ts';
import { judgedAcross } from './across.ts';
import { leftOut } from './clusters.ts';
import type { Learned, Lesson, Parameters } from './learned.ts';
import { learnedAll, lengthOf, otherColumns, pickedAll, rowsWhere, unjudged, unknownTargets } from './rows.ts';

type Regression = Extract<Parameters, { readonly coefficients: readonly number[] }>;
interface Fit {
  readonly coefficients: Float64Array;
  readonly standardErrors: Float64Array;
}
interface Kind {
  readonly learner: Regression['learner'];
  readonly fit: (matrix: Matrix, target: Float64Array) => Fit;
  readonly predicted: (sum: number) => number;
  readonly measures: (outcomes: Outcomes) => Measures;
}

/** Throws RangeError for a target that is not 0 or 1 throughout, and for rows from which no finite coefficients follow. */
export const logisticRegression = (lesson: Lesson<Pick<LogisticOptions, 'ridge'>>): Learned =>
  regression(lesson, {
    learner: 'logistic regression',
    fit(matrix, target) {
      const strange = target.find((value) => value !== 0 && value !== 1);
      if (strange !== undefined) throw new RangeError(`the target is ${strange} in some row, and must be 0 or 1`);
      const { ridge } = lesson.options;
      const found = logistic(matrix, target, ridge === undefined ? {} : { ridge });
      if (found.ended !== 'converged')
        throw new RangeError(`no finite coefficients: ${found.ended}; a ridge gives some`);
      return found;
    },
    predicted: (sum) => 1 / (1 + Math.exp(-Math.max(Math.min(sum, 700), -700))),
    measures: ({ predictions, values }) => judgedChances(predictions, values),
  });

/** Throws RangeError for fewer rows than coefficients. */
export const linearRegression = (lesson: Lesson): Learned =>
  regression(lesson, {
    learner: 'linear regression',
    fit: (matrix, target) => leastSquares(withOnes(matrix), target),
    predicted: (sum) => sum,
    measures: ({ predictions, values }) => ({
      r2: r2(predictions, values),
      rmse: rmse(predictions, values),
      mae: mae(predictions, values),
    }),
  });

function regression(
  { features, columns, target, held, fresh, across = {}, former, formerDate }: Lesson,
  kind: Kind,
): Learned {
  if (!target || target.of === 'texts') throw new RangeError('the target is no number');
  const { values: numbers, valid } = target;
  const known = (row: number): boolean => valid === undefined || valid[row] === 1;
  const training = rowsWhere(lengthOf(target), (row) => known(row) && held?.[row] !== 1);
  const judging = rowsWhere(lengthOf(target), (row) => known(row) && held?.[row] === 1);
  const own = pickedAll(columns, training);
  const wanted = features.map(({ name, missing }) => ({
    name,
    column: own[name] as FeatureColumn,
    ...(missing === undefined ? {} : { missing }),
  }));
  const encoding = encodingOf(wanted, { withoutFirst: true });
  const leaveOut = leftOut(features);
  const encoded = encode(own, encoding, { leaveOut });
  const targets = Float64Array.from(encoded.rows, (row) => numbers[training[row] as number] as number);
  const fit = kind.fit(encoded.matrix, targets);
  const coefficients = Array.from(fit.coefficients, (value) => (Number.isNaN(value) ? 0 : value));
  const judged = held ? judging : training;
  const unseen = fresh ? judged.filter((row) => fresh[row] === 1) : judged;
  const outcomesOf = (of: Pick<Regression, 'encoding' | 'coefficients'>, by = judged) => {
    const { matrix, rows } = encode(pickedAll(columns, by), of.encoding, { leaveOut });
    const own = Int32Array.from(rows, (row) => by[row] as number);
    const values = Float64Array.from(own, (row) => numbers[row] as number);
    return { predictions: sums(matrix, of.coefficients).map(kind.predicted), values, rows: own };
  };
  const outcomes = outcomesOf({ encoding, coefficients });
  const champion = former?.learner === kind.learner ? (former as Regression) : undefined;
  const compared = () => {
    if (!(champion && canJudge(champion.encoding, columns))) return { incomparable: otherColumns };
    if (unseen.length === 0) return { incomparable: `it ${learnedAll(formerDate)}` };
    const before = outcomesOf(champion, unseen);
    return {
      champion: kind.measures(before),
      compared: before.rows.length,
      ...(unseen.length < judged.length
        ? { beside: kind.measures(outcomesOf({ encoding, coefficients }, unseen)) }
        : {}),
    };
  };
  const judgedBy = () => ({
    measures: kind.measures(outcomes),
    segments: judgedAcross(pickedAll(across, outcomes.rows), outcomes, kind.measures),
    ...(former ? compared() : {}),
  });
  return {
    parameters: { learner: kind.learner, encoding, coefficients },
    inside: ['(intercept)', ...encoded.names].map((term, at) => ({
      term,
      coefficient: orNone(fit.coefficients[at]),
      std_error: orNone(fit.standardErrors[at]),
    })),
    rows: encoded.matrix.rows,
    held: judging.length,
    left: { ...encoded.left, ...unknownTargets(lengthOf(target) - training.length - judging.length) },
    ...(unjudged(held, { judging: outcomes.rows.length }) ?? judgedBy()),
  };
}

const orNone = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;
/** Its features are still there. */
const canJudge = ({ features }: Encoding, columns: Readonly<Record<string, FeatureColumn>>): boolean =>
  features.every(({ name }) => name in columns);

/** With a column of ones first. */
function withOnes({ rows, columns, values }: Matrix): Matrix {
  const wide = new Float64Array(rows * (columns + 1));
  for (let row = 0; row < rows; row += 1) {
    wide[row * (columns + 1)] = 1;
    wide.set(values.subarray(row * columns, (row + 1) * columns), row * (columns + 1) + 1);
  }
  return { rows, columns: columns + 1, values: wide };
}

function sums({ rows, columns, values }: Matrix, coefficients: readonly number[]): Float64Array {
  const found = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) {
    let sum = coefficients[0] as number;
    for (let column = 0; column < columns; column += 1)
      sum += (coefficients[column + 1] as number) * (values[row * columns + column] as number);
    found[row] = sum;
  }
  return found;
}
