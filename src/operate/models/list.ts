import type { ModelVersion } from '../../ports/index.ts';
import { jobsThatTrain, type Project, type SettingValues } from '../../run/index.ts';
import { dueOf, settingsNow } from './due.ts';
import { labelOfModel, type ModelNode, modelNamed, modelNodes, mostVersions } from './find.ts';
import { frozenView } from './freeze.ts';
import type { ChampionView, ModelHistoryView, ModelsView, ModelView, RetrainView } from './views.ts';
import { versionView } from './waiting.ts';

/** Every model: its champion, the newest version where that is newer, and whether it should be trained again. */
export async function models(project: Project): Promise<ModelsView> {
  const nodes = modelNodes(project);
  if (nodes.length === 0) return { models: [] };
  const settings = await settingsNow(project);
  return { models: await Promise.all(nodes.map((node) => modelView(project, node, settings))) };
}

async function modelView(project: Project, node: ModelNode, settings: SettingValues | undefined): Promise<ModelView> {
  const { facts } = node.definition;
  const champion = await championOf(project, node);
  const [newest] = await project.state.models.versions({ model: node.id, limit: 1 });
  const frozen = await frozenView(project, node);
  const isNewer = newest && newest.version !== champion?.version.version;
  return {
    ...{ model: node.id, label: labelOfModel(project, node) },
    ...(facts.about === undefined ? {} : { about: facts.about }),
    learner: facts.learner.learner,
    ...(champion ? { champion: champion.view } : {}),
    ...(isNewer ? { newest: await versionView(project, node, newest) } : {}),
    ...(frozen ? { frozen } : {}),
    due: champion
      ? await dueOf(project, node, { champion: champion.version, since: champion.view.since, settings })
      : [],
    trainedBy: trainedBy(project, node),
  };
}

const trainedBy = ({ graph }: Project, { definition }: ModelNode): readonly string[] =>
  jobsThatTrain(definition, graph).map(({ name }) => name);

/** The version in use, and how it came to be that. */
export async function championOf(
  { state, clock }: Project,
  { id }: ModelNode,
): Promise<{ readonly version: ModelVersion; readonly view: ChampionView } | undefined> {
  const champion = (await state.models.champions()).get(id);
  const version = champion && (await state.models.version(id, champion.version));
  if (!version) return undefined;
  const [move] = await state.models.moves({ model: id, limit: 1 });
  const { by = '', reason = '', at = version.createdAt } = move ?? {};
  const age = version.createdAt.until(clock.now()).total('seconds');
  const trained = { version: version.version, createdAt: version.createdAt.toString(), age };
  return { version, view: { ...trained, since: at.toString(), by, reason } };
}

/** Of each model why it should be trained again, those where nothing calls for it left out. */
export async function dueModels(project: Project): Promise<readonly RetrainView[]> {
  const { models: all } = await models(project);
  return all.filter(({ due }) => due.length > 0).map(({ label, trainedBy, due }) => ({ model: label, trainedBy, due }));
}

/** Every move of the champion and every version, the newest first. */
export async function history(
  project: Project,
  { model, limit = 20 }: { readonly model: string; readonly limit?: number },
): Promise<ModelHistoryView> {
  const node = modelNamed(project, model);
  const { state } = project;
  const moves = await state.models.moves({ model: node.id, limit });
  const versions = await state.models.versions({ model: node.id, limit: Math.min(limit, mostVersions) });
  const champion = (await state.models.champions()).get(node.id)?.version;
  const frozen = await frozenView(project, node);
  return {
    ...{ model: node.id, label: labelOfModel(project, node) },
    ...(champion === undefined ? {} : { champion }),
    ...(frozen ? { frozen } : {}),
    moves: moves.map(({ number, at, from, to, by, reason }) => ({
      ...{ number, at: at.toString(), to, by, reason },
      ...(from === undefined ? {} : { from }),
    })),
    versions: await Promise.all(versions.map((version) => versionView(project, node, version))),
  };
}
