import type { Columns } from '../../columns/index.ts';
import type { AnyRows, AnyTable, ApprovalFacts } from '../../define/index.ts';
import { isReference } from '../../define/index.ts';
import { approvalOf, type Node } from '../../graph/index.ts';
import { spell } from '../../plan/index.ts';
import type { LineValues } from '../../ports/index.ts';
import type { Project } from '../project.ts';
import type { RunValues } from '../write/options.ts';
import { wholeSpelling } from '../write/spelling.ts';
import { lineValue, relationOfLines } from './values.ts';

/** Rows that people let through, and the settings by which their conditions are asked. */
export interface Approving {
  readonly node: Node<AnyTable>;
  readonly project: Project;
  readonly values: RunValues;
}
export const factsOf = ({ node }: Approving): ApprovalFacts => approvalOf(node.definition) as ApprovalFacts;
export const tableOf = (approving: Approving): Node<AnyTable> =>
  approving.project.graph.nodeOf(factsOf(approving).of) as Node<AnyTable>;

export const spelled = (rows: AnyRows, { project, values }: Approving): string =>
  spell(rows, wholeSpelling({ project, values }));
/** True or false: what is unknown does not hold. */
export const holding = (rows: AnyRows, approving: Approving): string =>
  `case when (${spelled(rows, approving)}\n) then true else false end`;
/** True or false: what is unknown holds. */
const unlessDenied = (rows: AnyRows, approving: Approving): string =>
  `case when not (${spelled(rows, approving)}\n) then false else true end`;

interface Meant {
  readonly line: string;
  readonly values: LineValues;
  /** The values are not those with which the row came. */
  readonly isEdited?: boolean;
}
/** Lines that are asked of the engine at once. */
const portion = 5000;

/** Expressions over the rows of lines, by the name of each line. */
export async function ask(
  lines: readonly Meant[],
  expressions: readonly string[],
  approving: Approving,
): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const found = new Map<string, readonly unknown[]>();
  if (expressions.length === 0) return found;
  const { project } = approving;
  const columns: Columns = tableOf(approving).definition.columns;
  for (let from = 0; from < lines.length; from += portion) {
    const some = lines.slice(from, from + portion);
    const asked = expressions.map((text, index) => `(${text}\n) as _x${index}`).join(', ');
    const query = `select _line, ${asked} from ${relationOfLines(some, columns, project)} as _lines`;
    const { rows } = await project.warehouse.query(query, { limit: portion, catalogs: project.graph.catalogs });
    for (const [line, ...told] of rows) found.set(String(line), told);
  }
  return found;
}

/** What follows from a line as it stands. */
interface Consequences {
  /** A second person is needed; where that is unknown of what people have changed, too. */
  readonly second: boolean;
  /** What people see beside it. */
  readonly show: LineValues;
  /** What approving it would change. */
  readonly effect: Readonly<Record<string, number | null>>;
}

/** Of each line, as it was edited. */
export async function consequencesOf(
  lines: readonly Meant[],
  approving: Approving,
): Promise<ReadonlyMap<string, Consequences>> {
  const { second, show, effect } = factsOf(approving);
  const [shown, effects] = [Object.keys(show), Object.keys(effect)];
  const expressions = [
    second ? holding(second.when, approving) : 'false',
    second ? unlessDenied(second.when, approving) : 'false',
    ...[...Object.values(show), ...Object.values(effect)].map((one) => spelled(one, approving)),
  ];
  const told = await ask(lines, expressions, approving);
  const edited = new Set(lines.filter(({ isEdited }) => isEdited).map(({ line }) => line));
  return new Map(
    [...told].map(([line, [holds, isPossible, ...values]]) => {
      const isNeeded = edited.has(line) ? isPossible : holds;
      const numbers = values
        .slice(shown.length)
        .map((value) => (value === null || value === undefined ? null : Number(value)));
      const consequences = {
        second: isNeeded === true,
        show: Object.fromEntries(shown.map((name, index) => [name, lineValue(values[index])])),
        effect: Object.fromEntries(effects.map((name, index) => [name, numbers[index] ?? null])),
      };
      return [line, consequences];
    }),
  );
}

/** Of each line, as it came: the bulk rules that hold for it. */
export async function bulkOf(
  lines: readonly Meant[],
  approving: Approving,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { bulk } = factsOf(approving);
  const names = Object.keys(bulk);
  const told = await ask(
    lines,
    Object.values(bulk).map((one) => holding(one, approving)),
    approving,
  );
  return new Map([...told].map(([line, holds]) => [line, names.filter((_, index) => holds[index] === true)]));
}

/** The lines of which `only` holds, with these values. */
export async function meantBy(lines: readonly Meant[], approving: Approving): Promise<ReadonlySet<string>> {
  const { only } = factsOf(approving);
  if (!only) return new Set(lines.map(({ line }) => line));
  const told = await ask(lines, [holding(only, approving)], approving);
  return new Set([...told].flatMap(([line, [holds]]) => (holds === true ? [line] : [])));
}

/** Of each line, as it was edited: the rules over whole rows of its table that it breaks, and `only`, where it would be none of the rows that are answered. */
export async function brokenRules(
  lines: readonly Meant[],
  approving: Approving,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rules = Object.entries(tableOf(approving).definition.spec.rules).filter(
    (rule): rule is [string, AnyRows] => !isReference(rule[1]),
  );
  const { only } = factsOf(approving);
  const told = await ask(
    lines,
    // As in any rule, what is unknown holds.
    [...rules.map(([, rule]) => unlessDenied(rule, approving)), ...(only ? [holding(only, approving)] : [])],
    approving,
  );
  const names = [...rules.map(([flag]) => flag), 'only (the rows that are to be answered)'];
  return new Map([...told].map(([line, holds]) => [line, names.filter((_, index) => holds[index] === false)]));
}
