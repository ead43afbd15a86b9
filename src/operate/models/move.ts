import { EsteiraError } from '../../errors.ts';
import type { Held, ModelVersion, NewMoves } from '../../ports/index.ts';
import { broken, type Project, showChampions } from '../../run/index.ts';
import { commandIn } from '../alerts/words.ts';
import { aboutOf, labelOfModel, type ModelNode, modelNamed, versionNamed } from './find.ts';
import { brokenOf } from './show.ts';
import type { MoveView } from './views.ts';
import { waitingOf } from './waiting.ts';

interface Said {
  readonly by: string;
  readonly reason: string;
}

/** Puts a version in the place of the champion. Throws VERSION_UNUSABLE, VERSION_BROKEN, APPROVAL_NEEDED, CHAMPION_CHANGED; then nothing is changed. */
export async function promote(
  project: Project,
  input: Said & { readonly model: string; readonly version: string; readonly insteadOf?: string },
): Promise<MoveView> {
  const node = modelNamed(project, input.model);
  refuseWithoutReason(input);
  const version = await versionNamed(project, node, input.version);
  return moveTo(
    project,
    { node, version, ...(input.insteadOf === undefined ? {} : { insteadOf: input.insteadOf }) },
    input,
  );
}

/** Why was it done, is asked of every move for as long as the model lives. */
export function refuseWithoutReason({ reason }: Said): void {
  if (reason.trim() !== '') return;
  throw new EsteiraError('COMMAND_UNKNOWN', {
    what: 'Nobody has said why.',
    allowed: 'a reason, which is kept in the history of the model',
    next: 'Add --reason "…"',
  });
}

export async function moveTo(
  project: Project,
  {
    node,
    version,
    takesBack = false,
    insteadOf,
    chain = [],
    ...automatic
  }: {
    readonly node: ModelNode;
    readonly version: ModelVersion;
    readonly takesBack?: boolean;
    /** Of a run that takes the champion back by itself. */
    readonly held?: Held;
    readonly freezes?: NonNullable<NewMoves['freezes']>;
    readonly insteadOf?: string;
    /** Versions that are taken back with the champion. */
    readonly chain?: readonly string[];
  },
  { by, reason }: Said,
): Promise<MoveView> {
  const label = labelOfModel(project, node);
  const { models } = project.state;
  const before = (await models.champions()).get(node.id)?.version;
  const view = {
    ...{ model: node.id, label, version: version.version, by, reason },
    ...(before === undefined ? {} : { before }),
  };
  if (insteadOf !== undefined && insteadOf !== before)
    throw championChanged(project, label, { seen: insteadOf, champion: before });
  if (before === version.version) return { ...view, became: 'already', notes: [] };
  await refuseUnusable(project, { node, version });
  const moved = await models.move({
    models: [{ model: node.id, to: version.version, chain, ...(before === undefined ? {} : { from: before }) }],
    ...{ ...automatic, by, reason, takesBack, now: project.clock.now() },
  });
  if (moved.moved === 'overtaken') throw championChanged(project, label, { seen: before, champion: moved.champion });
  if (moved.moved === 'unusable')
    throw unusable(project, { label, version, why: `it is ${moved.state ?? 'not there'} by now` });
  await project.trace('champion-moved');
  await showChampions(project);
  return { ...view, became: 'moved', notes: judgedBeside(version, before) };
}

/** Its limits held against another champion. */
const judgedBeside = (version: ModelVersion, champion: string | undefined): readonly string[] => {
  const judged = aboutOf(version)?.champion;
  if (version.state !== 'candidate' || judged === champion) return [];
  return [`its gate compared it with ${judged ?? 'no champion'}, and the champion was ${champion ?? 'none'} by now`];
};

const championChanged = (
  project: Project,
  label: string,
  { seen, champion }: { readonly seen: string | undefined; readonly champion: string | undefined },
): EsteiraError =>
  new EsteiraError('CHAMPION_CHANGED', {
    what: `The champion of ${label} is another than the one that was seen.`,
    got: `${champion ?? 'none'} in the place of ${seen ?? 'none'}`,
    next: `${commandIn(project, `models history ${label}`)}; then give the command again if it is still meant.`,
  });

const unusable = (
  project: Project,
  {
    label,
    version,
    why,
    next,
  }: {
    readonly label: string;
    readonly version: ModelVersion;
    readonly why: string;
    readonly next?: string | undefined;
  },
): EsteiraError =>
  new EsteiraError('VERSION_UNUSABLE', {
    what: `The version ${version.version} of ${label} cannot be used: ${why}.`,
    got: version.state,
    allowed: 'a version that passed its gate, is complete, and was not taken back',
    next: next ?? commandIn(project, `models history ${label}`),
  });

/** Throws for a version that is not whole, not complete, or not let out. */
export async function refuseUnusable(
  project: Project,
  {
    node,
    version,
    unapproved = false,
  }: { readonly node: ModelNode; readonly version: ModelVersion; readonly unapproved?: boolean },
): Promise<void> {
  const label = labelOfModel(project, node);
  await refuseBroken(project, node, version);
  const waiting = await waitingOf(project, node, version);
  if (!waiting || ['promotion', 'choice', 'thaw'].includes(waiting.for)) return;
  if (waiting.for !== 'approval') throw unusable(project, { label, version, why: waiting.text, next: waiting.next });
  if (unapproved) return;
  throw new EsteiraError('APPROVAL_NEEDED', {
    what: `The version ${version.version} of ${label} waits for approval: ${waiting.text}.`,
    next: waiting.next ?? '',
  });
}

/** Throws VERSION_BROKEN for one whose files are not what was registered. */
export async function refuseBroken(project: Project, node: ModelNode, version: ModelVersion): Promise<void> {
  const why = await brokenOf(project, version);
  if (why !== undefined) throw broken(node, version.version, why);
}
