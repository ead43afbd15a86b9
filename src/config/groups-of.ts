import type { AnyModel, Definition } from '../define/index.ts';
import { approvalOf, type Graph, invalidDefinition } from '../graph/index.ts';
import type { ProjectConfig } from './project.ts';

/** Throws DEFINITION_INVALID for a model, or rows, that wait for a group which the configuration does not have: nobody could ever let it out. */
export function refuseUnknownGroups({ groups = {} }: ProjectConfig, graph: Graph): void {
  for (const { definition } of graph.nodes.values()) {
    const waiting = waitsFor(definition);
    const group = waiting?.groups.find((one) => !Object.hasOwn(groups, one));
    if (!waiting || group === undefined) continue;
    throw invalidDefinition(
      `${waiting.who} for the approval of ${group}, and the configuration has no such group.`,
      definition,
      `Name one of these, or add ${group} to \`groups\` in esteira.config.ts: groups: { ${group}: ['ana'] }.`,
      Object.keys(groups).join(', ') || 'none: esteira.config.ts has no groups',
    );
  }
}

/** Who is to let it, or its rows, out. */
function waitsFor(definition: Definition): { readonly who: string; readonly groups: readonly string[] } | undefined {
  const approval = approvalOf(definition);
  if (approval)
    return {
      who: `Rows of ${approval.of.name} wait`,
      groups: [approval.group, ...(approval.second ? [approval.second.by] : [])],
    };
  if (definition.kind !== 'model') return undefined;
  const { name, facts } = definition as AnyModel;
  return facts.release && { who: `The model ${name} waits`, groups: [facts.release.approvedBy] };
}
