import { EsteiraError } from '../errors.ts';
import { matchesName } from '../graph/index.ts';
import { layoutOf, type StepModel } from '../plan/index.ts';
import { type Change, type Place, placeText } from '../ports/index.ts';
import { type Project, undeclared } from '../run/index.ts';
import { type LeftBehind, leftBehind } from './left-behind.ts';

/** What set-up is asked to destroy, by name. */
interface Asked {
  /** Tables of definitions: what they hold beside their columns goes, and what their columns cannot hold. */
  readonly models: readonly StepModel[];
  /** Tables that no definition names any more. */
  readonly left: readonly LeftBehind[];
}

/** Throws NAME_UNKNOWN for a name of which nothing is there. */
export async function askedToDestroy(
  names: readonly string[],
  models: readonly StepModel[],
  project: Project,
): Promise<Asked> {
  if (names.length === 0) return { models: [], left: [] };
  const left = await leftBehind(project);
  const isNamed = (id: string): boolean => names.some((name) => !name.includes('*') && matchesName(name, id));
  const found: Asked = {
    models: models.filter(({ node, kind }) => kind !== 'view' && isNamed(node.id)),
    left: left.filter(({ place }) => isNamed(placeText(place))),
  };
  const known = [...found.models.map(({ node }) => node.id), ...found.left.map(({ place }) => placeText(place))];
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
  models: readonly StepModel[],
  project: Project,
): Promise<ReadonlyMap<string, readonly Change[]>> {
  if (models.length === 0) return changes;
  const { graph, warehouse } = project;
  const places = new Set(
    models.flatMap((model) => layoutOf(model, graph, warehouse.dialect).map(({ place }) => placeText(place))),
  );
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
  const { place, column } = change;
  return [
    { change: 'drop column', place, column: column.name },
    { change: 'add column', place, column },
  ];
}

const nameOf = ({ schema, table }: Place): string => `${schema}.${table}`;
