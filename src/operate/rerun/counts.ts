import { type Place, placeText } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';

/** Rows of these tables, by id; nothing for one that is not there. */
export async function countsOf(
  tables: readonly { readonly id: string; readonly place: Place }[],
  { warehouse }: Project,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const [catalog, own] of Map.groupBy(tables, ({ place }) => place.catalog)) {
    const there = new Set((await warehouse.inspect(catalog)).map(({ place }) => placeText(place)));
    const known = own.filter(({ place }) => there.has(placeText(place)));
    if (known.length === 0) continue;
    const sql = known.map(
      ({ id, place }) =>
        `select ${warehouse.dialect.literal(id)} as id, count(*) as n from ${warehouse.dialect.place(place)}`,
    );
    const { rows } = await warehouse.query(sql.join(' union all '), { limit: known.length, catalogs: [catalog] });
    for (const [id, rowsThere] of rows) counts.set(String(id), Number(rowsThere));
  }
  return counts;
}
