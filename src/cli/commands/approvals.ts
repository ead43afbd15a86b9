import { existsSync, writeFileSync } from 'node:fs';
import { EsteiraError } from '../../errors.ts';
import type { AnsweredView, ApprovalsView, ApprovalView, LineShowView, LineView } from '../../operate/views.ts';
import { type Command, given, numberOf, type Typed } from '../command.ts';
import { mark, paint } from '../marks.ts';
import { count, counted, exact, moment } from '../numbers.ts';
import { person } from '../person.ts';
import { spreadsheetText } from '../spreadsheet.ts';
import { fitTable, table } from '../table.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const approvalsList: Command = async ({ typed, terminal, call }) => {
  const [name] = typed.words;
  const view = await call('approvals list', {
    ...given('name', name),
    ...given('states', typed.lists.get('state')),
    ...given('rule', typed.texts.get('rule')),
    ...whereOf(typed),
    ...given('limit', numberOf(typed, 'limit')),
  });
  return { result: view, text: () => listText(view, terminal, typed.lists.has('where')) };
};

/** One value of a column, or several, one of which a line is to have. */
function whereOf({ lists }: Typed): { readonly where?: Readonly<Record<string, readonly string[]>> } {
  const pairs = lists.get('where')?.map((pair) => pair.split(/=(.*)/s));
  if (!pairs) return {};
  const byColumn = Map.groupBy(pairs, ([column = '']) => column);
  return {
    where: Object.fromEntries([...byColumn].map(([column, all]) => [column, all.map(([, value = '']) => value)])),
  };
}

export const approvalsShow: Command = async ({ typed, terminal, call }) => {
  const [name = '', line = ''] = typed.words;
  const view = await call('approvals show', { name, line });
  return { result: view, text: () => showText(view, terminal) };
};

const answering =
  (operation: 'approvals approve' | 'approvals reject'): Command =>
  async ({ typed, terminal, call }) => {
    const [name = '', ...lines] = typed.words;
    const rule = given('rule', typed.texts.get('rule'));
    const why = given('reason', typed.texts.get('reason'));
    const said = { ...whereOf(typed), ...given('seen', typed.texts.get('seen')), by: person(), ...why };
    const view = await call(operation, { name, ...(lines.length > 0 ? { lines } : {}), ...rule, ...said });
    return { result: view, text: () => answeredText(view, terminal), ...exitOf(view) };
  };
export const approvalsApprove: Command = answering('approvals approve');
export const approvalsReject: Command = answering('approvals reject');

export const approvalsEdit: Command = async ({ typed, terminal, call }) => {
  const [name = '', line = ''] = typed.words;
  const pairs = (typed.lists.get('set') ?? []).map((pair) => pair.split(/=(.*)/s).slice(0, 2));
  const set = Object.fromEntries(pairs) as Record<string, string>;
  const why = given('reason', typed.texts.get('reason'));
  const view = await call('approvals edit', { name, line, set, by: person(), ...why });
  return { result: view, text: () => answeredText(view, terminal), ...exitOf(view) };
};

export const approvalsExport: Command = async ({ typed, terminal, call }) => {
  const [name = '', file = ''] = typed.words;
  if (existsSync(file))
    throw new EsteiraError('FILE_UNUSABLE', {
      what: 'There is such a file already, and somebody may have answered in it.',
      got: file,
      next: 'Give another name, or take it away.',
    });
  const { csv, ...view } = await call('approvals export', {
    name,
    ...given('states', typed.lists.get('state')),
    ...given('rule', typed.texts.get('rule')),
    ...whereOf(typed),
    ...(typed.flags.has('decimal-comma') ? { decimalMark: ',' as const } : {}),
  });
  writeFileSync(file, csv);
  return {
    result: { ...view, file },
    text: () =>
      `${mark(terminal, 'done')} ${counted(view.lines, 'line')} of ${visible(view.approval.name)} in ${visible(file)}`,
  };
};

export const approvalsImport: Command = async ({ typed, terminal, call }) => {
  const [name = '', file = ''] = typed.words;
  const csv = spreadsheetText(file);
  const view = await call('approvals import', {
    name,
    csv,
    by: person(),
    ...given('reason', typed.texts.get('reason')),
  });
  return { result: view, text: () => answeredText(view, terminal), ...exitOf(view) };
};

/** Not all of what was asked for was done. */
const exitOf = ({ lines }: AnsweredView): { readonly exit?: number } =>
  lines.some(({ why }) => why !== undefined) ? { exit: 2 } : {};

const overview = [
  { head: 'rows', whole: true },
  { head: 'of' },
  { head: 'group' },
  { head: 'wait', align: 'right' },
  { head: 'approved', align: 'right' },
  { head: 'applied', align: 'right' },
  { head: 'rejected', align: 'right' },
  { head: 'expired', align: 'right' },
] as const;

const waits = ({ counts }: ApprovalView): number =>
  (counts.proposed ?? 0) + (counts.edited ?? 0) + (counts['approved once'] ?? 0);
const overviewRow = (view: ApprovalView): readonly string[] => {
  const { approved = 0, applied = 0, rejected = 0, expired = 0 } = view.counts;
  return [view.name, view.of, view.group, ...[waits(view), approved, applied, rejected, expired].map(count)];
};

export function listText(view: ApprovalsView, look: Look, isFiltered: boolean): string {
  const { approvals, lines, more, seen, effect = {} } = view;
  if (approvals.length === 0) return 'No table has rows that people let through.';
  const heads = table(overview, approvals.map(overviewRow), look);
  if (!lines) return heads.join('\n');
  if (lines.length === 0)
    return [...heads, '', approvals.some(waits) ? 'No line is as was asked for.' : 'Nothing waits.'].join('\n');
  const sums = Object.entries(effect).map(([name, sum]) => `${name} ${numberText(sum)}`);
  const answered = isFiltered && seen !== undefined ? `; to answer them together: --seen ${seen}` : '';
  const end = `${counted(lines.length, 'line')}${more ? ', and there are more (--limit)' : ''}${sums.length > 0 ? `; ${more ? 'of these ' : ''}together ${sums.join(', ')}` : ''}`;
  const body = asTable(view, lines, look) ?? lines.flatMap((line) => asText(line, view, look));
  return [...heads, '', ...body, paint(look, 'quiet', visible(`${end}${answered}`))].join('\n');
}

/** One row for each line; undefined where the terminal is too narrow for all that somebody who answers must see. */
function asTable(
  { key = [], edit = [], show = [], effect = {} }: ApprovalsView,
  lines: readonly LineView[],
  look: Look,
) {
  const headings = [
    { head: 'line', whole: true },
    { head: 'state', whole: true },
    ...key.map((head) => ({ head, whole: true })),
    ...[...edit, ...show].map((head) => ({ head, align: 'right' as const })),
    ...Object.keys(effect).map((head) => ({ head: `± ${head}`, align: 'right' as const })),
    { head: 'second', whole: true },
    { head: 'rules', optional: true },
    { head: 'until', optional: true },
  ];
  const rows = lines.map((line) => [
    ...[line.line, line.state, ...key.map((name) => String(line.row[name] ?? ''))],
    ...edit.map((name) => valueText(line, name)),
    ...show.map((name) => shownText(line.show[name])),
    ...Object.keys(effect).map((name) => numberText(line.effect[name])),
    ...[line.second ?? '', line.bulk.join(', '), line.expiresAt ? moment(line.expiresAt) : ''],
  ]);
  return fitTable(headings, rows, look);
}

/** A line by itself: below what it is, what it says. */
function asText(line: LineView, { key = [], edit = [], show = [], effect = {} }: ApprovalsView, look: Look) {
  const values = [
    ...edit.map((name) => `${name} ${valueText(line, name)}`),
    ...show.flatMap((name) => (name in line.show ? [`${name} ${shownText(line.show[name])}`] : [])),
    ...Object.keys(effect).flatMap((name) => (name in line.effect ? [`${name} ${numberText(line.effect[name])}`] : [])),
    ...consequenceTexts(line),
  ];
  const head = `${line.line}  ${line.state}  ${key.map((name) => String(line.row[name] ?? '')).join(', ')}`;
  return [
    wrapHanging(visible(head), look.columns, 4),
    wrapHanging(`    ${visible(values.join('; '))}`, look.columns, 4),
  ];
}

const consequenceTexts = ({ second, bulk, expiresAt }: LineView): readonly string[] => [
  ...(second ? [`second person of ${second}`] : []),
  ...(bulk.length > 0 ? [`bulk rules: ${bulk.join(', ')}`] : []),
  ...(expiresAt ? [`until ${moment(expiresAt)}`] : []),
];

const shownText = (value: LineView['show'][string] | undefined): string =>
  typeof value === 'number' ? exact(value) : String(value ?? '');
/** What came, and what somebody has made of it. */
function valueText({ row, edited }: LineView, name: string): string {
  const came = String(row[name] ?? '');
  return name in edited ? `${came} → ${edited[name] ?? 'none'}` : came;
}
/** Of a line that is over nothing is asked any more. */
function numberText(value: number | null | undefined): string {
  if (value === undefined) return '';
  return value === null ? 'unknown' : `${value > 0 ? '+' : ''}${Number(value.toFixed(2))}`;
}

const events = [
  { head: 'version', align: 'right' },
  { head: 'at', whole: true },
  { head: 'by' },
  { head: 'became', whole: true },
  { head: 'changed' },
  { head: 'why' },
] as const;

function showText({ approval, line, key, events: all }: LineShowView, look: Look): string {
  const { row, edited, show, effect } = line;
  const said = Object.keys(row).map(
    (name) => `  ${name.padEnd(24)} ${valueText(line, name)}${key.includes(name) ? '  (key)' : ''}`,
  );
  const told = [
    ...consequenceTexts(line),
    ...Object.entries(show).map(([name, value]) => `${name} ${shownText(value)}`),
    ...Object.entries(effect).map(([name, value]) => `${name} ${numberText(value)}`),
  ];
  const rows = all.map(({ version, at, by, state, edited: changed, reason = '' }) => [
    ...[String(version), moment(at), by, state],
    ...[
      Object.entries(changed)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
      reason,
    ],
  ]);
  const isEdited = line.state !== 'edited' && Object.keys(edited).length > 0 ? ', edited' : '';
  return [
    `${paint(look, 'strong', visible(line.line))} of ${visible(approval.of)}: ${line.state}${isEdited}`,
    ...said.map((one) => visible(one)),
    ...(told.length > 0 ? [wrapHanging(`  ${visible(told.join('; '))}`, look.columns, 4)] : []),
    '',
    ...table(events, rows, look),
  ].join('\n');
}

function answeredText({ lines }: AnsweredView, look: Look): string {
  if (lines.length === 0) return 'Nothing was to be done.';
  const done = lines.filter(({ why }) => why === undefined);
  const not = lines.filter(({ why }) => why !== undefined);
  const shown = 20;
  const doneLines = done
    .slice(0, shown)
    .map(({ line, of, state }) =>
      wrapHanging(`${mark(look, 'done')} ${visible(`${line}: ${state} (${of})`)}`, look.columns, 2),
    );
  const notLines = not
    .slice(0, shown)
    .map(({ line, why = '' }) => wrapHanging(`${mark(look, 'failed')} ${visible(`${line}: ${why}`)}`, look.columns, 2));
  const rest = Math.max(0, done.length - shown) + Math.max(0, not.length - shown);
  return [...doneLines, ...notLines, ...(rest > 0 ? [`and ${counted(rest, 'more line')}`] : [])].join('\n');
}
