import { Random } from '../../learn/random.ts';
import type { Bins, Profile } from '../../quality/drift/profile.ts';
import type { Member } from '../../registry/about.ts';
import { type Publishable, profileFile } from '../../registry/index.ts';
import type { WantedModel } from './wanted.ts';

/** Rows of a request, as plain values of features. */
export type PlainRow = Readonly<Record<string, number | string | boolean | null>>;
interface MemberProfile {
  readonly member: Member;
  readonly profile: Readonly<Record<string, Profile>>;
}
const requests = 16;
const rowsOfEach = 20;

/** Requests such as the training rows were, feature by feature, for a process that has seen none yet; the same for the same version. */
export function pretendedRequests({ parts }: Pick<Publishable, 'parts'>, wanted: WantedModel): readonly PlainRow[][] {
  const file = parts[profileFile];
  const members = file ? (JSON.parse(Buffer.from(file).toString('utf8')) as readonly MemberProfile[]) : [];
  if (members.length === 0) return [];
  const random = new Random(0);
  return Array.from({ length: requests }, (_, request) => {
    const { member, profile } = members[request % members.length] as MemberProfile;
    return Array.from({ length: rowsOfEach }, () => ({
      ...member,
      ...Object.fromEntries(wanted.features.map(({ name, kind }) => [name, valueLike(profile[name], kind, random)])),
    }));
  });
}

function valueLike(
  profile: Profile | undefined,
  kind: WantedModel['features'][number]['kind'],
  random: Random,
): PlainRow[string] {
  if (!profile) return null;
  if (profile.of === 'numbers') {
    const { edges, counts }: Bins = profile.percentiles;
    const place = drawn([...counts, profile.missing], random);
    // The least of its bin, where the bin has one.
    return place === counts.length ? null : (edges[Math.max(0, place - 1)] ?? 0);
  }
  const words = Object.entries(profile.words);
  const [word] = words[drawn([...words.map(([, rows]) => rows), profile.missing], random)] ?? [];
  if (word === undefined) return null;
  return kind === 'boolean' ? word === 'true' : word;
}

/** The place of one of these counts, by its share of all. */
function drawn(counts: readonly number[], random: Random): number {
  let left = random.next() * counts.reduce((sum, count) => sum + count, 0);
  const place = counts.findIndex((count) => {
    left -= count;
    return left < 0;
  });
  return place < 0 ? 0 : place;
}
