import { type AnySource, extraColumn } from '../define/index.ts';
import { type Node, whereOf } from '../graph/index.ts';
import type { Read, StepModel } from '../plan/index.ts';
import type { Bound, SourceTable, TableAsked, TableSnapshot } from '../ports/index.ts';
import type { Progress } from './bounds.ts';
import type { Project } from './project.ts';
import type { Rerun } from './rerun.ts';

/** A table elsewhere, where a read is of one; what is read in place is of files else. */
export function tableOf({ node, how }: Read, project: Project): SourceTable | undefined {
  if (how !== 'files' && how !== 'new files') return undefined;
  return sourceTableOf(node, project);
}
export function sourceTableOf({ definition }: Node, project: Project): SourceTable | undefined {
  const { by, options } = project.readerOf(definition as AnySource);
  return project.tables?.has(by) ? { by, options, where: whereOf(definition) } : undefined;
}

/** What the source promises of its columns. */
export function contractOf(definition: AnySource): Pick<TableAsked, 'columns' | 'extra' | 'refusesNew'> {
  const { newColumns } = definition.contract;
  return {
    columns: definition.columns,
    ...(newColumns === 'keep' ? { extra: extraColumn } : {}),
    ...(newColumns === 'refuse' ? { refusesNew: true } : {}),
  };
}

/** That a source that is a table elsewhere can be read, in words; nothing where it is none. */
export function lookAtTable(node: Node, project: Project): Promise<string> | undefined {
  const table = sourceTableOf(node, project);
  return table && project.tables?.look(table, contractOf(node.definition as AnySource));
}

/** In quotes always. All of a table and what is new of it are two relations. */
export const tableRelation = ({ node, how, since }: Read): string =>
  how === 'files' ? `_all ${node.id}` : `_new ${[node.id, ...Object.values(since ?? {})].join(' ')}`;

/** What a watermark of such a table is of: another cursor begins anew. */
export const markOf = ({ node }: Read, { options }: SourceTable): string => `rows:${node.id}:${options.cursor ?? ''}`;

/**
 * What a step is to read of a table of which it reads what is new; nothing where it reads all of it. Its server is asked only by a step that is
 * carried out. Judged again it is what was read before, and nothing new.
 */
export async function boundOfTable(
  read: Read,
  table: SourceTable,
  of: {
    readonly model: StepModel;
    readonly progress: Progress;
    readonly rerun?: Rerun;
    readonly snapshot?: TableSnapshot;
    readonly signal?: AbortSignal;
  },
): Promise<{ readonly bound?: Bound; readonly waits?: string }> {
  if (read.how === 'files') return {};
  const source = markOf(read, table);
  const known = of.progress.watermark(of.model.node, source);
  const lower = known === undefined || of.rerun !== undefined ? {} : { lower: known };
  if (of.rerun === 'invalid') return { bound: { source, upper: known ?? lowest } };
  if (!of.snapshot) return known === undefined ? {} : { bound: { source, ...lower, upper: known } };
  const { upper: found, waits } = await of.snapshot.reach(table, of.signal);
  // A clock may have been set back since.
  const upper = known !== undefined && known > found ? known : found;
  return {
    bound: { source, ...lower, upper },
    ...(waits === undefined ? {} : { waits: `${read.node.definition.name}: ${waits}` }),
  };
}
/** Nothing is before it. */
const lowest = -(2n ** 63n);
