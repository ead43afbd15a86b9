import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Features } from './generator/people.ts';

interface Pipeline {
  readonly sha256: string;
  readonly missing: number;
  readonly intercept: number;
  readonly numbers: Readonly<
    Record<string, { readonly mean: number; readonly scale: number; readonly coefficient: number }>
  >;
  readonly source: Readonly<Record<string, number>>;
}
const models = join(import.meta.dirname, '..', 'models');
export const onnxFile = join(models, 'lead_scoring_pipeline_v1.onnx');
export const pipeline = JSON.parse(readFileSync(join(models, 'lead_scoring_pipeline_v1.json'), 'utf8')) as Pipeline;

/** What the pipeline of scikit-learn says, by its own coefficients and in double precision: a second way to the same score, without ONNX. */
export function plantedScore(features: Features): number {
  const { missing, intercept, numbers, source } = pipeline;
  const sum = Object.entries(numbers).reduce(
    (all, [name, { mean, scale, coefficient }]) => {
      const value = (features as unknown as Readonly<Record<string, number | null>>)[name] ?? missing;
      return all + (coefficient * (value - mean)) / scale;
    },
    intercept + (source[features.source] ?? 0),
  );
  return 1 / (1 + Math.exp(-sum));
}
