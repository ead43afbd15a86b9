import type { Endpoint } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import type { KeptFiles, ModelVersion } from '../../ports/index.ts';
import type { JudgedLimit } from '../../registry/about.ts';
import type { Project } from '../../run/index.ts';
import { aboutOf, type ModelNode } from '../models/find.ts';

/** Endpoints that show a model's shadow. */
export const shadowing = ({ graph }: Project, node?: ModelNode): readonly Endpoint[] =>
  [...graph.endpoints.values()].filter(
    ({ facts }) => facts.shadow && (node === undefined || facts.model === node.definition),
  );

export const nodeServed = ({ graph }: Project, { facts }: Endpoint): ModelNode =>
  graph.nodeOf(facts.model) as ModelNode;

/** By its name. Throws NAME_UNKNOWN. */
export function endpointNamed(project: Project, name: string): Endpoint {
  const found = project.graph.endpoints.get(name);
  if (found) return found;
  throw new EsteiraError('NAME_UNKNOWN', {
    what: `There is no endpoint "${name}".`,
    allowed: [...project.graph.endpoints.keys()].join(', ') || 'none: no definition file exports an endpoint',
    next: 'Write one of these, or define it: endpoint(name, { … }).',
  });
}

/** Where endpoints are served from; it may not answer. */
export async function servingFiles({ serving }: Project, signal?: AbortSignal): Promise<KeptFiles> {
  if (!serving) throw new Error('the project has no endpoints');
  return serving.open(signal);
}

/** It passed what was known when it was trained, and waits for the rest. */
export const waitsForShadow = (version: ModelVersion): boolean =>
  version.state === 'candidate' && version.judged === undefined && (aboutOf(version)?.gate.later ?? []).length > 0;

/** How the limits were judged that only a shadow shows; kept with the version. */
export interface ShadowVerdict {
  /** The champion that it was seen beside. */
  readonly champion: string;
  readonly since: string;
  readonly requests: number;
  readonly limits: readonly JudgedLimit[];
}
export const verdictOf = ({ judged: late }: ModelVersion): ShadowVerdict | undefined =>
  late?.limits as ShadowVerdict | undefined;
