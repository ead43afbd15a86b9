import type { AnyModel } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import type { Node } from '../../graph/index.ts';
import type { ModelVersion } from '../../ports/index.ts';
import type { Member, VersionAbout } from '../../registry/about.ts';
import { memberInOrder, type Project } from '../../run/index.ts';
import { labelIn } from '../alerts/subject.ts';
import { commandIn } from '../alerts/words.ts';
import { fewOf } from '../names.ts';

export type ModelNode = Node<AnyModel>;

export const modelNodes = ({ graph }: Project): readonly ModelNode[] =>
  [...graph.nodes.values()].filter((node): node is ModelNode => node.definition.kind === 'model');

/** By its name, with or without catalog and schema, or an end of it that no other has. Throws NAME_UNKNOWN, NAME_AMBIGUOUS. */
export function modelNamed(project: Project, name: string): ModelNode {
  const all = modelNodes(project);
  const exact = all.filter((node) => [node.id, `${node.schema}.${node.table}`, node.definition.name].includes(name));
  const wanted = name.toLowerCase();
  const ending = name === '' ? [] : all.filter(({ id }) => id.toLowerCase().endsWith(wanted));
  const found = exact.length > 0 ? exact : ending;
  if (found[0] && found.length === 1) return found[0];
  const ids = found.map(({ id }) => id).toSorted();
  if (ids.length > 1)
    throw new EsteiraError('NAME_AMBIGUOUS', {
      what: `The names of ${ids.length} models end with ${name}.`,
      got: ids.join(', '),
      allowed: 'a name, or an end of it that only one has',
      next: `Write ${ids[0]}, or another of these.`,
    });
  throw new EsteiraError('NAME_UNKNOWN', {
    what: `There is no model "${name}".`,
    allowed: fewOf(all.map(({ id }) => labelIn(project.graph, id))) || 'the project has no models',
    next: commandIn(project, 'models'),
  });
}

/** As people write it. */
export const labelOfModel = ({ graph }: Project, { id }: ModelNode): string => labelIn(graph, id);

/** Versions of a model that are looked at. */
export const mostVersions = 1000;

/** By its name, or a beginning of it that no other has. Throws NAME_UNKNOWN with the newest. */
export async function versionNamed(project: Project, node: ModelNode, name: string): Promise<ModelVersion> {
  const exact = await project.state.models.version(node.id, name);
  if (exact) return exact;
  const all = await project.state.models.versions({ model: node.id, limit: mostVersions });
  const found = name === '' ? [] : all.filter(({ version }) => version.startsWith(name));
  if (found[0] && found.length === 1) return found[0];
  const label = labelOfModel(project, node);
  throw new EsteiraError('NAME_UNKNOWN', {
    what:
      found.length > 1
        ? `${found.length} versions of ${label} begin with ${name}.`
        : `${label} has no version ${name}.`,
    allowed: fewOf(all.map(({ version }) => version)) || 'none: it was never trained',
    next: commandIn(project, `models history ${label}`),
  });
}

/** What a version says of itself; its members name their columns in the order of the definition, which JSON does not keep. */
export function aboutOf({ about }: ModelVersion): VersionAbout | undefined {
  const said = about as VersionAbout | undefined;
  if (!said) return undefined;
  const ordered = <Of extends { readonly member: Member }>(all: readonly Of[]): readonly Of[] =>
    all.map((one) => ({ ...one, member: memberInOrder(one.member, said.each) }));
  const limits = said.gate.limits.map((limit) => ({ ...limit, members: ordered(limit.members) }));
  return { ...said, members: ordered(said.members), gate: { ...said.gate, limits } };
}
