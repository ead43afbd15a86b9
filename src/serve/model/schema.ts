import type { Spelled } from '../../learn/learners/learned.ts';
import type { ReadMember } from '../../learn/learners/members.ts';
import type { VersionAbout } from '../../registry/about.ts';
import type { FeatureKind, WantedModel } from './wanted.ts';

/** What in a version is not as the definition of today has it, in words; nothing when it fits. */
export function whyOther(wanted: WantedModel, about: unknown, members: readonly ReadMember[]): string | undefined {
  const { learner, each = [] } = about as Partial<VersionAbout>;
  if (learner !== wanted.learner)
    return `it was learned by ${String(learner)}, and the definition has ${wanted.learner}`;
  if (list(each) !== list(wanted.each))
    return `it is ${familyText(each)}, and the definition has ${familyText(wanted.each)}`;
  if (members.length === 0) return 'it has learned nothing';
  for (const one of members) {
    if (one.parameters.learner !== wanted.learner) return `what it has learned is of ${one.parameters.learner}`;
    const names = Object.keys(one.member);
    if (list(names.toSorted()) !== list(wanted.each.toSorted()))
      return `a member of it is told apart by ${list(names)}`;
    const other = whyOtherFeatures(wanted, one);
    if (other !== undefined) return other;
  }
  return undefined;
}
const familyText = (each: readonly string[]): string =>
  each.length === 0 ? 'one for all rows' : `one for each ${list(each)}`;
const list = (names: readonly string[]): string => names.join(', ');

function whyOtherFeatures({ features }: WantedModel, member: ReadMember): string | undefined {
  const known = kindsIn(member);
  const names = new Set(features.map(({ name }) => name));
  const gone = [...known.keys()].find((name) => !names.has(name));
  if (gone !== undefined) return `it asks for ${gone}, which the definition does not have`;
  for (const { name, kind } of features) {
    const own = known.get(name);
    if (own === undefined) return `it does not know ${name}`;
    if (!own.includes(kind)) return `it knows ${name} as ${own.join(' or ')}, and the definition has it as ${kind}`;
  }
  return undefined;
}

/** Trees do not say whether what is no word was a number or true or false. */
function kindsIn({ parameters, trees }: ReadMember): ReadonlyMap<string, readonly FeatureKind[]> {
  if (trees)
    return new Map(
      trees.features.map((name) => [name, Object.hasOwn(trees.words, name) ? ['words'] : ['number', 'boolean']]),
    );
  if ('bound' in parameters)
    return new Map(
      parameters.bound.inputs.flatMap(({ type, features }) => features.map((name) => [name, kindsBy(type)])),
    );
  const { encoding } = parameters as Spelled;
  return new Map(encoding.features.map(({ name, as }) => [name, [as]]));
}
const kindsBy = (type: string): readonly FeatureKind[] => (type === 'string' ? ['words'] : ['number', 'boolean']);
