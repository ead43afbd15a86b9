import type { Columns, Kind } from '../../columns/index.ts';
import { EsteiraError } from '../../errors.ts';
import type { Line, LineValues } from '../../ports/index.ts';
import { type Answer, type Approving, asEdited, factsOf, type Project, spelled, tableOf } from '../../run/index.ts';
import { commandIn } from '../alerts/words.ts';
import type { Input } from '../views.ts';
import { hasDecimalComma, isAsWritten, isNumber, typedIn, type Written } from './cells.ts';
import { csvRows, csvText, withoutGuard } from './csv.ts';
import { type Answered, answered, editedWith } from './decide.ts';
import { addressOf, approvalNamed, approvalView, labelOf, lineViews } from './find.ts';
import { lineNamed, linesWith, stateNames, waiting } from './list.ts';
import type { AnsweredView, ExportedView } from './views.ts';

/** Columns that stand before those of the row, and after them those that people fill in. */
const before = ['line', 'state', 'second', 'bulk', 'expires_at'] as const;
const answerColumns = ['decision', 'reason'] as const;

/** Of what stands beside a row, a name that no column of it has, whatever their case. */
function besideRow(name: string, columns: Columns): string {
  const isTaken = Object.keys(columns).some((one) => one.toLowerCase() === name.toLowerCase());
  return isTaken ? besideRow(`approval ${name}`, columns) : name;
}

/** Lines as a table that people work on elsewhere: they change columns, decide (`approve`, `reject`), and give it back. */
export async function exportLines(
  project: Project,
  { name, states, rule, where, decimalMark = '.' }: Input<'approvals export'>,
): Promise<ExportedView> {
  const approving = await approvalNamed(project, name);
  const lines = await linesWith(approving, stateNames(states) ?? waiting, {
    ...{ limit: Number.MAX_SAFE_INTEGER, ...(rule === undefined ? {} : { rule }), ...(where ? { where } : {}) },
  });
  const views = await lineViews(lines, approving);
  const columns: Columns = tableOf(approving).definition.columns;
  const names = Object.keys(columns);
  const beside = (all: readonly string[]): readonly string[] => all.map((one) => besideRow(one, columns));
  const { show, effect } = factsOf(approving);
  const [shown, effects] = [Object.keys(show), Object.keys(effect)];
  const computed = [...shown.map((one) => `show ${one}`), ...effects.map((one) => `effect ${one}`)];
  const head = [...beside(before), ...names, ...beside(computed), ...beside(answerColumns)];
  const marked = (value: LineValues[string], kind?: Kind): LineValues[string] =>
    typeof value === 'number' || kind === 'decimal' ? String(value ?? '').replace('.', decimalMark) : value;
  const decimals = decimalMark === '.' ? new Set<string>() : await decimalsOf(approving);
  const rows = views.map((view, index) => {
    const values = asEdited(lines[index] as Line);
    const told = [view.line, view.state, view.second ?? '', view.bulk.join(', '), view.expiresAt ?? ''];
    return [
      ...told,
      ...names.map((one) => marked(values[one] ?? null, columns[one]?.facts.kind)),
      ...shown.map((one) => marked(view.show[one] ?? null, decimals.has(one) ? 'decimal' : undefined)),
      ...effects.map((one) => marked(view.effect[one] ?? null)),
      ...['', ''],
    ];
  });
  const csv = csvText([head, ...rows], decimalMark === ',' ? ';' : ',');
  return { approval: await approvalView(approving), lines: lines.length, csv };
}

/** Of what is shown beside a row: exact numbers, which come as texts. */
async function decimalsOf(approving: Approving): Promise<ReadonlySet<string>> {
  const { warehouse } = approving.project;
  const { show } = factsOf(approving);
  const asked = Object.values(show).map((one, index) => `(${spelled(one, approving)}\n) as _x${index}`);
  if (asked.length === 0) return new Set();
  const rows = warehouse.dialect.emptyRelation(tableOf(approving).definition.columns);
  const types = await warehouse.describe(`select ${asked.join(', ')} from ${rows} as _lines`);
  return new Set(Object.keys(show).filter((_, index) => /^(decimal|numeric)/i.test(types[index]?.type ?? '')));
}

/**
 * Takes it back: each line as it was exported, so that one that somebody has changed since is told. A line whose columns were changed is edited; whoever changes
 * a line does not approve it. Throws FILE_UNUSABLE for what is no such file; then nothing is changed.
 */
export async function importLines(
  project: Project,
  { name, csv, by, reason }: Input<'approvals import'>,
): Promise<AnsweredView> {
  const approving = await approvalNamed(project, name);
  const [head = [], ...rows] = csvRows(csv)?.map((row) => row.map(withoutGuard)) ?? [];
  const unusable = (got: string, allowed: string): EsteiraError =>
    new EsteiraError('FILE_UNUSABLE', {
      what: `That is no file of lines of ${labelOf(project, approving.node)}.`,
      got,
      allowed,
      next: `${commandIn(project, `approvals export ${labelOf(project, approving.node)} <file>`)} writes one.`,
    });
  const columns: Columns = tableOf(approving).definition.columns;
  const answerOf = {
    line: besideRow('line', columns),
    decision: besideRow('decision', columns),
    reason: besideRow('reason', columns),
  };
  const missing = [answerOf.line, answerOf.decision].find((one) => !head.includes(one));
  if (missing !== undefined)
    throw unusable(head.join(', ') || 'nothing', `the columns of an export, ${missing} among them`);
  const twice = head.find((one, index) => one !== '' && head.indexOf(one) !== index);
  if (twice !== undefined) throw unusable(`two columns ${twice}`, 'each column of an export once');
  const numbers = head.flatMap((one, index) => (columns[one] && isNumber(columns[one].facts) ? [index] : []));
  const decimalComma = rows.some((row) => numbers.some((index) => hasDecimalComma(row[index] ?? '')));
  const written: Written = { decimalComma };
  const lines = await linesAt(
    rows.map((row) => row[head.indexOf(answerOf.line)] ?? ''),
    approving,
  );
  const reading = { answerOf, by, reason, approving, written, lines, unusable };
  const answers: Answered[] = [];
  const rowOf = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    if (row.length !== head.length)
      throw unusable(`${row.length} cells in row ${index + 2}`, `${head.length} cells, as in the first row`);
    const of = new Map(head.map((one, cell) => [one, row[cell] ?? '']));
    for (const answer of await answersOf(of, { row: index + 2, ...reading })) {
      const former = rowOf.get(answer.line.line);
      if (former !== undefined)
        throw unusable(`${addressOf(answer.line)} in rows ${former} and ${index + 2}`, 'one answer to each line');
      rowOf.set(answer.line.line, index + 2);
      answers.push(answer);
    }
  }
  if (answers.length === 0) return { approval: await approvalView(approving), key: [], lines: [] };
  return answered(answers, approving);
}

interface Reading {
  readonly row: number;
  /** Names of the columns that say what is answered. */
  readonly answerOf: Readonly<Record<'line' | 'decision' | 'reason', string>>;
  readonly by: string;
  readonly reason: string | undefined;
  readonly approving: Approving;
  readonly written: Written;
  /** By their names. */
  readonly lines: ReadonlyMap<string, Line>;
  unusable(got: string, allowed: string): EsteiraError;
}

/** Lines by their names, of `<name>@<version>`; those that there are. */
async function linesAt(addresses: readonly string[], { node, project }: Approving): Promise<ReadonlyMap<string, Line>> {
  const names = addresses.map((address) => address.replace(/@.*$/, ''));
  const found = await project.state.approvals.lines({ approval: node.id, names, limit: names.length });
  return new Map(found.map((line) => [line.line, line]));
}

/** What a row of the file says; nothing where it is as it was exported. */
async function answersOf(of: ReadonlyMap<string, string>, reading: Reading): Promise<readonly Answered[]> {
  const { row, answerOf, by, approving, unusable } = reading;
  const [, begins = '', version = ''] = /^([^@]+)@(\d+)$/.exec(of.get(answerOf.line) ?? '') ?? [];
  if (begins === '')
    throw unusable(`${of.get(answerOf.line)} in row ${row}`, 'the name of a line with its version, as it was exported');
  const line = reading.lines.get(begins) ?? (await lineNamed(approving, begins));
  const seen = Number(version);
  const decision = (of.get(answerOf.decision) ?? '').trim().toLowerCase();
  const why = of.get(answerOf.reason)?.trim() || reading.reason;
  const said = { by, ...(why === undefined ? {} : { reason: why }) };
  if (!['', 'approve', 'reject'].includes(decision))
    throw unusable(`${decision} in row ${row}`, 'approve, reject, or nothing');
  if (decision === 'reject') return [{ line, seen, answer: { says: 'reject', ...said, reason: why ?? '' } }];
  const changed = changedIn(of, await seenAs(seen, line, approving), reading);
  const answer: Answer | undefined =
    Object.keys(changed).length > 0 && seen === line.version
      ? { says: 'edit', ...said, edited: editedWith(line, changed, approving) }
      : decision === 'approve' || Object.keys(changed).length > 0
        ? { says: 'approve', ...said }
        : undefined;
  return answer ? [{ line, seen, answer }] : [];
}

/** The row as it stood when it was seen. */
async function seenAs(seen: number, line: Line, { node, project }: Approving): Promise<LineValues> {
  if (seen === line.version) return asEdited(line);
  const events = await project.state.approvals.events(node.id, line.line);
  return asEdited({ row: line.row, edited: events.find(({ version }) => version === seen)?.edited ?? line.edited });
}

/** Columns that say something else than they did when it was exported; throws for one that people do not change. */
function changedIn(
  of: ReadonlyMap<string, string>,
  stands: LineValues,
  { row, approving, written, unusable }: Reading,
): Record<string, string> {
  const { edit } = factsOf(approving);
  const columns: Columns = tableOf(approving).definition.columns;
  const changed: Record<string, string> = {};
  for (const [name, { facts }] of Object.entries(columns)) {
    const text = of.get(name);
    const isEdit = edit.includes(name);
    if (text === undefined || isAsWritten(facts, stands[name] ?? null, { text, exactly: isEdit, written })) continue;
    if (!isEdit)
      throw unusable(
        `${name} ${text} in row ${row}`,
        edit.length > 0 ? `changes of ${edit.join(', ')}` : 'no changes: approvedBy(…) has no `edit`',
      );
    const typed = typedIn(facts, text, written);
    if (typed === undefined)
      throw unusable(`${name} ${text} in row ${row}`, 'a number with one mark, before its fraction: 1234.5 or 1234,5');
    changed[name] = typed;
  }
  return changed;
}
