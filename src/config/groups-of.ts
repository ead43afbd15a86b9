import type { AnyModel } from '../define/index.ts';
import { type Graph, invalidDefinition } from '../graph/index.ts';
import type { ProjectConfig } from './project.ts';

/** Throws DEFINITION_INVALID for a model that waits for a group which the configuration does not have: nobody could ever let it out. */
export function refuseUnknownGroups({ groups = {} }: ProjectConfig, graph: Graph): void {
  for (const { definition } of graph.nodes.values()) {
    if (definition.kind !== 'model') continue;
    const { name, facts } = definition as AnyModel;
    const group = facts.release?.approvedBy;
    if (group === undefined || Object.hasOwn(groups, group)) continue;
    throw invalidDefinition(
      `The model ${name} waits for the approval of ${group}, and the configuration has no such group.`,
      definition,
      `Name one of these, or add ${group} to \`groups\` in esteira.config.ts: groups: { ${group}: ['ana'] }.`,
      Object.keys(groups).join(', ') || 'none: esteira.config.ts has no groups',
    );
  }
}
