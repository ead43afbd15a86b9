import type { AnySource, Matching } from '../define/index.ts';
import { placeOf, type StepModel } from '../plan/index.ts';
import type { Project } from './project.ts';
import { tableOf } from './tables.ts';

/** By source: the values for which rows are asked for. */
export type Matched = ReadonlyMap<string, readonly string[]>;

/** The values that tables have of which the rows of a table elsewhere are for, as a step sees them that is about to begin. */
export async function matchedBy(model: StepModel, project: Project, signal: AbortSignal): Promise<Matched> {
  const found = new Map<string, readonly string[]>();
  for (const read of model.reads) {
    if (!tableOf(read, project)) continue;
    const { matching } = project.readerOf(read.node.definition as AnySource);
    if (matching) found.set(read.node.id, await valuesIn(matching, project, signal));
  }
  return found;
}

async function valuesIn(
  { values: { valuesOf, column } }: Matching,
  project: Project,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { graph, warehouse } = project;
  const [name, place] = [
    warehouse.dialect.identifier(column),
    warehouse.dialect.place(placeOf(graph.nodeOf(valuesOf))),
  ];
  const statement = `select distinct ${name} from ${place} where ${name} is not null order by 1`;
  const { rows } = await warehouse.query(statement, {
    limit: Number.MAX_SAFE_INTEGER,
    catalogs: graph.catalogs,
    signal,
  });
  return rows.map(([value]) => String(value));
}
