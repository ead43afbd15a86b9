import { EsteiraError } from '../errors.ts';
import { type AnySettings, matchesName, type Node } from '../graph/index.ts';
import { layoutOf, type StepModel, settingsLayout } from '../plan/index.ts';
import { type Change, type Place, placeText } from '../ports/index.ts';
import { type Project, settingsNodes, undeclared } from '../run/index.ts';
import { type LeftBehind, leftBehind } from './left-behind.ts';

/** What set-up is asked to destroy, by name. */
interface Asked {
  /** Tables of definitions: what they hold beside their columns goes, and what their columns cannot hold. */
  readonly models: readonly StepModel[];
  readonly settings: readonly Node<AnySettings>[];
  /** Tables that no definition names any more. */
  readonly left: readonly LeftBehind[];
}

/** Throws NAME_UNKNOWN for a name of which nothing is there. */
export async function askedToDestroy(
  names: readonly string[],
  models: readonly StepModel[],
  project: Project,
): Promise<Asked> {
  if (names.length === 0) return { models: [], settings: [], left: [] };
  const left = await leftBehind(project);
  const isNamed = (id: string): boolean => names.some((name) => !name.includes('*') && matchesName(name, id));
  const found: Asked = {
    models: models.filter(({ node, kind }) => kind !== 'view' && isNamed(node.id)),
    settings: settingsNodes(project).filter(({ id }) => isNamed(id)),
    left: left.filter(({ place }) => isNamed(placeText(place))),
  };
  const nodes = [...found.models.map(({ node }) => node), ...found.settings];
  const known = [...nodes.map(({ id }) => id), ...found.left.map(({ place }) => placeText(place))];
  const unknown = names.find((name) => !known.some((id) => matchesName(name, id)));
  if (unknown === undefined) return found;
  throw new EsteiraError('NAME_UNKNOWN', {
    what: `Nothing that could be destroyed is called ${unknown}.`,
    allowed: `a table of a definition${left.length > 0 ? `, or one that was left behind: ${left.map(({ place }) => nameOf(place)).join(', ')}` : ''}`,
    next: '`esteira plan` names what would be lost, with the command.',
  });
}

/**
 * The changes of set-up, where these tables may lose what they hold: a column that cannot become what it is declared as is made anew, and one that
 * nobody declares goes.
 */
export async function withDestroyed(
  changes: ReadonlyMap<string, readonly Change[]>,
  { models, settings }: Omit<Asked, 'left'>,
  project: Project,
): Promise<ReadonlyMap<string, readonly Change[]>> {
  if (models.length + settings.length === 0) return changes;
  const { graph, warehouse } = project;
  const layouts = [
    ...models.flatMap((model) => layoutOf(model, graph, warehouse.dialect)),
    ...settings.flatMap((node) => settingsLayout(node, warehouse.dialect)),
  ];
  const places = new Set(layouts.map(({ place }) => placeText(place)));
  const all = new Map(
    [...changes].map(([catalog, own]) => [catalog, own.flatMap((change) => destroyed(change, places))]),
  );
  for (const { place, columns } of await undeclared(models, project)) {
    const drops = columns.map((column): Change => ({ change: 'drop column', place, column }));
    all.set(place.catalog, [...(all.get(place.catalog) ?? []), ...drops]);
  }
  return all;
}

function destroyed(change: Change, places: ReadonlySet<string>): readonly Change[] {
  if (change.change !== 'retype column' || change.lost === 0 || !places.has(placeText(change.place))) return [change];
  const { place, column, from } = change;
  return [{ change: 'empty column', place, column, from }];
}

const nameOf = ({ schema, table }: Place): string => `${schema}.${table}`;
