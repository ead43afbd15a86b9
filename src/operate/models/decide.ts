import { EsteiraError } from '../../errors.ts';
import type { Decision, ModelVersion } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import { commandIn } from '../alerts/words.ts';
import { moment } from '../numbers.ts';
import { aboutOf, labelOfModel, type ModelNode, modelNamed, versionNamed } from './find.ts';
import { moveTo, refuseBroken, refuseWithoutReason } from './move.ts';
import type { MoveView } from './views.ts';
import { waitingOf } from './waiting.ts';

interface Asked {
  readonly model: string;
  readonly version?: string;
  readonly by: string;
  readonly reason: string;
}

/**
 * Lets a version out that waits for somebody of a group; it becomes the champion as soon as it is complete, unless the one that it goes on from was put
 * aside. Throws NOT_ALLOWED, DECIDED_ALREADY,
 * VERSION_UNUSABLE, VERSION_BROKEN, CHAMPION_CHANGED.
 */
export async function approve(project: Project, input: Asked): Promise<MoveView> {
  const { node, version, label } = await asked(project, input);
  await refuseBroken(project, node, version);
  await decide(project, { node, version, label }, input, 'approved');
  await project.trace('version-approved');
  const decided = await versionNamed(project, node, version.version);
  const waiting = await waitingOf(project, node, decided);
  if (waiting?.for === 'promotion') return moveTo(project, { node, version: decided }, input);
  const before = (await project.state.models.champions()).get(node.id)?.version;
  return {
    ...{ model: node.id, label, version: version.version, became: 'waits', by: input.by, reason: input.reason },
    ...(before === undefined ? {} : { before }),
    ...(waiting ? { waits: waiting.text } : {}),
    ...(waiting?.next === undefined ? {} : { next: waiting.next }),
    notes: [],
  };
}

/** A version that waits is never used. */
export async function reject(project: Project, input: Asked): Promise<MoveView> {
  const { node, version, label } = await asked(project, input);
  await decide(project, { node, version, label }, input, 'rejected');
  const champion = (await project.state.models.champions()).get(node.id)?.version;
  return {
    ...{ model: node.id, label, version: version.version, became: 'rejected', by: input.by, reason: input.reason },
    ...(champion === undefined ? {} : { before: champion }),
    notes: [],
  };
}

interface Meant {
  readonly node: ModelNode;
  readonly version: ModelVersion;
  readonly label: string;
}

/** The version that is named, or the newest that waits for approval. */
async function asked(project: Project, input: Asked): Promise<Meant> {
  const node = modelNamed(project, input.model);
  refuseWithoutReason(input);
  const label = labelOfModel(project, node);
  if (input.version !== undefined) return { node, label, version: await versionNamed(project, node, input.version) };
  const candidates = await project.state.models.versions({ model: node.id, state: 'candidate', limit: 100 });
  const version = candidates.find((one) => aboutOf(one)?.approvedBy !== undefined && !one.decision);
  if (version) return { node, label, version };
  const [newest] = await project.state.models.versions({ model: node.id, limit: 1 });
  const waiting = newest && (await waitingOf(project, node, newest));
  throw new EsteiraError('VERSION_UNUSABLE', {
    what: `No version of ${label} waits for anybody's approval.`,
    ...(newest ? { got: `${newest.version}: ${waiting?.text ?? newest.state}` } : {}),
    next: `${commandIn(project, `models history ${label}`)} lists all versions, and what became of them.`,
  });
}

async function decide(project: Project, meant: Meant, said: Asked, decided: Decision['decided']): Promise<void> {
  const { node, version, label } = meant;
  refuseOutsider(project, meant, said.by, decided);
  const { by, reason } = said;
  const result = await project.state.models.decide(
    { model: node.id, version: version.version },
    { decided, by, reason, at: project.clock.now() },
  );
  if (result.decided === 'now') return;
  const history = commandIn(project, `models history ${label}`);
  if (result.decided === 'impossible')
    throw new EsteiraError('VERSION_UNUSABLE', {
      what: `Nothing is to be decided about the version ${version.version} of ${label}: it is no candidate.`,
      got: result.state ?? 'not there',
      next: history,
    });
  const { decision: before } = result;
  throw new EsteiraError('DECIDED_ALREADY', {
    what: `${before.by} has ${before.decided} the version ${version.version} of ${label} already.`,
    got: `${before.reason} (${moment(before.at.toString())})`,
    next:
      before.decided === 'approved'
        ? `${commandIn(project, `models show ${label} ${version.version}`)} says whether it is used, and what it waits for.`
        : `It stays refused; train another, or choose one of ${history}`,
  });
}

/** Whoever asked for the training may approve too: who asked and who approved are both kept. */
function refuseOutsider(project: Project, { version, label }: Meant, by: string, decided: Decision['decided']): void {
  const group = aboutOf(version)?.approvedBy;
  // Anybody may say that a candidate is not to be used.
  if (group === undefined && decided === 'rejected') return;
  if (group === undefined)
    throw new EsteiraError('VERSION_UNUSABLE', {
      what: `The version ${version.version} of ${label} waits for nobody's approval.`,
      got: version.state,
      next: commandIn(project, `models promote ${label} ${version.version} --reason …`),
    });
  const people = project.groups?.get(group) ?? [];
  if (people.includes(by)) return;
  throw new EsteiraError('NOT_ALLOWED', {
    what: `${by} is not in ${group}, which is to decide about versions of ${label}.`,
    got: by,
    allowed: people.join(', ') || `nobody: \`groups\` of the configuration has nobody in ${group}`,
    next: `Ask one of them, or add the name to groups.${group} in esteira.config.ts.`,
  });
}
