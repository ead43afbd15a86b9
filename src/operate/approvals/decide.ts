import { type Columns, judgements, parseValue } from '../../columns/index.ts';
import { EsteiraError } from '../../errors.ts';
import type { Line, LineChange, LineChanged, LineValues } from '../../ports/index.ts';
import { holds } from '../../quality/judge.ts';
import {
  type Answer,
  type Approving,
  brokenRules,
  columnValue,
  consequencesOf,
  type Deciders,
  decided,
  factsOf,
  lineValue,
  type NotAllowed,
  type Project,
  tableOf,
} from '../../run/index.ts';
import { commandIn } from '../alerts/words.ts';
import { counted, moment } from '../numbers.ts';
import type { Input } from '../views.ts';
import { typedIn } from './cells.ts';
import { seenText } from './filter.ts';
import { addressOf, approvalNamed, approvalView, keyNames, labelOf, meantOf, subjectText } from './find.ts';
import { lineNamed, linesWith, waiting } from './list.ts';
import type { AnsweredView } from './views.ts';

/** A line as somebody has seen it, and what they say of it. */
export interface Answered {
  readonly line: Line;
  /** The version that was seen. */
  readonly seen: number;
  readonly answer: Answer;
}
type Outcome = AnsweredView['lines'][number] & { readonly error?: EsteiraError };

export const approveLines = (project: Project, input: Input<'approvals approve'>): Promise<AnsweredView> =>
  answerAll(project, input, (by, reason) => ({ says: 'approve', by, ...(reason === undefined ? {} : { reason }) }));

export const rejectLines = (project: Project, input: Input<'approvals reject'>): Promise<AnsweredView> =>
  answerAll(project, input, (by, reason) => ({ says: 'reject', by, reason: reason ?? '' }));

async function answerAll(
  project: Project,
  input: Input<'approvals approve'>,
  answer: (by: string, reason: string | undefined) => Answer,
): Promise<AnsweredView> {
  const { name, lines, rule, where, by, reason } = input;
  const approving = await approvalNamed(project, name);
  const isTogether = rule !== undefined || where !== undefined;
  const meant = isTogether ? await together(input, approving) : await seenLines(lines ?? [], approving);
  return answered(
    meant.map((one) => ({ ...one, answer: answer(by, reason) })),
    approving,
  );
}

/** By a rule those that nobody has changed, for it is about the row as it came; others are answered together only as somebody has seen them. */
async function together(
  { rule, where, seen }: Input<'approvals approve'>,
  approving: Approving,
): Promise<readonly Omit<Answered, 'answer'>[]> {
  const { project, node } = approving;
  const label = labelOf(project, node);
  const found = await linesWith(approving, rule === undefined ? waiting : ['proposed'], {
    ...{ limit: Number.MAX_SAFE_INTEGER, ...(rule === undefined ? {} : { rule }), ...(where ? { where } : {}) },
  });
  const filter = Object.entries(where ?? {}).flatMap(([column, values]) =>
    [values].flat().map((value) => ` --where ${column}=${value}`),
  );
  const next = `${commandIn(project, `approvals list ${label}${filter.join('')}`)} shows them, and what to write after --seen.`;
  if (rule === undefined && seen === undefined)
    throw new EsteiraError('COMMAND_UNKNOWN', {
      what: 'Lines are answered together as they were seen, or by a bulk rule.',
      got: counted(found.length, 'line'),
      allowed: '--where with --seen <what the list says>, or with --rule <name>',
      next,
    });
  if (seen !== undefined && seen !== seenText(found))
    throw new EsteiraError('DECIDED_ALREADY', {
      what: `The lines of ${label} that are meant are not as they were seen: others have come, or somebody has answered some.`,
      got: `${counted(found.length, 'line')}, ${seenText(found)}; ${seen} was seen`,
      next,
    });
  return found.map((line) => ({ line, seen: line.version }));
}

/** `<name>@<version>`, as `approvals list` shows them. */
async function seenLines(names: readonly string[], approving: Approving): Promise<readonly Omit<Answered, 'answer'>[]> {
  if (names.length === 0)
    throw new EsteiraError('COMMAND_UNKNOWN', {
      what: 'Nobody has said which lines are meant.',
      allowed: 'lines as they were seen, or a bulk rule: --rule <name>',
      next: commandIn(approving.project, `approvals list ${labelOf(approving.project, approving.node)}`),
    });
  const found = [];
  for (const name of names) found.push(await seenLine(name, approving));
  return found;
}

async function seenLine(name: string, approving: Approving): Promise<Omit<Answered, 'answer'>> {
  const [, begins = '', version] = /^([^@]*)(?:@(\d+))?$/.exec(name) ?? [];
  const line = await lineNamed(approving, begins);
  if (version === undefined)
    throw new EsteiraError('COMMAND_UNKNOWN', {
      what: 'A line is answered as it was seen, and somebody may have changed it since.',
      got: name,
      allowed: 'its name with the version that was seen, as the list shows it',
      next: `${commandIn(approving.project, `approvals show ${labelOf(approving.project, approving.node)} ${line.line}`)} shows it as it is now: ${addressOf(line)}.`,
    });
  return { line, seen: Number(version) };
}

/** Changes columns of a line; their rules hold for what is new. Throws ROWS_INVALID, and what the others throw. */
export async function editLine(project: Project, input: Input<'approvals edit'>): Promise<AnsweredView> {
  const { name, line: asked, set, by, reason } = input;
  const approving = await approvalNamed(project, name);
  const meant = await seenLine(asked, approving);
  const edited = editedWith(meant.line, set, approving);
  const answer: Answer = { says: 'edit', by, edited, ...(reason === undefined ? {} : { reason }) };
  return answered([{ ...meant, answer }], approving);
}

/** What is other than it came, after these texts were put in; throws where they cannot be. */
export function editedWith(line: Line, set: Readonly<Record<string, string>>, approving: Approving): LineValues {
  const { node, project } = approving;
  const { edit } = factsOf(approving);
  const columns: Columns = tableOf(approving).definition.columns;
  const next: Record<string, LineValues[string]> = { ...line.edited };
  for (const [name, text] of Object.entries(set)) {
    const facts = columns[name]?.facts;
    if (!facts || !edit.includes(name))
      throw new EsteiraError('NAME_UNKNOWN', {
        what: `${name} is no column of ${labelOf(project, node)} that people may change.`,
        allowed: edit.join(', ') || 'none: approvedBy(…) has no `edit`',
        next: commandIn(project, `approvals show ${labelOf(project, node)} ${line.line}`),
      });
    const typed = typedIn(facts, text, { decimalComma: false });
    const value = typed === '' && facts.nullable ? null : parseValue(facts, typed ?? text);
    if (value === undefined) throw invalidValue(name, text, `a value of kind ${facts.kind}`, approving);
    const judged = judgements(columns).find((one) => one.column === name && !holds(one, value));
    if (judged)
      throw invalidValue(
        name,
        text,
        judged.code === 'present' ? 'a value' : `${judged.code} ${JSON.stringify(judged.allowed)}`,
        approving,
      );
    next[name] = lineValue(value);
  }
  return Object.fromEntries(
    Object.entries(next).filter(([name, value]) => !isSame(columns[name], line.row[name], value)),
  );
}

/** 10 and 10.0 are one number. */
const isSame = (
  column: Columns[string] | undefined,
  one: LineValues[string] | undefined,
  other: LineValues[string],
): boolean => {
  if (one === other) return true;
  if (!column || one === null || one === undefined || other === null) return false;
  return column.facts.kind === 'decimal'
    ? Number(one) === Number(other) && `${one}`.length < 16
    : String(columnValue(column.facts, one)) === String(columnValue(column.facts, other));
};

const invalidValue = (name: string, got: string, allowed: string, { node, project }: Approving): EsteiraError =>
  new EsteiraError('ROWS_INVALID', {
    what: `${name} of a line of ${labelOf(project, node)} cannot have that value.`,
    got,
    allowed,
    next: 'Give it one that its column allows; nothing was changed.',
  });

/** Writes the answers that may be given, and says why the others may not; where there is only one, throws it. */
export async function answered(answers: readonly Answered[], approving: Approving): Promise<AnsweredView> {
  const { project, node } = approving;
  refuseTwice(answers, approving);
  const outcomes: Outcome[] = [];
  const changes: { readonly change: LineChange; readonly answered: Answered }[] = [];
  const edits = answers.map(({ line, answer }) =>
    meantOf(answer.says === 'edit' ? { ...line, edited: answer.edited } : line),
  );
  const consequences = await consequencesOf(edits, approving);
  const broken = await brokenRules(
    edits.filter((_, index) => isJudged(answers[index] as Answered)),
    approving,
  );
  for (const one of answers) {
    const { line, seen, answer } = one;
    const error = refusalOf(one, { broken: broken.get(line.line) ?? [], approving });
    // Who is told that they may not approve what nobody stands for any more would ask the wrong question.
    const isSaid = answer.says === 'approve' && line.state === 'approved';
    if (!error && !isSaid && seen === line.version) {
      const change = decided(line, answer, decidersOf(consequences.get(line.line)?.second === true, approving));
      if ('what' in change) outcomes.push(refused(one, notAllowed(change, one, approving), approving));
      else changes.push({ change, answered: one });
    } else if (error) outcomes.push(refused(one, error, approving));
    else outcomes.push(refused(one, decidedAlready(line, one, approving), approving));
  }
  const written = await project.state.approvals.change(
    node.id,
    changes.map(({ change }) => change),
    project.clock.now(),
  );
  await project.trace('lines-answered');
  for (const [index, { answered: one }] of changes.entries()) {
    const outcome = written[index] as LineChanged;
    if (outcome.is === 'done')
      outcomes.push({
        line: addressOf(outcome.line),
        of: subjectText(outcome.line, approving),
        state: outcome.line.state,
      });
    else
      outcomes.push(
        refused(one, decidedAlready(outcome.is === 'unknown' ? one.line : outcome.line, one, approving), approving),
      );
  }
  const [only, ...others] = outcomes;
  if (only?.error && others.length === 0) throw only.error;
  const lines = outcomes.map(({ error: _, ...outcome }) => outcome);
  return { approval: await approvalView(approving), key: keyNames(approving), lines };
}

/** What is changed, and what somebody approves: settings, and other tables, may be others than when it came. */
const isJudged = ({ line, seen, answer: { says } }: Answered): boolean =>
  says === 'edit' || (says === 'approve' && seen === line.version && waiting.includes(line.state));

/** What is judged of a line is judged by what the answer makes of it: there is one. */
function refuseTwice(answers: readonly Answered[], { node, project }: Approving): void {
  const names = new Set<string>();
  for (const { line } of answers) {
    if (names.has(line.line))
      throw new EsteiraError('COMMAND_UNKNOWN', {
        what: `One line of ${labelOf(project, node)} is answered twice.`,
        got: addressOf(line),
        allowed: 'each line once',
        next: 'Say one thing of it; nothing was changed.',
      });
    names.add(line.line);
  }
}

const refused = ({ line }: Answered, error: EsteiraError, approving: Approving): Outcome => ({
  ...{ line: addressOf(line), of: subjectText(line, approving), state: line.state, why: error.details.what, error },
});

function decidersOf(isSecond: boolean, approving: Approving): Deciders {
  const { groups } = approving.project;
  const { group, second } = factsOf(approving);
  return {
    ...{ group, people: groups?.get(group) ?? [] },
    ...(second && isSecond ? { second: { by: second.by, people: groups?.get(second.by) ?? [] } } : {}),
  };
}

/** What is wrong with the answer itself. */
function refusalOf(
  { line, answer }: Answered,
  { broken, approving }: { readonly broken: readonly string[]; readonly approving: Approving },
): EsteiraError | undefined {
  const { reasons } = factsOf(approving);
  if (
    answer.says === 'reject' &&
    (answer.reason.trim() === '' || (reasons.length > 0 && !reasons.includes(answer.reason)))
  )
    return new EsteiraError('COMMAND_UNKNOWN', {
      what: answer.reason.trim() === '' ? 'Nobody has said why.' : 'That is no reason for which a line is rejected.',
      ...(answer.reason === '' ? {} : { got: answer.reason }),
      allowed: reasons.join(', ') || 'any words',
      next: `Add --reason ${reasons.length > 0 ? `"${reasons[0]}"` : '"…"'}`,
    });
  if (broken.length === 0) return undefined;
  const isChanged = answer.says === 'edit' || Object.keys(line.edited).length > 0;
  return new EsteiraError('ROWS_INVALID', {
    what: `The line${isChanged ? ' as it was changed' : ''} breaks rules of ${factsOf(approving).of.name}${isChanged ? '' : ', as they are by now'}.`,
    got: broken.join(', '),
    next: `${isChanged ? 'Change it to what they allow' : 'Change it, or reject it'}; nothing was changed.`,
  });
}

const notAllowed = ({ what, allowed, next }: NotAllowed, { line }: Answered, approving: Approving): EsteiraError =>
  new EsteiraError('NOT_ALLOWED', {
    what: `${what}: ${subjectText(line, approving)}.`,
    got: addressOf(line),
    ...{ allowed, next },
  });

/** As it stands now: somebody else was faster, its time is over, or a run has taken it. */
function decidedAlready(line: Line, { seen }: Answered, approving: Approving): EsteiraError {
  const { project, node } = approving;
  const { approvers, editors, state, runId, decidedAt } = line;
  const edits = Object.entries(line.edited).map(([name, value]) => `${name} ${value}`);
  const told: Readonly<Partial<Record<Line['state'], string>>> = {
    edited: `${editors.at(-1)} has changed it to ${edits.join(', ') || 'what it was'}`,
    'approved once': `${approvers.join(', ')} has approved it`,
    approved:
      runId === undefined
        ? `${approvers.join(', ') || `the rule ${line.rule}`} has approved it`
        : 'a run applies it already',
    applied: 'it was applied',
    rejected: `it was rejected: ${line.reason ?? ''}`,
    expired: 'its time is over, and nobody had let it through',
    replaced: 'another row has come in its place, or none',
  };
  const label = labelOf(project, node);
  return new EsteiraError('DECIDED_ALREADY', {
    what: `${subjectText(line, approving)} is not as it was seen: ${told[state] ?? 'it has changed'}.`,
    got: `${addressOf(line)}, ${state}${decidedAt ? ` since ${moment(decidedAt.toString())}` : ''}; version ${seen} was seen`,
    next: `${commandIn(project, `approvals show ${label} ${line.line}`)} shows it as it is now.`,
  });
}
