import type { Job } from '../../define/index.ts';
import type { Node } from '../../graph/index.ts';
import type { ModelVersion } from '../../ports/index.ts';
import { missedText } from '../../registry/verdict.ts';
import { frozenBy, frozenText, lacking, overtaken, type Project } from '../../run/index.ts';
import { labelIn } from '../alerts/subject.ts';
import { commandIn, few } from '../alerts/words.ts';
import { shadowing, verdictOf, waitsForShadow } from '../shadow/endpoints.ts';
import { progressText } from '../shadow/progress.ts';
import { aboutOf, labelOfModel, type ModelNode } from './find.ts';
import type { VersionView } from './views.ts';

/** Why a version is not the champion, and what comes next. */
export interface Waiting {
  /** `promotion`: nothing keeps it any more; `choice`: only that a person is to choose it (`overtaken`); `thaw`: only the freeze after a rollback. */
  readonly for: 'run' | 'tables' | 'shadow' | 'approval' | 'choice' | 'thaw' | 'promotion' | 'nothing';
  readonly text: string;
  /** The same for a heading, where the figures stand below. */
  readonly brief?: string;
  readonly next?: string;
}

export async function waitingOf(
  project: Project,
  node: ModelNode,
  version: ModelVersion,
): Promise<Waiting | undefined> {
  switch (version.state) {
    case 'released':
      return undefined;
    case 'taken back':
      return { for: 'nothing', text: 'it was taken back' };
    case 'training':
      return waitsForRun(project, version);
    case 'refused':
      return { for: 'nothing', ...refusedBy(version) };
    case 'candidate':
      return candidateWaits(project, node, version);
  }
}

async function waitsForRun(project: Project, { runId }: ModelVersion): Promise<Waiting> {
  const run = await project.state.run(runId);
  if (run?.state === 'running') return { for: 'run', text: 'its run goes on' };
  return { for: 'run', text: 'its run ended before it was whole', next: commandIn(project, `resume ${runId}`) };
}

/** By a person, or by the limits that did not hold. */
function refusedBy(version: ModelVersion): Pick<Waiting, 'text' | 'brief'> {
  const { decision } = version;
  if (decision) return { text: `${decision.by} rejected it: ${decision.reason}` };
  const verdict = version.judged?.passed === false ? verdictOf(version) : undefined;
  if (verdict) return { text: `its shadow refused it: ${missedText({ passed: false, limits: verdict.limits })}` };
  const gate = aboutOf(version)?.gate;
  const broken = (gate?.limits ?? []).filter(({ passed }) => !passed);
  if (!gate || broken.length === 0) return { text: 'its gate refused it: no limit of it is known' };
  return {
    text: `its gate refused it: ${missedText(gate)}`,
    brief: `its gate refused it: ${few(broken.map(({ measure }) => measure))}`,
  };
}

async function candidateWaits(project: Project, node: ModelNode, version: ModelVersion): Promise<Waiting> {
  const label = labelOfModel(project, node);
  const missing = await lacking(project, node.definition, version.version);
  if (missing.length > 0) {
    const names = missing.map(({ catalog, definition }) => labelIn(project.graph, `${catalog}.${definition.name}`));
    const next = jobsThatBuild(project, missing)[0];
    const text = `its rows of ${few(names)} are not made`;
    return { for: 'tables', text, ...(next ? { next: commandIn(project, `run ${next}`) } : {}) };
  }
  if (waitsForShadow(version)) {
    const [endpoint] = shadowing(project, node);
    const text = `its shadow is to show more: ${await progressText(project, node, version)}`;
    return {
      for: 'shadow',
      text,
      ...(endpoint ? { next: commandIn(project, `endpoint report ${endpoint.name}`) } : {}),
    };
  }
  const champion = (await project.state.models.champions()).get(node.id)?.version;
  const gone = overtaken(version, champion);
  const group = aboutOf(version)?.approvedBy;
  if (group !== undefined && version.decision?.decided !== 'approved')
    return {
      for: 'approval',
      text: `somebody of ${group} is to approve it${gone === undefined ? '' : `, and it ${gone}`}`,
      next: commandIn(project, `approve ${label} ${version.version} --reason …`),
    };
  const next = commandIn(project, `models promote ${label} ${version.version} --reason …`);
  if (gone !== undefined) return { for: 'choice', text: `it ${gone}: it can be promoted`, next };
  const freeze = await frozenBy(version, project);
  return freeze
    ? { for: 'thaw', text: frozenText(freeze), next }
    : { for: 'promotion', text: 'nothing: it can be promoted', next };
}

function jobsThatBuild({ graph }: Project, nodes: readonly Node[]): readonly string[] {
  const wanted = new Set(nodes.map(({ definition }) => definition));
  const jobs = [...graph.jobs.values()].filter(({ build }) => build.some((one) => wanted.has(one)));
  // One that trains too would make another version.
  const trained = ({ train, refine }: Job): number => train.length + refine.length;
  return jobs.toSorted((one, other) => trained(one) - trained(other)).map(({ name }) => name);
}

export async function versionView(project: Project, node: ModelNode, version: ModelVersion): Promise<VersionView> {
  const waiting = await waitingOf(project, node, version);
  return {
    ...{ version: version.version, state: version.state, createdAt: version.createdAt.toString() },
    runId: version.runId,
    ...(waiting ? { waits: waiting.text } : {}),
    ...(waiting?.next === undefined ? {} : { next: waiting.next }),
  };
}
