import { EsteiraError } from '../../errors.ts';
import type { ModelVersion } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import { commandIn } from '../alerts/words.ts';
import { labelOfModel, type ModelNode, modelNamed, versionNamed } from './find.ts';
import { chainOf } from './life.ts';
import { moveTo, refuseWithoutReason } from './move.ts';
import { brokenOf } from './show.ts';
import type { MoveView } from './views.ts';

/** Moves that are looked through for the champion before. */
const most = 1000;

/**
 * Takes the champion back: the one before it, that was not itself taken back, is used again; or `to`. What is taken back is never used again.
 * Throws ROLLBACK_IMPOSSIBLE, and what `promote` throws; then nothing is changed.
 */
export async function rollback(
  project: Project,
  input: {
    readonly model: string;
    readonly to?: string;
    readonly insteadOf?: string;
    readonly by: string;
    readonly reason: string;
  },
): Promise<MoveView> {
  const node = modelNamed(project, input.model);
  refuseWithoutReason(input);
  const label = labelOfModel(project, node);
  const champion = (await project.state.models.champions()).get(node.id)?.version;
  if (champion === undefined) throw impossible(project, label, 'it has no champion');
  const version =
    input.to === undefined
      ? await championBefore(project, node, champion)
      : await versionNamed(project, node, input.to);
  if (version.version === champion) throw impossible(project, label, `${champion} is the champion`);
  const { insteadOf } = input;
  const seen = insteadOf === undefined ? {} : { insteadOf };
  return moveTo(project, { node, version, takesBack: true, ...seen }, input);
}

/**
 * The newest champion before that one that was not taken back itself; with `whole`, whose files are as they were registered, too; with `chain`, that neither
 * it nor any that it goes on from is of these.
 */
export async function championBefore(
  project: Project,
  node: ModelNode,
  champion: string,
  { whole = false, chain = [] }: { readonly whole?: boolean; readonly chain?: readonly string[] } = {},
): Promise<ModelVersion> {
  const { models } = project.state;
  for (const { from } of await models.moves({ model: node.id, limit: most })) {
    const version = from === undefined || from === champion ? undefined : await models.version(node.id, from);
    if (version?.state !== 'released' || (whole && (await brokenOf(project, version)))) continue;
    const own = chain.length > 0 ? await chainOf(project, node.id, version.version) : [];
    if (!own.some((one) => chain.includes(one))) return version;
  }
  const why = [
    `no other version than ${champion} was the champion, or all were taken back`,
    ...(whole ? ['or are not whole any more'] : []),
    ...(chain.length > 1 ? [`or have the trees of ${chain.at(-1)}, which it goes on from`] : []),
  ];
  throw impossible(project, labelOfModel(project, node), why.join(', '));
}

const impossible = (project: Project, label: string, why: string): EsteiraError =>
  new EsteiraError('ROLLBACK_IMPOSSIBLE', {
    what: `There is no version of ${label} to go back to: ${why}.`,
    next: `${commandIn(project, `models history ${label}`)} lists all versions; --to names one.`,
  });
