import type { Freeze, ModelVersion } from '../../ports/index.ts';
import { candidateOf, type Project, showChampions } from '../../run/index.ts';
import { jobAsActor } from '../actors.ts';
import { labelOfModel, type ModelNode, modelNamed, modelNodes } from './find.ts';
import { goodDays } from './good-days.ts';
import { refuseWithoutReason } from './move.ts';
import { brokenOf } from './show.ts';
import type { ThawView } from './views.ts';
import { waitingOf } from './waiting.ts';

/**
 * Says that versions may become the champion by themselves again; the newest that passed its gate meanwhile and still stands does so at once. Older ones stay
 * candidates.
 */
export async function thaw(
  project: Project,
  input: { readonly model: string; readonly by: string; readonly reason: string },
): Promise<ThawView> {
  const node = modelNamed(project, input.model);
  refuseWithoutReason(input);
  const [freeze] = await project.state.models.freezes({ model: node.id, open: true, limit: 1 });
  return freeze ? end(project, { node, freeze }, input) : viewOf(project, node);
}

const viewOf = (project: Project, node: ModelNode, more: Partial<ThawView> = {}): ThawView => ({
  ...{ model: node.id, label: labelOfModel(project, node), thawed: false },
  ...more,
});

/** Ends freezes of which enough good days have passed; gives what there is to say. */
export async function thawWhatIsGood(project: Project): Promise<readonly string[]> {
  const said: string[] = [];
  const open = await project.state.models.freezes({ open: true, limit: 1000 });
  for (const freeze of open) {
    const node = modelNodes(project).find(({ id }) => id === freeze.model);
    if (!node || freeze.days === undefined) continue;
    const good = await goodDays(freeze, project);
    if (good < freeze.days) continue;
    const reason = `${good} good days after ${freeze.from} was taken back`;
    const view = await end(project, { node, freeze }, { by: jobAsActor(freeze.job), reason });
    if (!view.thawed) continue;
    const became = view.champion === undefined ? '' : `; ${view.champion} is the champion`;
    said.push(`${view.label}: automatic promotion goes on after ${good} good days${became}`);
  }
  return said;
}

async function end(
  project: Project,
  { node, freeze }: { readonly node: ModelNode; readonly freeze: Freeze },
  { by, reason }: { readonly by: string; readonly reason: string },
): Promise<ThawView> {
  const { models } = project.state;
  const before = (await models.champions()).get(node.id)?.version;
  const next = await nextOf(project, node);
  const puts = next && { ...(before === undefined ? {} : { from: before }), to: next.version };
  const thawing = { model: node.id, by, reason, now: project.clock.now() };
  const moved = await models.thaw({ ...thawing, ...(puts ? { puts } : {}) });
  // Somebody has moved the champion meanwhile: whoever promoted one by hand has ended the freeze, and another rollback leaves it for the next look.
  if (moved.moved !== 'all') return viewOf(project, node);
  await project.trace('thawed');
  if (next) await showChampions(project);
  return viewOf(project, node, {
    ...{ thawed: true, since: freeze.since.toString(), job: freeze.job },
    ...(before === undefined ? {} : { before }),
    ...(next ? { champion: next.version } : {}),
  });
}

/** What nothing but the freeze keeps from being the champion. */
async function nextOf(project: Project, node: ModelNode): Promise<ModelVersion | undefined> {
  const newest = await candidateOf(node.id, project);
  if (!newest || (await waitingOf(project, node, newest))?.for !== 'thaw') return undefined;
  return (await brokenOf(project, newest)) === undefined ? newest : undefined;
}
