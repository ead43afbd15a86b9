import type { AnySource, Reader } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import type { Read, StepModel } from '../plan/index.ts';
import { type Bound, type Span, spanCalled, type TableSnapshot } from '../ports/index.ts';
import type { Progress } from './bounds.ts';
import type { Project } from './project.ts';
import { knownSpan, spanOf } from './spans.ts';
import { sourceTableOf } from './tables.ts';
import type { RunValues } from './write.ts';

// A source that is read from the first that can be reached. A date that was read from another than the first is owed: which run did that stands with the
// watermarks of the target, as they are published with its rows. 0 says that it is no longer owed.

// any: whatever columns it adds
type AnyReader = Reader<any>;

/** A source of which a step has a choice; such a step reads nothing else. */
interface Chosen {
  readonly read: Read;
  readonly reader: AnyReader;
  /** It is not the first: why the first was not read. */
  readonly instead?: string;
  /** The rows are not there any more: nothing of the date is owed. */
  readonly isLost?: boolean;
}

/** Dates that were read from another than the first, with the number of the run that did. */
export interface Owed {
  readonly drained: readonly { readonly span: Span; readonly run: bigint }[];
  readonly bounds: readonly Bound[];
  readonly told: readonly string[];
}

/** Carries a step out with the first of its readers, and with the next where that one cannot be reached, before or while it is read. */
export async function withFirst<Result>(
  model: StepModel,
  project: Project,
  carryOut: (project: Project, chosen?: Chosen) => Promise<Result>,
): Promise<Result> {
  const read = model.reads.find((one) => choicesOf(one, project).length > 0);
  if (!read) return await carryOut(project);
  const choices = choicesOf(read, project);
  let others: Pick<Chosen, 'instead' | 'isLost'> = {};
  for (const [index, reader] of choices.entries()) {
    const readerOf = (source: AnySource): AnyReader =>
      source === read.node.definition ? reader : project.readerOf(source);
    try {
      return await carryOut({ ...project, readerOf }, { read, reader, ...others });
    } catch (error) {
      const { code = '' } = error instanceof EsteiraError ? error : {};
      if (index === choices.length - 1 || (code !== 'SOURCE_UNREACHABLE' && code !== 'MESSAGES_LOST')) throw error;
      const { what, got = '' } = (error as EsteiraError).details;
      others = { instead: `${what} ${got}`.trim(), isLost: code === 'MESSAGES_LOST' };
    }
  }
  throw new TypeError('one of the choices has been carried out');
}

/** What stands in for a source in this environment is no choice. */
export function choicesOf({ node }: Read, project: Project): readonly AnyReader[] {
  const { definition } = node;
  if (definition.kind !== 'source' || project.standInOf(definition as AnySource) !== undefined) return [];
  return (definition as AnySource).reader.choices ?? [];
}

const marks = ({ node }: Read): string => `owed:${node.id}`;
/** Each attempt decides anew, whatever an earlier one had found. */
export const isOwed = ({ source }: Pick<Bound, 'source'>): boolean => source.startsWith('owed:');

/** What is owed of such a source: drained when its first can be read, and one more when it cannot. */
export async function owedBy(
  { read, reader, instead, isLost = false }: Chosen,
  of: {
    readonly model: StepModel;
    readonly project: Project;
    readonly progress: Progress;
    readonly values: Pick<RunValues, 'date' | 'logicalTime'>;
    readonly runSeq: bigint;
    readonly snapshot?: TableSnapshot;
  },
): Promise<Owed> {
  const { model, project, progress, values, runSeq, snapshot } = of;
  const own = spanOf(read, values);
  const name = marks(read);
  const { name: source } = read.node.definition;
  if (instead !== undefined) {
    const then = isLost ? 'what the other has stays' : `${own.called} is owed, and drained when the first is back`;
    return {
      drained: [],
      bounds: isLost ? [] : [{ source: `${name}:${own.called}`, upper: runSeq }],
      told: [
        `${source}: read from ${reader.by} ${reader.options.pattern ?? reader.options.name ?? ''}; ${then} (${instead})`,
      ],
    };
  }
  const drained: Owed['drained'][number][] = [];
  const told: string[] = [];
  const bounds: Bound[] = [];
  const table = sourceTableOf(read.node, project);
  for (const [mark, run] of progress.watermarks(model.node, name)) {
    const owed = spanCalled(mark.slice(name.length + 1));
    if (run === 0n) continue;
    const gone =
      table && owed.called !== own.called
        ? await snapshot?.gone?.(table, owed, knownSpan(read, model, progress))
        : undefined;
    if (gone === undefined) drained.push({ span: owed, run });
    told.push(
      `${source}: ${gone === undefined ? `${owed.called} was owed, and is drained` : `${owed.called} stays as it was read: ${gone}`}`,
    );
    bounds.push({ source: mark, upper: 0n });
  }
  return { drained, bounds, told };
}
