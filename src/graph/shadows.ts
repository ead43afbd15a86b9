import type { Columns } from '../columns/index.ts';
import type { AnyModel, Endpoint, Learner, ShadowFigure } from '../define/index.ts';
import { invalidDefinition } from './catalog.ts';

const ofAnyOutput = ['errors', 'latency_p50_ms', 'latency_p95_ms'] satisfies ShadowFigure[];
const ofScores = [
  'overlap_at_5',
  'top_changed',
  'rank_correlation',
  'score_difference',
  'score_difference_p95',
] satisfies ShadowFigure[];

/** What a shadow of a model shows; the number of a cluster is no score. */
export function shownBy({ output }: Learner): readonly string[] {
  const [first] = Object.values<Columns[string]>(output);
  return first?.facts.kind === 'real' ? [...ofScores, ...ofAnyOutput] : ofAnyOutput;
}

/** Throws DEFINITION_INVALID for a gate that waits for a shadow that no endpoint shows. */
export function refuseUnshadowed(model: AnyModel, endpoints: Iterable<Endpoint>): void {
  const limit = model.facts.gate.find(({ measure }) => typeof measure === 'object' && measure.judged === 'shadow');
  if (!limit) return;
  for (const { facts } of endpoints) if (facts.model === model && facts.shadow) return;
  throw invalidDefinition(
    `The gate of ${model.name} waits for ${limit.judges}, and no endpoint shows it.`,
    model,
    'Give its endpoint `shadow: { share: 0.1 }`, or take the limit out of the gate.',
    'an endpoint of this model with `shadow`',
  );
}
