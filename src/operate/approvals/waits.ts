import { approvalOf } from '../../graph/index.ts';
import { asEdited, factsOf, type Project } from '../../run/index.ts';
import { commandIn } from '../alerts/words.ts';
import { count, counted, moment } from '../numbers.ts';
import type { WaitView } from '../views.ts';
import { approvalNodes, approvalView, approvingOf, labelOf, lineViews, subjectText } from './find.ts';
import { linesWith, waiting } from './list.ts';

/** Tables of which rows wait: for people, or, approved, for a run; of all, or of those that these steps publish. As of the last time that somebody looked. */
export async function waitsOf(project: Project, steps?: ReadonlySet<string>): Promise<readonly WaitView[]> {
  const views: WaitView[] = [];
  for (const node of nodesOf(project, steps)) {
    const { name, group, counts } = await approvalView({ project, node });
    const [oldest] = await project.state.approvals.lines({ approval: node.id, states: waiting, limit: 1 });
    const waits = waiting.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
    const { approved = 0 } = counts;
    if (waits + approved === 0) continue;
    const since = oldest && waits > 0 ? { since: oldest.proposedAt.toString() } : {};
    views.push({ name, group, waiting: waits, approved, ...since });
  }
  return views;
}

/** `12 lines of recommendations_v1_approved_by_sales wait for sales, the oldest since …`. */
export const waitText = ({ name, group, waiting: waits, since }: WaitView): string =>
  `${counted(waits, 'line')} of ${name} ${waits === 1 ? 'waits' : 'wait'} for ${group}${since === undefined ? '' : `, ${waits === 1 ? '' : 'the oldest '}since ${moment(since)}`}`;

/** Lines that are told one by one; the others are counted. */
const most = 10;

/** For people who are not asked by a terminal: what these steps have left to answer, the lines that have waited longest, and where to answer them. */
export async function digestOf(
  project: Project,
  steps: ReadonlySet<string>,
): Promise<{ readonly facts: readonly string[]; readonly look: readonly string[] }> {
  const facts: string[] = [];
  const look: string[] = [];
  for (const node of nodesOf(project, steps)) {
    const approving = await approvingOf(project, node);
    const label = labelOf(project, node);
    const wait = (await waitsOf(project, steps)).find(({ name }) => name === label);
    if (!wait || wait.waiting === 0) continue;
    const lines = await linesWith(approving, waiting, { limit: most });
    const views = await lineViews(lines, approving);
    const told = views.flatMap((view, index) => {
      const line = lines[index] as (typeof lines)[number];
      const stands = asEdited(line);
      const { edit } = factsOf(approving);
      const values = [
        ...edit.map((name) => `${name} ${stands[name] ?? 'none'}`),
        ...Object.entries({ ...view.show, ...view.effect }).map(([name, value]) => `${name} ${valueText(value)}`),
        ...(view.second === undefined ? [] : [`second person of ${view.second}`]),
        ...(view.expiresAt === undefined ? [] : [`until ${moment(view.expiresAt)}`]),
      ];
      return [`  ${subjectText(line, approving)}`, `    ${values.join('; ')}`];
    });
    const rest = wait.waiting - lines.length;
    facts.push('', waitText(wait), ...told, ...(rest > 0 ? [`  and ${count(rest)} more`] : []));
    look.push(commandIn(project, `approvals list ${label}`));
  }
  return { facts, look };
}

const valueText = (value: string | number | boolean | null): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value ?? 'unknown');

/** All, or those whose rows are asked for by one of these steps. */
const nodesOf = (project: Project, steps?: ReadonlySet<string>) =>
  approvalNodes(project).filter((node) => {
    const of = approvalOf(node.definition)?.of;
    return !steps || (of !== undefined && steps.has(project.graph.nodeOf(of).id));
  });
