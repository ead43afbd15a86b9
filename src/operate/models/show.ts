import { EsteiraError } from '../../errors.ts';
import type { ModelVersion } from '../../ports/index.ts';
import { openVersion } from '../../registry/version-files.ts';
import { jobsThatTrain, type Project, parameterTexts } from '../../run/index.ts';
import { shadowGate } from '../shadow/gate.ts';
import { dueOf, settingsNow } from './due.ts';
import { aboutOf, labelOfModel, modelNamed, versionNamed } from './find.ts';
import { frozenView } from './freeze.ts';
import { championOf } from './list.ts';
import { movedOf } from './moved.ts';
import type { VersionShowView } from './views.ts';
import { versionView } from './waiting.ts';

/** Everything of one version; without a name the champion, or the newest where there is none. */
export async function show(
  project: Project,
  input: { readonly model: string; readonly version?: string },
): Promise<VersionShowView> {
  const node = modelNamed(project, input.model);
  const champion = await championOf(project, node);
  const version =
    input.version === undefined
      ? (champion?.version ?? (await newestOf(project, node.id, labelOfModel(project, node))))
      : await versionNamed(project, node, input.version);
  const isChampion = champion?.version.version === version.version;
  const about = aboutOf(version);
  const broken = await brokenOf(project, version);
  const frozen = await frozenView(project, node);
  return {
    ...{ model: node.id, label: labelOfModel(project, node), isChampion },
    ...(await versionView(project, node, version)),
    ...(frozen ? { frozen } : {}),
    ...(broken === undefined ? {} : { broken }),
    ...(version.contentHash === undefined ? {} : { contentHash: version.contentHash }),
    ...(version.decision ? { decision: { ...version.decision, at: version.decision.at.toString() } } : {}),
    ...(await shadowGate(project, node, version)),
    ...(about ? { trained: about } : {}),
    settings: parameterTexts(project, about?.settings ?? {}),
    moved: await movedOf(project, node, version),
    due:
      champion && isChampion
        ? await dueOf(project, node, {
            ...{ champion: version, since: champion.view.since },
            settings: await settingsNow(project),
          })
        : [],
  };
}

async function newestOf({ state, graph }: Project, model: string, label: string): Promise<ModelVersion> {
  const [newest] = await state.models.versions({ model, limit: 1 });
  if (newest) return newest;
  const jobs = jobsThatTrain(graph.nodes.get(model)?.definition, graph);
  throw new EsteiraError('NAME_UNKNOWN', {
    what: `${label} has no version yet: it was never trained.`,
    next: jobs[0] ? `esteira run ${jobs[0].name}` : 'Name it under `train` of a job, and run that.',
  });
}

/** What is wrong with the files of a version; nothing where all are there as they were registered, or none is to be there yet. */
export async function brokenOf({ versions }: Project, version: ModelVersion): Promise<string | undefined> {
  const { contentHash } = version;
  if (contentHash === undefined) return undefined;
  const opened = await openVersion(versions, { ...version, contentHash });
  return opened.is === 'broken' ? opened.why : undefined;
}
