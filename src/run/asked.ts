import type { AnyReadable, AnyTable } from '../define/index.ts';
import type { Node } from '../graph/index.ts';
import { definitionOf, placeOf, type Spelling, type StepModel, spellBody } from '../plan/index.ts';
import { type Batch, type Bound, hidden } from '../ports/index.ts';
import type { Project } from './project.ts';
import { realSpelling } from './write/spelling.ts';
import type { RunValues } from './write.ts';

interface Asking {
  readonly project: Project;
  readonly values: RunValues;
  readonly bounds: readonly Bound[];
  /** Of that table only what these runs have written. */
  readonly only?: { readonly of: Node; readonly runs: readonly bigint[] };
}

/**
 * The query of a table as a run of these values would ask it, what is read as new between the bounds; nothing for one that reads files, which are there
 * only while a step goes. Of a table that a function makes, the query that feeds it.
 */
export function askedBy(model: StepModel, { project, values, bounds, only }: Asking): string | undefined {
  const { definition } = model.node;
  if (definition.kind !== 'table' || model.reads.some(({ how }) => how.endsWith('files'))) return undefined;
  const all = model.reads.map(
    ({ node }) => bounds.find(({ source }) => source === node.id) ?? { source: node.id, upper: last },
  );
  const options = {
    ...{ project, values, batch: {} as Batch, reread: false, unchanged: false },
    reach: { bounds: all, files: new Map(), tables: [], changed: [], badFiles: [], drift: [] },
  };
  const { rows } = (definition as AnyTable).spec;
  const spelling = realSpelling(options, { ...model, converted: [] });
  const body = rows.recipe.by === 'map' ? rows.recipe.input : rows;
  return spellBody(body, only ? { ...spelling, relation: writtenBy(spelling, only, project) } : spelling);
}

/** All that is there. */
const last = 2n ** 62n;

function writtenBy(
  { relation, dialect }: Spelling,
  { of, runs }: NonNullable<Asking['only']>,
  { graph }: Project,
): Spelling['relation'] {
  return (read: AnyReadable, asOf) => {
    const node = graph.nodeOf(definitionOf(read));
    if (node.id !== of.id) return relation(read, asOf);
    const names = Object.keys(read.columns).map(dialect.identifier).join(', ');
    return `(select ${names} from ${dialect.place(placeOf(node))} where ${dialect.identifier(hidden.run)} in ${dialect.literal(runs)})`;
  };
}
