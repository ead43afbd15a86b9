import type { AnyTable } from '../../define/index.ts';
import type { Project } from '../../run/index.ts';
import type { Finding } from './finding.ts';
import { lookAt, outsideOfTarget } from './outside.ts';

/** Each table elsewhere into which rows are written takes them. */
export async function targetFindings(project: Project): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { definition } of project.graph.nodes.values()) {
    const outside = definition.kind === 'table' ? outsideOfTarget(definition as AnyTable, project) : undefined;
    if (outside) findings.push(...(await lookAt(outside, project)));
  }
  return findings;
}
