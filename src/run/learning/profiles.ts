import type { AnyModel } from '../../define/index.ts';
import type { Node } from '../../graph/index.ts';
import type { Profile } from '../../quality/drift/profile.ts';
import type { Member } from '../../registry/about.ts';
import { openVersion, profileFile } from '../../registry/index.ts';
import type { Project } from '../project.ts';
import { broken } from './predictor.ts';

/** How the features of a member were spread over its training rows, by feature. */
export interface MemberProfile {
  readonly member: Member;
  readonly profile: Readonly<Record<string, Profile>>;
}

/** Of each member of a version. Throws VERSION_BROKEN when its files are not what was registered. */
export async function openProfiles(
  node: Node<AnyModel>,
  version: string,
  project: Project,
): Promise<readonly MemberProfile[]> {
  const known = await project.state.models.version(node.id, version);
  const contentHash = known?.contentHash ?? '';
  const opened = await openVersion(project.versions, { model: node.id, version, contentHash }, [profileFile]);
  if (opened.is === 'broken') throw broken(node, version, opened.why);
  const bytes = await opened.part(profileFile);
  const all = JSON.parse(Buffer.from(bytes).toString('utf8')) as readonly MemberProfile[];
  return all.map((one) => ({ ...one, member: memberInOrder(one.member, node.definition.facts.each) }));
}

/** Its columns in the order of the definition. */
export const memberInOrder = (member: Member, each: readonly string[]): Member =>
  Object.fromEntries(each.flatMap((name) => (name in member ? [[name, member[name] as Member[string]]] : [])));
