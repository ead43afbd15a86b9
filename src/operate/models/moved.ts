import { type Columns, keyOf } from '../../columns/index.ts';
import type { AnyTable } from '../../define/index.ts';
import type { Node } from '../../graph/index.ts';
import { placeOf } from '../../plan/index.ts';
import type { ModelVersion } from '../../ports/index.ts';
import type { Member } from '../../registry/about.ts';
import { canonical } from '../../registry/canonical.ts';
import type { Project } from '../../run/index.ts';
import { counted } from '../numbers.ts';
import { jsonValue } from '../values.ts';
import { aboutOf, type ModelNode, modelNodes, versionNamed } from './find.ts';
import type { MovedView } from './views.ts';

/** Clusters of a family are numbered by each of its members. */
type Names = ReadonlyMap<string, string>;
const keyOfCluster = (member: Member, cluster: unknown): string => canonical([member, Number(cluster)]);

/** Who moved between the clusters of the champion that there was and those of a version. */
export async function movedOf(project: Project, node: ModelNode, version: ModelVersion): Promise<readonly MovedView[]> {
  const about = aboutOf(version);
  const members = (about?.members ?? []).flatMap(({ member, moved }) => (moved ? [{ member, moved }] : []));
  if (members.length === 0) return [];
  const before = about?.champion === undefined ? new Map() : await namesOf(project, node, about.champion);
  const after = await namesOf(project, node, version.version);
  return members.map(({ member, moved }) => {
    const called = (names: Names, cluster: number): string => {
      const name = names.get(keyOfCluster(member, cluster));
      return name === undefined ? `cluster ${cluster}` : `'${name}'`;
    };
    const numbered = (names: Names, cluster: number): string => {
      const name = called(names, cluster);
      return name.startsWith("'") ? `cluster ${cluster} (${name})` : name;
    };
    const rows = moved.rows.map(({ from, to, rows: count }) => ({
      from: called(before, from),
      to: called(after, to),
      rows: count,
    }));
    const view = {
      member,
      rows: together(rows),
      fresh: moved.fresh.map((cluster) => numbered(after, cluster)),
      gone: moved.gone.map((cluster) => numbered(before, cluster)),
    };
    return { ...view, text: textOf(view) };
  });
}

/** `1,204 rows go from 'bom' to 'regular'; cluster 5 is new`. */
function textOf({ member, rows, fresh, gone }: Omit<MovedView, 'text'>): string {
  const texts = [
    ...rows
      .filter(({ sameName }) => !sameName)
      .map((one) => `${counted(one.rows, 'row')} ${one.rows === 1 ? 'goes' : 'go'} from ${one.from} to ${one.to}`),
    ...fresh.map((cluster) => `${cluster} is new`),
    ...gone.map((cluster) => `${cluster} is gone`),
  ];
  const who = Object.entries(member).map(([name, value]) => `${name} ${value}`);
  return `${who.length === 0 ? '' : `${who.join(', ')}: `}${texts.join('; ') || 'nobody moves'}`;
}

/** What a run says of the models whose champion is another one than `before`: who moves by it. */
export async function movedTexts(
  project: Project,
  before: ReadonlyMap<string, { readonly version: string }>,
): Promise<readonly string[]> {
  const champions = await project.state.models.champions();
  const said: string[] = [];
  for (const node of modelNodes(project)) {
    const version = champions.get(node.id)?.version;
    if (version === undefined || version === before.get(node.id)?.version) continue;
    const all = await movedOf(project, node, await versionNamed(project, node, version));
    if (all.length > 0 && all.every(isQuiet)) said.push(`${node.definition.name}: nobody moves to another cluster`);
    else said.push(...all.map(({ text }) => `${node.definition.name}, ${text}`));
  }
  return said;
}
const isQuiet = ({ rows, fresh, gone }: MovedView): boolean =>
  rows.every(({ sameName }) => sameName) && fresh.length + gone.length === 0;

/** Clusters of one name are one to people; the most rows first. */
function together(rows: readonly Omit<MovedView['rows'][number], 'sameName'>[]): MovedView['rows'] {
  const found = new Map<string, MovedView['rows'][number]>();
  for (const { from, to, rows: count } of rows) {
    const key = canonical([from, to]);
    found.set(key, { from, to, rows: (found.get(key)?.rows ?? 0) + count, sameName: from === to });
  }
  return [...found.values()].toSorted((one, other) => other.rows - one.rows);
}

/**
 * Names that a table inside the model gives to clusters: its one text column that is no key, where its keys are the family's columns and the
 * cluster. Empty where there is none, or the version's rows of it are not made.
 */
async function namesOf(project: Project, node: ModelNode, version: string): Promise<Names> {
  const { each } = node.definition.facts;
  const naming = [...project.graph.nodes.values()].flatMap((inside) => {
    if (inside.inside !== node.definition) return [];
    const how = namingOf(inside as Node<AnyTable>, each);
    return how ? [{ inside, ...how }] : [];
  })[0];
  if (!naming) return new Map();
  const { dialect } = project.warehouse;
  const { inside, cluster, name } = naming;
  const columns = [...each, cluster, name].map((column) => dialect.identifier(column)).join(', ');
  const text = `select ${columns} from ${dialect.place(placeOf(inside))} where model_version = ${dialect.literal(version)}`;
  const { catalogs } = project.graph;
  const there = (await project.warehouse.inspect(inside.catalog)).some(
    ({ place }) => place.schema === inside.schema && place.table === inside.table,
  );
  if (!there) return new Map();
  const { rows } = await project.warehouse.query(text, { limit: mostNames, catalogs });
  return new Map(
    rows.map((row) => {
      const member = Object.fromEntries(each.map((column, index) => [column, jsonValue(row[index]) as string]));
      return [keyOfCluster(member, row[each.length]), String(row[each.length + 1])];
    }),
  );
}
const mostNames = 10_000;

function namingOf(
  { definition }: Node<AnyTable>,
  each: readonly string[],
): { readonly cluster: string; readonly name: string } | undefined {
  const columns: Columns = definition.columns;
  const keys = keyOf(columns).filter((key) => key !== 'model_version');
  const [cluster, ...others] = keys.filter((key) => !each.includes(key));
  const texts = Object.keys(columns).filter(
    (name) => columns[name]?.facts.kind === 'text' && !keys.includes(name) && name !== 'model_version',
  );
  const hasEach = each.every((column) => keys.includes(column));
  if (cluster === undefined || others.length > 0 || !hasEach || texts.length !== 1) return undefined;
  return { cluster, name: texts[0] as string };
}
