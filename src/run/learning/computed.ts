import { type Columns, col, type Vector } from '../../columns/index.ts';
import type { AnyModel } from '../../define/index.ts';
import { pickedAll, rowsWhere } from '../../learn/learners/rows.ts';
import type { PredictedInput } from '../../ports/index.ts';
import { versionName } from './learning.ts';
import type { OpenedPredictor } from './predictor.ts';

/** Rows that the engine cannot predict by itself, as a relation of a step: trees are walked here. */
export function computedInput(
  { facts }: AnyModel,
  { members, version }: OpenedPredictor,
  of: { readonly relation: string; readonly query: string },
): PredictedInput {
  const { learner, features, each, from } = facts;
  const names = Object.keys(learner.output);
  const { columns } = from as { readonly columns: Columns };
  const asked = features.map((feature) => [feature, columns[feature]] as const);
  return {
    ...of,
    columns: Object.fromEntries([...asked, ...each.map((one) => [one, col.text()] as const)]) as Columns,
    output: learner.output,
    constants: { [versionName]: version },
    predict(vectors, rows) {
      const found = names.map(() => new Float64Array(rows).fill(Number.NaN));
      for (const { member, predict } of members) {
        if (!predict) continue;
        const wanted = Object.entries(member).map(([key, value]) => [vectors[key], String(value)] as const);
        if (wanted.length === 0) return named(names, predict(vectors, rows));
        const own = rowsWhere(rows, (row) => wanted.every(([vector, value]) => textAt(vector, row) === value));
        for (const [column, values] of predict(pickedAll(vectors, own), own.length).entries())
          for (let at = 0; at < own.length; at += 1)
            (found[column] as Float64Array)[own[at] as number] = values[at] as number;
      }
      return named(names, found);
    },
  };
}

const named = (names: readonly string[], columns: readonly Float64Array[]) =>
  Object.fromEntries(names.map((name, at) => [name, columns[at] as Float64Array]));

const textAt = (vector: Vector | undefined, row: number): string | undefined =>
  vector?.of === 'texts' ? vector.words[vector.codes[row] as number] : undefined;
