import type { AnyTable } from '../../define/index.ts';
import { approvalOf, type Node } from '../../graph/index.ts';
import type { StepModel } from '../../plan/index.ts';
import type { StepRun } from '../step.ts';
import { proposeLines } from './propose.ts';

/** Rows of that table which people are to let through are proposed to them. What is killed before is made good by whoever looks next. */
export async function proposeTo({ node }: StepModel, { project, values }: StepRun): Promise<void> {
  for (const one of project.graph.nodes.values()) {
    if (approvalOf(one.definition)?.of !== node.definition) continue;
    await proposeLines({ node: one as Node<AnyTable>, project, values });
  }
}
