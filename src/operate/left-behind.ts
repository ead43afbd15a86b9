import { besides, shownPlace } from '../plan/index.ts';
import { type Place, placeText } from '../ports/index.ts';
import type { Project } from '../run/index.ts';
import { countsOf } from './rerun/counts.ts';

/** A table or view that set-up has made, and that no definition names any more. */
export interface LeftBehind {
  readonly place: Place;
  readonly view: boolean;
  /** With what stands beside it, such as its invalid rows. */
  readonly places: readonly Place[];
  /** Of all of them. */
  readonly rows: number;
}

/** What is left behind in the project's catalogs; tables that another program has made are not its own. */
export async function leftBehind(project: Project): Promise<readonly LeftBehind[]> {
  const { graph, warehouse } = project;
  const left = new Map<string, { readonly place: Place; readonly view: boolean; readonly places: Place[] }>();
  for (const catalog of graph.catalogs) {
    const tables = await warehouse.inspect(catalog);
    const shown = new Set([...graph.nodes.values()].map((node) => placeText(shownPlace(node, graph))));
    const unknown = tables.filter(({ place }) => {
      const id = placeText(place);
      return !graph.nodes.has(id) && !shown.has(id) && !graph.nodes.has(besides(id, graph) ?? '');
    });
    if (unknown.length === 0) continue;
    const { generations } = await warehouse.position(catalog);
    const own = unknown.filter(
      ({ place, definition }) => definition !== undefined || generations.has(`${place.schema}.${place.table}`),
    );
    const ids = new Set(own.map(({ place }) => placeText(place)));
    // The table itself is met before what stands beside it, whose name is longer.
    for (const { place, view } of own.toSorted((one, other) => one.place.table.length - other.place.table.length)) {
      const beside = besides(placeText(place), graph);
      const owner = beside !== undefined && ids.has(beside) ? left.get(beside) : undefined;
      if (owner) owner.places.push(place);
      else left.set(placeText(place), { place, view, places: [place] });
    }
  }
  const all = [...left.values()];
  const tables = all.filter(({ view }) => !view).flatMap(({ places }) => places);
  const rows = await countsOf(
    tables.map((place) => ({ id: placeText(place), place })),
    project,
  );
  return all.map((one) => ({
    ...one,
    rows: one.places.reduce((sum, place) => sum + (rows.get(placeText(place)) ?? 0), 0),
  }));
}
