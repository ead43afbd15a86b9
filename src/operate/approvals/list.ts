import { EsteiraError } from '../../errors.ts';
import type { Line, LineState } from '../../ports/index.ts';
import { type Approving, bulkOf, factsOf, type Project } from '../../run/index.ts';
import { commandIn } from '../alerts/words.ts';
import type { Input } from '../views.ts';
import { filterOf, seenText, type Where } from './filter.ts';
import {
  addressOf,
  approvalNamed,
  approvalNodes,
  approvalView,
  approvingOf,
  keyNames,
  labelOf,
  lineViews,
} from './find.ts';
import type { ApprovalsView, LineShowView } from './views.ts';

const states: readonly LineState[] = [
  ...(['proposed', 'edited', 'approved once', 'approved', 'rejected', 'applied', 'expired', 'replaced'] as const),
];
/** Lines that are looked through at once. */
const page = 5000;
/** Somebody is to say something of these. */
export const waiting: readonly LineState[] = ['proposed', 'edited', 'approved once'];

/** All tables of which people let rows through; of one, or the only one, the lines that wait. Throws NAME_UNKNOWN, NAME_AMBIGUOUS. */
export async function list(project: Project, input: Input<'approvals list'>): Promise<ApprovalsView> {
  const nodes = approvalNodes(project);
  const [only] = nodes;
  const one =
    input.name !== undefined
      ? await approvalNamed(project, input.name)
      : only && nodes.length === 1
        ? await approvingOf(project, only)
        : undefined;
  if (!one) {
    const approvals = [];
    for (const node of nodes) approvals.push(await approvalView(await approvingOf(project, node)));
    return { approvals };
  }
  const limit = input.limit ?? 50;
  const wanted = stateNames(input.states) ?? waiting;
  const found = await linesWith(one, wanted, {
    limit: limit + 1,
    ...(input.rule === undefined ? {} : { rule: input.rule }),
    ...(input.where === undefined ? {} : { where: input.where }),
  });
  const more = found.length > limit;
  const lines = await lineViews(found.slice(0, limit), one);
  const effect = Object.fromEntries(
    Object.keys(factsOf(one).effect).map((name) => [
      name,
      lines.reduce((sum, { effect: own }) => sum + (own[name] ?? 0), 0),
    ]),
  );
  return {
    ...{ approvals: [await approvalView(one)], lines, key: keyNames(one), edit: factsOf(one).edit },
    ...{ show: Object.keys(factsOf(one).show), effect },
    more,
    ...(more || found.length === 0 || input.states || input.rule ? {} : { seen: seenText(found) }),
  };
}

/** Throws COMMAND_UNKNOWN for a word that is no state. */
export function stateNames(names: readonly string[] | undefined): readonly LineState[] | undefined {
  const unknown = names?.find((name) => !states.includes(name as LineState));
  if (unknown === undefined) return names as readonly LineState[] | undefined;
  throw new EsteiraError('COMMAND_UNKNOWN', {
    what: `Lines are never "${unknown}".`,
    got: unknown,
    allowed: states.join(', '),
    next: 'For example --state approved',
  });
}

/** In those states; `rule`: those that it holds for; `where`: those that say so. Throws NAME_UNKNOWN, and COMMAND_UNKNOWN for a value that a column cannot have. */
export async function linesWith(
  approving: Approving,
  wanted: readonly LineState[],
  { rule, where = {}, limit }: { readonly rule?: string; readonly where?: Where; readonly limit: number },
): Promise<readonly Line[]> {
  const { node, project } = approving;
  const { bulk } = factsOf(approving);
  if (rule !== undefined && !Object.hasOwn(bulk, rule))
    throw new EsteiraError('NAME_UNKNOWN', {
      what: `There is no bulk rule "${rule}" of ${labelOf(project, node)}.`,
      allowed: Object.keys(bulk).join(', ') || 'none: approvedBy(…) has no `bulk`',
      next: commandIn(project, `approvals list ${labelOf(project, node)}`),
    });
  const isMeant = filterOf(where, approving);
  const isFiltered = Object.keys(where).length > 0;
  const found: Line[] = [];
  for (let after = 0; found.length < limit; ) {
    const lines = await project.state.approvals.lines({
      approval: node.id,
      states: wanted,
      after,
      limit: rule === undefined && !isFiltered ? Math.min(limit, page) : page,
    });
    const last = lines.at(-1);
    if (!last) break;
    const meant = lines.filter(isMeant);
    const holds =
      rule === undefined
        ? undefined
        : await bulkOf(
            meant.map((line) => ({ line: line.line, values: line.row })),
            approving,
          );
    found.push(...meant.filter(({ line }) => holds === undefined || holds.get(line)?.includes(rule as string)));
    after = last.number;
  }
  return found.slice(0, limit);
}

/** A line, and all that people have said of it. Throws NAME_UNKNOWN. */
export async function showLine(
  project: Project,
  { name, line: asked }: Input<'approvals show'>,
): Promise<LineShowView> {
  const approving = await approvalNamed(project, name);
  const line = await lineNamed(approving, asked.replace(/@.*$/, ''));
  const events = await project.state.approvals.events(approving.node.id, line.line);
  const [view] = await lineViews([line], approving);
  if (!view) throw new TypeError(`no view of ${addressOf(line)}`);
  return {
    ...{ approval: await approvalView(approving), line: view, key: keyNames(approving) },
    events: events.map(({ at, ...event }) => ({ ...event, at: at.toString() })),
  };
}

/** By its name, or a beginning of it that no other has. Throws NAME_UNKNOWN, NAME_AMBIGUOUS. */
export async function lineNamed({ node, project }: Approving, begins: string): Promise<Line> {
  const found = begins === '' ? [] : await project.state.approvals.lines({ approval: node.id, begins, limit: 2 });
  const [line, other] = found;
  const label = labelOf(project, node);
  if (line && !other) return line;
  if (line)
    throw new EsteiraError('NAME_AMBIGUOUS', {
      what: `More than one line of ${label} begins with ${begins}.`,
      got: found.map(({ line: one }) => one).join(', '),
      allowed: 'a beginning that only one has',
      next: `Write ${line.line}, or the other.`,
    });
  throw new EsteiraError('NAME_UNKNOWN', {
    what: `${label} has no line "${begins}".`,
    allowed: 'the name of a line, or the beginning of it',
    next: commandIn(project, `approvals list ${label}`),
  });
}
