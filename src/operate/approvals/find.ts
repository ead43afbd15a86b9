import { type Columns, keyOf } from '../../columns/index.ts';
import type { AnyTable } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { approvalOf, type Node } from '../../graph/index.ts';
import type { Line, LineState } from '../../ports/index.ts';
import {
  type Approving,
  asEdited,
  bulkOf,
  consequencesOf,
  factsOf,
  type Project,
  proposeLines,
  readSettings,
  tableOf,
} from '../../run/index.ts';
import { labelIn } from '../alerts/subject.ts';
import { commandIn } from '../alerts/words.ts';
import { fewOf } from '../names.ts';
import type { ApprovalView, LineView } from './views.ts';

const isApproval = (node: Node): node is Node<AnyTable> => approvalOf(node.definition) !== undefined;
export const approvalNodes = ({ graph }: Project): readonly Node<AnyTable>[] =>
  [...graph.nodes.values()].filter(isApproval);

export const labelOf = ({ graph }: Project, { id }: Node): string => labelIn(graph, id);

/** By the name of the table, or of that whose rows they are. Throws NAME_UNKNOWN, NAME_AMBIGUOUS. */
export async function approvalNamed(project: Project, name: string): Promise<Approving> {
  const all = approvalNodes(project);
  const names = (node: Node): readonly string[] => [node.id, `${node.schema}.${node.table}`, node.definition.name];
  const found = all.filter((node) => {
    const of = project.graph.nodeOf(approvalOf(node.definition)?.of as AnyTable);
    return [...names(node), ...names(of)].includes(name);
  });
  const [node] = found;
  if (!node)
    throw new EsteiraError('NAME_UNKNOWN', {
      what: `There are no rows of "${name}" that people let through.`,
      allowed: fewOf(all.map((one) => labelOf(project, one))) || 'none: no table has approvedBy(…)',
      next: commandIn(project, 'approvals list'),
    });
  if (found.length > 1)
    throw new EsteiraError('NAME_AMBIGUOUS', {
      what: `Rows of ${name} are let through by ${found.length} groups.`,
      got: found.map((one) => labelOf(project, one)).join(', '),
      allowed: 'the name of one of these',
      next: commandIn(project, `approvals list ${labelOf(project, node)}`),
    });
  return approvingOf(project, node);
}

/** With what was published since somebody looked last, and the settings as they are now. */
export async function approvingOf(project: Project, node: Node<AnyTable>): Promise<Approving> {
  const now = project.clock.now();
  const date = now.toZonedDateTimeISO('UTC').toPlainDate();
  const values = { runId: '', date, logicalTime: now, settings: await readSettings(project) };
  const approving = { node, project, values };
  await proposeLines(approving);
  return approving;
}

export const keyNames = (approving: Approving): readonly string[] =>
  keyOf(tableOf(approving).definition.columns as Columns);
/** `sku A1, region sul`. */
export const subjectText = (line: Line, approving: Approving): string =>
  keyNames(approving)
    .map((name) => `${name} ${line.row[name] ?? ''}`)
    .join(', ');
export const addressOf = ({ line, version }: Pick<Line, 'line' | 'version'>): string => `${line}@${version}`;

export async function approvalView({ node, project }: Pick<Approving, 'node' | 'project'>): Promise<ApprovalView> {
  const { group, of } = factsOf({ node } as Approving);
  const counts = await project.state.approvals.counts(node.id);
  return {
    ...{ name: labelOf(project, node), of: labelOf(project, project.graph.nodeOf(of)), group },
    people: project.groups?.get(group) ?? [],
    counts: Object.fromEntries(counts),
  };
}

/** As it stands, to be judged. */
export const meantOf = (line: Line) => ({
  ...{ line: line.line, values: asEdited(line), isEdited: Object.keys(line.edited).length > 0 },
});

/** Nothing more is said of these. */
const isOver = (state: LineState): boolean => ['applied', 'rejected', 'expired', 'replaced'].includes(state);

export async function lineViews(lines: readonly Line[], approving: Approving): Promise<readonly LineView[]> {
  const { second } = factsOf(approving);
  const open = lines.filter(({ state }) => !isOver(state));
  const consequences = await consequencesOf(open.map(meantOf), approving);
  const bulk = await bulkOf(
    open.map((line) => ({ line: line.line, values: line.row })),
    approving,
  );
  return lines.map((line) => {
    const told = consequences.get(line.line);
    const { state, row, edited, editors, approvers, rule, reason, proposedAt, expiresAt, decidedAt, runId } = line;
    return {
      ...{ line: addressOf(line), state, row, edited, editors, approvers },
      ...(told?.second && second ? { second: second.by } : {}),
      ...{ bulk: bulk.get(line.line) ?? [], show: told?.show ?? {}, effect: told?.effect ?? {} },
      proposedAt: proposedAt.toString(),
      ...(rule === undefined ? {} : { rule }),
      ...(reason === undefined ? {} : { reason }),
      ...(expiresAt ? { expiresAt: expiresAt.toString() } : {}),
      ...(decidedAt ? { decidedAt: decidedAt.toString() } : {}),
      ...(runId === undefined ? {} : { runId }),
    };
  });
}
