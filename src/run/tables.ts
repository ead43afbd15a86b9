import { type AnySource, extraColumn, type Reader } from '../define/index.ts';
import { type Node, whereOf } from '../graph/index.ts';
import { type Read, readsDay, type StepModel } from '../plan/index.ts';
import type { Bound, FoundThere, Piece, SourceTable, TableAsked, TableSnapshot } from '../ports/index.ts';
import type { Progress } from './bounds.ts';
import type { Project } from './project.ts';
import type { Rerun } from './rerun.ts';
import { boundsOfSpan } from './spans.ts';

/** A table elsewhere, where a read is of one; what is read in place is of files else. */
export function tableOf({ node, how }: Read, project: Project): SourceTable | undefined {
  if (how !== 'files' && how !== 'new files') return undefined;
  return sourceTableOf(node, project);
}
export function sourceTableOf({ definition }: Node, project: Project): SourceTable | undefined {
  return tableBy(project.readerOf(definition as AnySource), definition as AnySource, project);
}
// any: whatever columns it adds
const tableBy = (reader: Reader<any>, source: AnySource, { tables }: Project): SourceTable | undefined => {
  const { by, options } = reader;
  const hasOther = source.reader.choices?.includes(reader) === true && source.reader.choices.at(-1) !== reader;
  return tables?.has(by) ? { by, options, where: whereOf(source), ...(hasOther ? { hasOther } : {}) } : undefined;
};

/** What the source promises of its columns. */
export function contractOf(definition: AnySource): Pick<TableAsked, 'columns' | 'extra' | 'refusesNew'> {
  const { newColumns } = definition.contract;
  return {
    columns: definition.columns,
    ...(newColumns === 'keep' ? { extra: extraColumn } : {}),
    ...(newColumns === 'refuse' ? { refusesNew: true } : {}),
  };
}

/** That a source that is a table elsewhere can be read by that reader; nothing where it is none. */
export function lookAtTable(
  source: AnySource,
  reader: Reader<any>,
  project: Project,
  signal?: AbortSignal,
): Promise<FoundThere> | undefined {
  const table = tableBy(reader, source, project);
  const { matching } = reader;
  const none = matching && { matching: { column: matching.column, values: [], batch: 1 } };
  return table && project.tables?.look(table, { ...contractOf(source), ...none }, signal);
}

/** In quotes always. All of a table and what is new of it are two relations. */
export const tableRelation = ({ node, how, since }: Read): string =>
  how === 'files' ? `_all ${node.id}` : `_new ${[node.id, ...Object.values(since ?? {})].join(' ')}`;

/** What the watermarks of such a table are of, by its part: another cursor begins anew. */
export const marksOf = ({ node }: Read, { options }: SourceTable): string => `rows:${node.id}:${options.cursor ?? ''}`;
const markOf = (marks: string, part: string): string => (part === '' ? marks : `${marks}:${part}`);

/** The bounds of a table, by its parts. */
export function pieceOf(marks: string, bounds: readonly Bound[]): ReadonlyMap<string, Piece> {
  const own = bounds.filter(({ source }) => source === marks || source.startsWith(`${marks}:`));
  return new Map(
    own.map(({ source, lower, upper }) => [
      source.slice(marks.length + 1),
      { ...(lower === undefined ? {} : { lower }), upper },
    ]),
  );
}

/**
 * What a step is to read of a table of which it reads what is new; nothing where it reads all of it. Its server is asked only by a step that is
 * carried out. Judged again it is what was read before, and nothing new.
 */
export async function boundsOfTable(
  read: Read,
  table: SourceTable,
  of: {
    readonly model: StepModel;
    readonly progress: Progress;
    readonly date: Temporal.PlainDate;
    readonly at?: Temporal.Instant;
    readonly rerun?: Rerun;
    readonly snapshot?: TableSnapshot;
    readonly signal?: AbortSignal;
  },
): Promise<{ readonly bounds: readonly Bound[]; readonly waits?: string }> {
  if (read.how === 'files') return { bounds: readsDay(read) ? await boundsOfSpan(read, table, of) : [] };
  const marks = marksOf(read, table);
  const known = of.progress.watermarks(of.model.node, marks);
  if (of.rerun === 'invalid')
    return {
      bounds:
        known.size > 0 ? [...known].map(([source, upper]) => ({ source, upper })) : [{ source: marks, upper: lowest }],
    };
  const lowerOf = (source: string) => {
    const lower = of.rerun === undefined ? known.get(source) : undefined;
    return lower === undefined ? {} : { lower };
  };
  if (!of.snapshot) return { bounds: [...known].map(([source, upper]) => ({ source, ...lowerOf(source), upper })) };
  const { uppers, waits, mayGoBack = false } = await of.snapshot.reach(table, of.signal);
  const bounds = [...uppers].map(([part, found]): Bound => {
    const source = markOf(marks, part);
    const before = known.get(source);
    // A clock may have been set back since.
    const stays = !mayGoBack && before !== undefined && before > found;
    return { source, ...lowerOf(source), upper: stays ? before : found };
  });
  return { bounds, ...(waits === undefined ? {} : { waits: `${read.node.definition.name}: ${waits}` }) };
}
/** Nothing is before it. */
const lowest = -(2n ** 63n);
