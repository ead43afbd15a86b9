import type { Columns } from './columns.ts';
import type { TreeModel } from './model.ts';
import type { Settled } from './options.ts';

/** Rows with what they turned out to be. */
export interface TreeRows {
  /** Numbers, booleans, and texts, which are categories. All may miss values. */
  readonly columns: Columns;
  /** A number, 0 or 1, or a grade from 0. */
  readonly target: ArrayLike<number>;
  /** Of a ranking: rows of each request, which stand together. */
  readonly groups?: ArrayLike<number>;
  readonly weights?: ArrayLike<number>;
}

/** The same as training uses them. */
export interface Rows {
  readonly values: Float32Array;
  readonly weights: Float32Array | undefined;
  readonly groups: Int32Array | undefined;
}

/** Throws RangeError for rows that cannot be. */
export function checked({ columns, target, weights, groups }: TreeRows, { objective }: Settled): Rows {
  const rows = target.length;
  if (rows === 0) throw new RangeError('there are no rows to train with');
  for (const [name, column] of Object.entries(columns)) {
    const length = column.of === 'texts' ? column.codes.length : column.values.length;
    if (length !== rows) throw new RangeError(`${name} has ${length} rows, the target has ${rows}`);
  }
  const values = Float32Array.from(target);
  const wrong = values.findIndex(
    (value) => !(objective === 'binary' ? value === 0 || value === 1 : Number.isFinite(value)),
  );
  if (wrong >= 0)
    throw new RangeError(
      `the target is ${target[wrong]} in row ${wrong}, and must be ${objective === 'binary' ? '0 or 1' : 'a number'}`,
    );
  if (
    weights &&
    (weights.length !== rows || Array.from(weights).some((weight) => !(weight > 0 && Number.isFinite(weight))))
  )
    throw new RangeError('weights are one number above 0 for each row');
  if (groups && Array.from(groups).reduce((sum, count) => sum + count, 0) !== rows)
    throw new RangeError(`the requests do not have ${rows} rows together`);
  return { values, weights: weights && Float32Array.from(weights), groups: groups && Int32Array.from(groups) };
}

/** The features, in the order that the model has or will have. */
export function namesOf(columns: Columns, from: TreeModel | undefined, { objective }: Settled): readonly string[] {
  const names = Object.keys(columns);
  const odd = names.find((name) => /\s/.test(name) || name === '');
  if (odd !== undefined) throw new RangeError(`a feature cannot be called ${JSON.stringify(odd)}: names have no space`);
  if (names.length === 0) throw new RangeError('there are no features to train with');
  if (!from) return names;
  if (from.objective.name !== objective)
    throw new RangeError(`a model of ${from.objective.name} cannot go on with ${objective}`);
  const missing = [...names, ...from.features].find((name) => !(names.includes(name) && from.features.includes(name)));
  if (missing !== undefined) throw new RangeError(`the model to go on from has other features: ${missing}`);
  return from.features;
}
