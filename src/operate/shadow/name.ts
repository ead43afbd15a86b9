import { EsteiraError } from '../../errors.ts';
import type { Project } from '../../run/index.ts';
import { changeChoice, type ShadowChoice } from '../../serve/shadow/choice.ts';
import { commandIn } from '../alerts/words.ts';
import { labelOfModel, versionNamed } from '../models/find.ts';
import { refuseBroken, refuseWithoutReason } from '../models/move.ts';
import type { Input } from '../views.ts';
import { bringVersion, canShadow, choose } from './choose.ts';
import { endpointNamed, nodeServed, servingFiles } from './endpoints.ts';
import type { ShadowView } from './views.ts';

/**
 * Names the version that is seen beside the champion of an endpoint, or none, until that is taken back with `candidate`. Throws VERSION_UNUSABLE for the
 * champion itself, and for one that was refused or taken back; NAME_UNKNOWN, VERSION_BROKEN.
 */
export async function nameShadow(project: Project, input: Input<'endpoint shadow'>): Promise<ShadowView> {
  const endpoint = endpointNamed(project, input.endpoint);
  const node = nodeServed(project, endpoint);
  const label = labelOfModel(project, node);
  if (!endpoint.facts.shadow)
    throw new EsteiraError('COMMAND_UNKNOWN', {
      what: `The endpoint ${endpoint.name} shows no shadow.`,
      allowed: 'an endpoint with `shadow: { share: 0.1 }`',
      next: 'Say so in its definition, and start it again.',
    });
  refuseWithoutReason(input);
  const files = await servingFiles(project);
  const said = { by: input.by, reason: input.reason, at: project.clock.now().toString() };
  const view = ({ version, ...choice }: ShadowChoice): ShadowView => ({
    ...{ endpoint: endpoint.name, model: node.id, label },
    ...(version === undefined ? {} : { version }),
    ...choice,
  });
  if (input.shadows === 'candidate') {
    await changeChoice(files, endpoint.name, () => ({ chosen: 'candidate', ...said }));
    const { choice } = await choose(project, endpoint, files);
    return view(choice ?? { chosen: 'candidate', ...said });
  }
  if (input.shadows === 'none') {
    const choice = { chosen: 'by hand', ...said } as const;
    await changeChoice(files, endpoint.name, () => choice);
    return view(choice);
  }
  const version = await versionNamed(project, node, input.version ?? '');
  const champion = (await project.state.models.champions()).get(node.id)?.version;
  if (version.version === champion || !canShadow(version))
    throw new EsteiraError('VERSION_UNUSABLE', {
      what: `The version ${version.version} of ${label} cannot be seen beside the champion.`,
      got: version.version === champion ? 'it is the champion' : version.state,
      allowed: 'a candidate, or one that was the champion before',
      next: commandIn(project, `models history ${label}`),
    });
  await refuseBroken(project, node, version);
  await bringVersion(project, node, version.version);
  const choice = { version: version.version, chosen: 'by hand', ...said } as const;
  await changeChoice(files, endpoint.name, () => choice);
  return view(choice);
}
