import type {
  DueView,
  FreezeView,
  ModelHistoryView,
  ModelsView,
  ModelView,
  MoveView,
  ThawView,
} from '../../operate/views.ts';
import { type Command, given, numberOf, type Typed } from '../command.ts';
import { mark, paint } from '../marks.ts';
import { moment } from '../numbers.ts';
import { person } from '../person.ts';
import { table } from '../table.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const models: Command = async ({ terminal, call }) => {
  const view = await call('models', {});
  return { result: view, text: () => modelsText(view, terminal) };
};
export const modelsList: Command = (request) => models(request);

export const history: Command = async ({ typed, terminal, call }) => {
  const [model = ''] = typed.words;
  const view = await call('models history', { model, ...given('limit', numberOf(typed, 'limit')) });
  return { result: view, text: () => historyText(view, terminal) };
};

export const promote: Command = async ({ typed, terminal, call }) => {
  const [model = '', version = ''] = typed.words;
  const view = await call('models promote', {
    model,
    version,
    ...insteadOf(typed),
    ...said(typed.texts.get('reason')),
  });
  return { result: view, text: () => moveText(view, terminal) };
};

export const rollback: Command = async ({ typed, terminal, call }) => {
  const [model = ''] = typed.words;
  const to = given('to', typed.texts.get('to'));
  const view = await call('models rollback', { model, ...to, ...insteadOf(typed), ...said(typed.texts.get('reason')) });
  return { result: view, text: () => moveText(view, terminal) };
};

export const thaw: Command = async ({ typed, terminal, call }) => {
  const [model = ''] = typed.words;
  const view = await call('models thaw', { model, ...said(typed.texts.get('reason')) });
  return { result: view, text: () => thawText(view, terminal) };
};

const deciding =
  (operation: 'approve' | 'reject'): Command =>
  async ({ typed, terminal, call }) => {
    const [model = '', version] = typed.words;
    const view = await call(operation, { model, ...given('version', version), ...said(typed.texts.get('reason')) });
    return { result: view, text: () => moveText(view, terminal) };
  };
export const approve: Command = deciding('approve');
export const reject: Command = deciding('reject');

const insteadOf = ({ texts }: Typed) => given('insteadOf', texts.get('instead-of'));
const said = (reason = '') => ({ by: person(), reason });

const hang = 11;
export const line = (word: string, text: string, look: Look): string =>
  wrapHanging(`  ${word.padEnd(hang - 2)}${visible(text)}`, look.columns, hang);

export const frozenLines = (frozen: FreezeView | undefined, look: Look): readonly string[] =>
  frozen ? [line('frozen', frozen.text, look), line('next', inEnvironment(frozen.next, look), look)] : [];

export const dueLines = (due: readonly DueView[], trainedBy: readonly string[], look: Look): readonly string[] => [
  ...due.map(({ what }, index) => line(index === 0 ? 'retrain' : '', what, look)),
  ...(due.length > 0 && trainedBy[0] ? [line('next', inEnvironment(`esteira run ${trainedBy[0]}`, look), look)] : []),
];

/** `14 days`, `5 h`: how old, at a glance. */
export function ageText(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

const headings = [
  { head: 'model' },
  { head: 'champion', whole: true },
  { head: 'age', align: 'right' },
  { head: 'since', whole: true, optional: true },
  { head: 'newest', whole: true },
] as const;

export function modelsText({ models: all }: ModelsView, look: Look): string {
  if (all.length === 0) return 'No definition has a model.';
  const rows = all.map(({ label, champion, newest }) => [
    label,
    champion?.version ?? 'none',
    champion ? ageText(champion.age) : '',
    champion ? moment(champion.since) : '',
    newest ? `${newest.version} ${newest.state}` : '',
  ]);
  const told = all.map((one) => [
    ...waitingLines(one, look),
    ...frozenLines(one.frozen, look),
    ...dueLines(one.due, one.trainedBy, look),
  ]);
  return [
    ...table(headings, rows, look),
    ...all.flatMap(({ label }, index) => {
      const lines = told[index] ?? [];
      return lines.length > 0 ? ['', paint(look, 'strong', visible(label)), ...lines] : [];
    }),
  ].join('\n');
}

function waitingLines({ champion, newest, trainedBy }: ModelView, look: Look): readonly string[] {
  if (!newest) return champion ? [] : neverTrained(trainedBy, look);
  return [
    line('newest', `${newest.version}: ${newest.waits ?? newest.state}`, look),
    ...(newest.next ? [line('next', inEnvironment(newest.next, look), look)] : []),
  ];
}
const neverTrained = ([job]: readonly string[], look: Look): readonly string[] => [
  line('newest', 'never trained', look),
  line('next', job ? inEnvironment(`esteira run ${job}`, look) : 'name it under train of a job', look),
];

const moves = [
  { head: 'at', whole: true },
  { head: 'from', whole: true },
  { head: 'to', whole: true },
  { head: 'by' },
  { head: 'why' },
] as const;
const versions = [
  { head: 'version', whole: true },
  { head: 'state', whole: true },
  { head: 'trained', whole: true, optional: true },
  { head: 'why it is not the champion' },
] as const;

function historyText({ label, champion, frozen, moves: all, versions: known }: ModelHistoryView, look: Look): string {
  const moved = all.map(({ at, from = '', to, by, reason }) => [moment(at), from, to, by, reason]);
  const kept = known.map(({ version, state, createdAt, waits = '' }) => [
    version,
    version === champion ? 'champion' : state,
    moment(createdAt),
    waits,
  ]);
  return [
    wrapHanging(
      `${paint(look, 'strong', visible(label))}: ${champion ? `${champion} is the champion` : 'no champion yet'}`,
      look.columns,
      2,
    ),
    ...frozenLines(frozen, look),
    ...(moved.length > 0 ? ['', ...table(moves, moved, look)] : []),
    ...(kept.length > 0 ? ['', ...table(versions, kept, look)] : ['', 'It was never trained.']),
  ].join('\n');
}

const became: Readonly<Record<MoveView['became'], (view: MoveView) => string>> = {
  moved: ({ version, before }) => `${version} is the champion${before ? ` in the place of ${before}` : ''}`,
  already: ({ version }) => `${version} is the champion already; nothing was changed`,
  waits: ({ version, waits }) => `${version} is approved, and waits: ${waits ?? 'for its tables'}`,
  rejected: ({ version, before }) =>
    `${version} is refused; ${before ? `${before} stays the champion` : 'there is no champion'}`,
};

function moveText(view: MoveView, look: Look): string {
  const text = `${view.label}: ${became[view.became](view)}`;
  const how = view.became === 'waits' ? 'pending' : 'done';
  return [
    wrapHanging(`${mark(look, how)} ${visible(text)}`, look.columns, 2),
    ...view.notes.map((note) => line('note', note, look)),
    ...(view.next ? [line('next', inEnvironment(view.next, look), look)] : []),
  ].join('\n');
}

function thawText({ label, thawed, champion, before, since = '' }: ThawView, look: Look): string {
  const now = champion
    ? `${champion} is the champion${before ? ` in the place of ${before}` : ''}`
    : 'no version waited for that';
  const text = thawed
    ? `${label}: versions get out by themselves again, for the first time since ${moment(since)}; ${now}`
    : `${label}: nothing is frozen; nothing was changed`;
  return wrapHanging(`${mark(look, 'done')} ${visible(text)}`, look.columns, 2);
}
