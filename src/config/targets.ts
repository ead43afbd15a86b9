import { EsteiraError } from '../errors.ts';
import { type Graph, whereOf } from '../graph/index.ts';
import { type KeptFiles, within } from '../ports/index.ts';
import type { Target } from '../run/index.ts';
import type { Environment, Place } from './project.ts';

/** Where an environment publishes its models. */
export function targetsIn({ models = [] }: Pick<Environment, 'models'>, place: Place): readonly Target[] {
  const kinds = models.map(({ adapter }) => adapter);
  return models.map((store, index): Target => {
    const before = kinds.slice(0, index).filter((kind) => kind === store.adapter).length;
    const open = async (signal?: AbortSignal) => store.open(place, signal);
    return { name: before === 0 ? store.adapter : `${store.adapter} ${before + 1}`, open };
  });
}

/** Where versions of models are published: where the environment says; else, for the endpoints that there are, below the file store. */
export const publishedIn = (
  graph: Graph,
  { targets, files }: { readonly targets: readonly Target[]; readonly files: KeptFiles },
): readonly Target[] =>
  targets.length > 0 || graph.endpoints.size === 0
    ? targets
    : [{ name: published, open: async () => within(files, published) }];
const published = 'published';

/** Where processes of endpoints read, and write what they have seen: the first store of models, else the file store; nowhere where there are no endpoints. */
export function servingIn(
  graph: Graph,
  { targets, files, name }: { readonly targets: readonly Target[]; readonly files: KeptFiles; readonly name: string },
): Target | undefined {
  if (graph.endpoints.size === 0) return undefined;
  return targets[0] ?? { name, open: async () => files };
}

/** Throws DEFINITION_INVALID for two models that would be published under one name: stores know a model by the last part of its own. */
export function refuseSharedNames({ models = [] }: Pick<Environment, 'models'>, graph: Graph): void {
  if (models.length === 0 && graph.endpoints.size === 0) return;
  const known = new Map<string, string>();
  for (const { definition, id } of graph.nodes.values()) {
    if (definition.kind !== 'model') continue;
    const name = id.split('.').at(-1) ?? id;
    const other = known.get(name);
    known.set(name, id);
    if (other === undefined) continue;
    throw new EsteiraError('DEFINITION_INVALID', {
      what: `Two models would be published as ${name}.`,
      where: whereOf(definition),
      got: `${other}, ${id}`,
      next: 'Call one of them otherwise: stores know a model by the last part of its name.',
    });
  }
}
