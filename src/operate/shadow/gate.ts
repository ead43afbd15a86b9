import type { ModelVersion } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import { aboutOf, type ModelNode } from '../models/find.ts';
import { servingFiles, verdictOf } from './endpoints.ts';
import { progressOf } from './progress.ts';
import type { ShadowGateView } from './views.ts';

/** How the limits on a version's shadow were judged, or how far it is; nothing where its gate has none. */
export async function shadowGate(
  project: Project,
  node: ModelNode,
  version: ModelVersion,
): Promise<{ readonly shadow?: ShadowGateView }> {
  const limits = aboutOf(version)?.gate.later ?? [];
  if (limits.length === 0) return {};
  const verdict = verdictOf(version);
  if (version.judged && verdict)
    return { shadow: { judged: { passed: version.judged.passed, at: version.judged.at.toString(), ...verdict } } };
  const none = { requests: 0, wanted: Math.max(...limits.map(({ requests }) => requests)) };
  const progress = await servingFiles(project)
    .then((files) => progressOf(project, node, { version, files }))
    .catch(() => none);
  return { shadow: { waits: { requests: progress.requests, wanted: progress.wanted, limits } } };
}
