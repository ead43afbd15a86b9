import type { ChecklistView, ItemView } from '../../operate/views.ts';
import { type Command, given } from '../command.ts';
import { mark, paint } from '../marks.ts';
import { counted } from '../numbers.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const checklist: Command = async ({ typed, terminal, call }) => {
  const view = await call('checklist', {
    pipeline: typed.words[0] ?? '',
    ...given('date', typed.texts.get('date')),
    ...(typed.flags.has('activation') ? { activation: true } : {}),
  });
  return { result: view, text: () => checklistText(view, terminal), exit: view.ok ? 0 : 1 };
};

/** Lines of evidence; `--json` gives all. */
const most = 4;
const marks = { ok: 'done', failed: 'failed', unknown: 'pending' } as const;

/** What has failed is told with its evidence; of the others one line says enough. */
export function checklistText(view: ChecklistView, look: Look): string {
  const { pipeline, date, environment, items, objectives } = view;
  const failed = items.filter(({ state }) => state === 'failed').length;
  return [
    paint(look, 'strong', visible(`${pipeline}  ${date}  ${environment}`)),
    ...items.flatMap((item) => itemLines(item, look)),
    '',
    failed === 0
      ? `All is well: ${counted(items.length, 'item')}.`
      : `${failed} of ${counted(items.length, 'item')} failed.`,
    ...(objectives.length === 0 ? [] : ['', ...objectiveLines(objectives, look)]),
  ].join('\n');
}

function objectiveLines(objectives: readonly ItemView[], look: Look): readonly string[] {
  const reached = objectives.filter(({ state }) => state === 'ok').length;
  return [
    paint(look, 'strong', `Objectives, ${reached} of ${objectives.length} reached`),
    ...objectives.flatMap((item) => itemLines(item, look)),
  ];
}

function itemLines({ kind, item, state, what, limit, evidence, next }: ItemView, look: Look): readonly string[] {
  const say = (text: string, hang: number): string =>
    wrapHanging(inEnvironment(visible(text), look), look.columns, hang);
  const head = `${mark(look, marks[state])} ${visible(item)}`;
  const figures = say(`    ${what}`, 4);
  const expected = limit === undefined ? [] : [say(`    expected ${limit}`, 6)];
  const some = evidence.slice(0, state === 'failed' ? most : 1);
  return [
    head,
    figures,
    ...(state === 'failed' || kind === 'objective' ? expected : []),
    ...some.map((line) => say(`    ${line}`, 6)),
    ...next.map((line) => say(`    next  ${line}`, 10)),
  ];
}
