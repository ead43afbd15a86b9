import type { AnyTable } from '../../define/index.ts';
import { approvalOf, type Node } from '../../graph/index.ts';
import { asEdited, factsOf, type Project } from '../../run/index.ts';
import { commandIn } from '../alerts/words.ts';
import { count, counted, exact, moment } from '../numbers.ts';
import type { Context, WaitView } from '../views.ts';
import { approvalNodes, approvalView, approvingOf, lineViews, subjectText } from './find.ts';
import { linesWith, waiting } from './list.ts';

/** Tables of which rows wait: for people, or, approved, for a run; of all, or of those that these steps publish. As of the last time that somebody looked. */
export async function waitsOf(project: Project, steps?: ReadonlySet<string>): Promise<readonly WaitView[]> {
  const views: WaitView[] = [];
  for (const node of nodesOf(project, steps)) {
    const view = await waitOf(project, node);
    if (view.waiting + view.approved > 0) views.push(view);
  }
  return views;
}

async function waitOf(project: Project, node: Node<AnyTable>): Promise<WaitView> {
  const { name, group, counts } = await approvalView({ project, node });
  const [oldest] = await project.state.approvals.lines({ approval: node.id, states: waiting, limit: 1 });
  const waits = waiting.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  const since = oldest && waits > 0 ? { since: oldest.proposedAt.toString() } : {};
  return { name, group, waiting: waits, approved: counts.approved ?? 0, ...since };
}

/** `12 lines of recommendations_v1_approved_by_sales wait for sales, the oldest since …`. */
export const waitText = ({ name, group, waiting: waits, since }: WaitView): string =>
  `${counted(waits, 'line')} of ${name} ${waits === 1 ? 'waits' : 'wait'} for ${group}${since === undefined ? '' : `, ${waits === 1 ? '' : 'the oldest '}since ${moment(since)}`}`;

/** Notes of what these steps have left to answer. Never throws: who asks has succeeded, whether or not this can be read. */
export async function tellWaits(
  project: Project,
  steps: readonly { readonly step: string }[],
  { emit }: Pick<Context, 'emit'>,
): Promise<void> {
  const waits = await waitsOf(project, new Set(steps.map(({ step }) => step))).catch(() => []);
  for (const wait of waits.filter((one) => one.waiting > 0)) {
    const next = commandIn(project, `approvals list ${wait.name}`);
    emit({ type: 'note', level: 'info', text: waitText(wait), next });
  }
}

/** Lines that are told one by one; the others are counted. */
const most = 10;

/**
 * For people who are not asked by a terminal: what these steps have left to answer, the lines that have waited longest, and where to answer them. Never throws:
 * a run tells all else that it has to tell where the warehouse, or what is shown beside a line, cannot be read.
 */
export async function digestOf(
  project: Project,
  steps: ReadonlySet<string>,
): Promise<{ readonly facts: readonly string[]; readonly look: readonly string[] }> {
  const facts: string[] = [];
  const look: string[] = [];
  for (const node of nodesOf(project, steps)) {
    const told = await linesTold(project, node).catch(() => undefined);
    const wait = await waitOf(project, node).catch(() => undefined);
    if (!wait || wait.waiting === 0) continue;
    const rest = wait.waiting - Math.min(most, wait.waiting);
    const lines = told
      ? [...told, ...(rest > 0 ? [`  and ${count(rest)} more`] : [])]
      : ['  which ones could not be read'];
    facts.push('', waitText(wait), ...lines);
    look.push(commandIn(project, `approvals list ${wait.name}`));
  }
  return { facts, look };
}

/** With what was published since somebody looked last. */
async function linesTold(project: Project, node: Node<AnyTable>): Promise<readonly string[]> {
  const approving = await approvingOf(project, node);
  const { edit } = factsOf(approving);
  const lines = await linesWith(approving, waiting, { limit: most });
  const views = await lineViews(lines, approving);
  return views.flatMap((view, index) => {
    const line = lines[index] as (typeof lines)[number];
    const stands = asEdited(line);
    const values = [
      ...edit.map((name) => `${name} ${stands[name] ?? 'none'}`),
      ...Object.entries({ ...view.show, ...view.effect }).map(([name, value]) => `${name} ${valueText(value)}`),
      ...(view.second === undefined ? [] : [`second person of ${view.second}`]),
      ...(view.expiresAt === undefined ? [] : [`until ${moment(view.expiresAt)}`]),
    ];
    return [`  ${subjectText(line, approving)}`, `    ${values.join('; ')}`];
  });
}

const valueText = (value: string | number | boolean | null): string =>
  typeof value === 'number' ? exact(value) : String(value ?? 'unknown');

/** All, or those whose rows are asked for by one of these steps. */
const nodesOf = (project: Project, steps?: ReadonlySet<string>) =>
  approvalNodes(project).filter((node) => {
    const of = approvalOf(node.definition)?.of;
    return !steps || (of !== undefined && steps.has(project.graph.nodeOf(of).id));
  });
