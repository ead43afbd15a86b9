import { asksEngine, missingFor, missingToPredict, type Project } from '../../run/index.ts';
import { labelOfModel, type ModelNode, modelNodes } from '../models/find.ts';
import { attempt, type Finding } from './finding.ts';

/** Of each model that is made elsewhere: whether what imports it, and what predicts with it, is installed. */
export async function engineFindings(project: Project): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const node of modelNodes(project)) {
    if (!node.definition.facts.learner.brought || asksEngine(node.definition)) continue;
    const what = `engine of ${labelOfModel(project, node)}`;
    findings.push(...(await attempt(what, project, () => engineOf(what, node, project))));
  }
  return findings;
}

async function engineOf(what: string, node: ModelNode, project: Project): Promise<string | readonly Finding[]> {
  const missing = (await missingFor(node.definition, project)) ?? (await missingToPredict(node, project));
  if (missing) return [{ what, ok: false, found: missing.what, next: missing.next }];
  return 'what it needs is installed';
}
