import type { FeatureColumn } from '../features.ts';
import type { Predict } from '../onnx/predict.ts';

/** What the original has said of some rows. */
export interface Original {
  readonly columns: Readonly<Record<string, FeatureColumn>>;
  readonly rows: number;
  /** For each column that is predicted; `isWhole`: for each number that the model gives. */
  readonly values: readonly Float64Array[];
  readonly isWhole?: true;
}

/** Names of the measures that say how well a model agrees with its original. */
const names = ['max_difference', 'mean_difference'] as const;

/** How far a model is from its original, row by row. Where only one of them says nothing of a row, the two are not comparable and no difference is known. */
export function differences(
  predict: Predict,
  original: Original | undefined,
): { readonly measures: Readonly<Record<string, number>>; readonly unknown: Readonly<Record<string, string>> } {
  if (!original)
    return { measures: { rows_compared: 0 }, unknown: unknownFor('the file has no original to compare it with') };
  const { columns, rows, values } = original;
  const own = predict(columns, rows);
  let [sum, max, count] = [0, 0, 0];
  for (const [at, said] of values.entries()) {
    const found = own[at] as Float64Array;
    for (let row = 0; row < rows; row += 1) {
      const [one, other] = [found[row] as number, said[row] as number];
      if (Number.isNaN(one) && Number.isNaN(other)) continue;
      const difference = Math.abs(one - other);
      if (Number.isNaN(difference))
        return {
          measures: { rows_compared: rows },
          unknown: unknownFor(`of row ${row + 1} the original says ${other}, and the model says ${one}`),
        };
      sum += difference;
      max = Math.max(max, difference);
      count += 1;
    }
  }
  const mean = count === 0 ? 0 : sum / count;
  return { measures: { max_difference: max, mean_difference: mean, rows_compared: rows }, unknown: {} };
}
const unknownFor = (why: string): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, why]));
