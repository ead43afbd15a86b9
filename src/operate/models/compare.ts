import { EsteiraError } from '../../errors.ts';
import type { ModelVersion } from '../../ports/index.ts';
import type { MemberAbout, VersionAbout } from '../../registry/about.ts';
import { canonical } from '../../registry/canonical.ts';
import { type Project, parameterChanges } from '../../run/index.ts';
import { commandIn } from '../alerts/words.ts';
import { aboutOf, labelOfModel, modelNamed, versionNamed } from './find.ts';
import type { CompareView } from './views.ts';

/** Two versions of a model side by side: measures, and what they were made with where that differs. */
export async function compare(
  project: Project,
  input: { readonly model: string; readonly a: string; readonly b: string },
): Promise<CompareView> {
  const node = modelNamed(project, input.model);
  const label = labelOfModel(project, node);
  const [a, b] = [await versionNamed(project, node, input.a), await versionNamed(project, node, input.b)];
  const [one, other] = [a, b].map((version) => trainedOf(version, label, project)) as [VersionAbout, VersionAbout];
  const champion = (await project.state.models.champions()).get(node.id)?.version;
  return {
    ...{ model: node.id, label, a: a.version, b: b.version },
    ...(champion === undefined ? {} : { champion }),
    rows: { a: one.rows, b: other.rows },
    measures: measuresOf(one, other),
    settings: settingsOf(project, one, other),
    options: differing(texts(one.options), texts(other.options)),
    features: { onlyA: without(one.features, other.features), onlyB: without(other.features, one.features) },
    sameDefinition: one.code === other.code,
  };
}

function trainedOf(version: ModelVersion, label: string, project: Project): VersionAbout {
  const about = aboutOf(version);
  if (about) return about;
  throw new EsteiraError('VERSION_UNUSABLE', {
    what: `The version ${version.version} of ${label} is not whole: there is nothing to compare.`,
    got: version.state,
    next: commandIn(project, `models history ${label}`),
  });
}

function measuresOf(one: VersionAbout, other: VersionAbout): CompareView['measures'] {
  const byMember = ({ members }: VersionAbout): ReadonlyMap<string, MemberAbout> =>
    new Map(members.map((about) => [canonical(about.member), about]));
  const [ofA, ofB] = [byMember(one), byMember(other)];
  return [...new Set([...ofA.keys(), ...ofB.keys()])].flatMap((key) => {
    const [a, b] = [ofA.get(key), ofB.get(key)];
    const measures = new Set([...Object.keys(a?.measures ?? {}), ...Object.keys(b?.measures ?? {})]);
    const member = (a ?? b)?.member ?? {};
    return [...measures].map((measure) => ({ member, measure, ...beside(a?.measures[measure], b?.measures[measure]) }));
  });
}

const settingsOf = (project: Project, one: VersionAbout, other: VersionAbout): CompareView['settings'] =>
  parameterChanges(project, one.settings, other.settings).map(({ name, trained, now }) => ({
    name,
    ...beside(trained, now),
  }));

const texts = (options: VersionAbout['options']): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [name, canonical(value)]));

const differing = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>) =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((name) => one[name] !== other[name])
    .map((name) => ({ name, ...beside(one[name], other[name]) }));

const beside = <Value>(a: Value | undefined, b: Value | undefined): { readonly a?: Value; readonly b?: Value } => ({
  ...(a === undefined ? {} : { a }),
  ...(b === undefined ? {} : { b }),
});
const without = (all: readonly string[], others: readonly string[]): readonly string[] =>
  all.filter((one) => !others.includes(one));
