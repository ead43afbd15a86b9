import { allSteps, endlessStreams } from '../../graph/index.ts';
import { placeOf } from '../../plan/index.ts';
import { placeText } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import { fewOf, nameOf } from '../names.ts';
import { counted } from '../numbers.ts';
import type { Finding } from './finding.ts';

/** Whether set-up could make what it makes, in each schema: tried, and taken back. */
export async function mayCreate({ graph, warehouse }: Project): Promise<readonly Finding[]> {
  const what = 'permission to create';
  const schemas = new Map<string, Set<string>>();
  for (const { node } of allSteps(graph))
    schemas.set(node.catalog, (schemas.get(node.catalog) ?? new Set()).add(node.schema));
  const refused: string[] = [];
  let tried = 0;
  for (const [catalog, own] of schemas) {
    for (const [schema, why] of await warehouse.mayCreate(catalog, [...own].sort())) {
      tried += 1;
      if (why !== undefined) refused.push(`${catalog}.${schema}: ${why}`);
    }
  }
  if (refused.length > 0) {
    const next = 'Give who runs this the right to create there: its files and folder are to be writable.';
    return [{ what, ok: false, found: fewOf(refused), next }];
  }
  return tried === 0 ? [] : [{ what, ok: true, found: `in ${counted(tried, 'schema')}, tried and taken back` }];
}

/** What streams bring in is there, and has rows: everything below it is made of that. */
export async function landing({ graph, warehouse }: Project): Promise<readonly Finding[]> {
  const what = 'landing';
  const nodes = [...endlessStreams(graph)].map((source) => graph.nodeOf(source));
  if (nodes.length === 0) return [];
  const there = new Set<string>();
  for (const catalog of new Set(nodes.map((node) => node.catalog)))
    for (const { place } of await warehouse.inspect(catalog)) there.add(placeText(place));
  const missing = nodes.filter(({ id }) => !there.has(id));
  const found = nodes.filter(({ id }) => there.has(id));
  const empty: string[] = [];
  for (const node of found) {
    const sql = `select 1 from ${warehouse.dialect.place(placeOf(node))} limit 1`;
    const { rows } = await warehouse.query(sql, { limit: 1, catalogs: graph.catalogs });
    if (rows.length === 0) empty.push(nameOf(node));
  }
  if (missing.length > 0)
    return [{ what, ok: false, found: `not there: ${fewOf(missing.map(nameOf))}`, next: 'esteira setup' }];
  if (empty.length > 0)
    return [
      {
        what,
        ok: false,
        found: `${counted(empty.length, 'table')} without a row: ${fewOf(empty)}`,
        next: 'esteira sync --once',
      },
    ];
  return [{ what, ok: true, found: `${counted(found.length, 'table')}, each with rows` }];
}
