import type { Columns } from '../../columns/index.ts';
import type { AnyModel } from '../../define/index.ts';
import type { Node } from '../../graph/index.ts';

/** How a value of a feature is read: a number, true or false, or a word. */
export type FeatureKind = 'number' | 'boolean' | 'words';
const numeric = new Set(['integer', 'bigint', 'real', 'decimal']);

/** What a version must be to be served: the definition as plain data, so that a thread can be given it. */
export interface WantedModel {
  /** `catalog.schema.name`. */
  readonly model: string;
  readonly learner: string;
  readonly features: readonly { readonly name: string; readonly kind: FeatureKind }[];
  readonly each: readonly string[];
  /** The names of what it predicts. */
  readonly outputs: readonly string[];
}

export function wantedOf({ id, definition }: Pick<Node<AnyModel>, 'id' | 'definition'>): WantedModel {
  const { facts, output } = definition;
  const columns: Columns = facts.from.columns;
  return {
    model: id,
    learner: facts.learner.learner,
    features: facts.features.map((name) => ({ name, kind: kindOf(columns[name] as Columns[string]) })),
    each: facts.each,
    outputs: Object.keys(output as Columns),
  };
}

function kindOf({ facts }: Columns[string]): FeatureKind {
  if (numeric.has(facts.kind)) return 'number';
  return facts.kind === 'boolean' ? 'boolean' : 'words';
}
