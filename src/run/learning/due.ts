import type { AnyModel } from '../../define/index.ts';
import type { Node } from '../../graph/index.ts';
import type { StepModel } from '../../plan/index.ts';
import type { VersionAbout } from '../../registry/about.ts';
import type { Project } from '../project.ts';
import type { SettingValues } from '../settings.ts';
import { settingsAbove } from './above.ts';
import { championKey, usedBy } from './champions.ts';
import { type ChangedParameter, parameterChanges } from './parameters.ts';

/** In what the settings above a model differ from those that a version was trained with. */
export const changedParameters = (
  node: Node<AnyModel>,
  { settings: trained }: Pick<VersionAbout, 'settings'>,
  { values, project }: { readonly values: SettingValues; readonly project: Project },
): readonly ChangedParameter[] =>
  parameterChanges(project, trained, settingsAbove(node.definition, values, project.graph));

/** What a run says of champions that it predicts with, and that were trained with other settings than those of now. */
export async function trainedOtherwise(
  models: readonly StepModel[],
  values: SettingValues,
  project: Project,
): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const node of usedBy(models)) {
    const version = values[championKey(node)];
    const known = version === undefined ? undefined : await project.state.models.version(node.id, version);
    const about = known?.about as VersionAbout | undefined;
    const changed = about ? changedParameters(node, about, { values, project }) : [];
    if (changed.length === 0) continue;
    const all = changed.map(({ name, trained, now }) => `${name} ${trained ?? 'nothing'}, now ${now ?? 'nothing'}`);
    texts.push(`${node.definition.name} ${version} was trained with ${all.join('; ')}: retraining is due`);
  }
  return texts;
}
