import { type Graph, groupsOf, invalidDefinition } from '../graph/index.ts';
import type { ProjectConfig } from './project.ts';

/** Throws DEFINITION_INVALID for a model, or rows, that wait for a group which the configuration does not have: nobody could ever let it out. */
export function refuseUnknownGroups({ groups = {} }: ProjectConfig, graph: Graph): void {
  for (const { definition } of graph.nodes.values()) {
    const waiting = groupsOf(definition);
    const group = waiting?.groups.find((one) => !Object.hasOwn(groups, one));
    if (!waiting || group === undefined) continue;
    throw invalidDefinition(
      `${waiting.who} for the approval of ${group}, and the configuration has no such group.`,
      definition,
      `${Object.keys(groups).length > 0 ? 'Name one of these, or add' : 'Add'} ${group} to \`groups\` in esteira.config.ts: groups: { ${group}: ['ana'] }.`,
      Object.keys(groups).join(', ') || 'none: esteira.config.ts has no groups',
    );
  }
}
