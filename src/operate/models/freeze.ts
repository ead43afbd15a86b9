import type { Freeze } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import { commandIn } from '../alerts/words.ts';
import { moment } from '../numbers.ts';
import { labelOfModel, type ModelNode, modelNodes } from './find.ts';
import { goodDays } from './good-days.ts';
import type { FreezeView, FrozenModelView } from './views.ts';

/** Why nothing is promoted automatically; nothing where it is. */
export async function frozenView(project: Project, node: ModelNode): Promise<FreezeView | undefined> {
  const [freeze] = await project.state.models.freezes({ model: node.id, open: true, limit: 1 });
  return freeze && viewOf(freeze, node, project);
}

async function viewOf(freeze: Freeze, node: ModelNode, project: Project): Promise<FreezeView> {
  const { since, job, from, days: of } = freeze;
  const days = of === undefined ? undefined : { good: await goodDays(freeze, project), of };
  const until = days ? `; ${days.good} of ${days.of} good days` : '';
  return {
    ...{ since: since.toString(), job, takenBack: from },
    ...(days ? { days } : {}),
    text: `automatic promotion is frozen since ${moment(since.toString())}, when ${job} took ${from} back${until}`,
    next: commandIn(project, `models thaw ${labelOfModel(project, node)} --reason …`),
  };
}

/** Every model that is frozen. */
export async function frozenModels(project: Project): Promise<readonly FrozenModelView[]> {
  const found: FrozenModelView[] = [];
  for (const node of modelNodes(project)) {
    const frozen = await frozenView(project, node);
    if (frozen) found.push({ model: labelOfModel(project, node), ...frozen });
  }
  return found;
}
