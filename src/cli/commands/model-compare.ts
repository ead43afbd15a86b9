import { figure } from '../../operate/models/words.ts';
import type { CompareView } from '../../operate/views.ts';
import type { Command } from '../command.ts';
import { paint } from '../marks.ts';
import { table } from '../table.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const compare: Command = async ({ typed, terminal, call }) => {
  const [model = '', a = '', b = ''] = typed.words;
  const view = await call('models compare', { model, a, b });
  return { result: view, text: () => compareText(view, terminal) };
};

function compareText(view: CompareView, look: Look): string {
  const { label, a, b, champion, rows, measures, settings, options, features, sameDefinition } = view;
  const named = (version: string): string => (version === champion ? `${version} *` : version);
  const isFamily = measures.some(({ member }) => Object.keys(member).length > 0);
  const headings = [
    { head: 'measure' },
    ...(isFamily ? [{ head: Object.keys(measures[0]?.member ?? {}).join(', ') }] : []),
    { head: named(a), align: 'right' as const },
    { head: named(b), align: 'right' as const },
  ];
  const cells = (one: number | undefined): string => (one === undefined ? '' : figure(one));
  const figures = [
    ['rows', ...(isFamily ? [''] : []), cells(rows.a), cells(rows.b)],
    ...measures.map((one) => [
      one.measure,
      ...(isFamily ? [Object.values(one.member).join(', ')] : []),
      cells(one.a),
      cells(one.b),
    ]),
  ];
  const differences = [
    ...settings.map((one) => [one.name, one.a ?? '', one.b ?? '']),
    ...options.map((one) => [`option ${one.name}`, one.a ?? '', one.b ?? '']),
    ...features.onlyA.map((name) => [`feature ${name}`, 'has it', '']),
    ...features.onlyB.map((name) => [`feature ${name}`, '', 'has it']),
  ];
  const what = sameDefinition ? 'one definition' : 'the definition has changed between them';
  return [
    wrapHanging(`${paint(look, 'strong', visible(label))}: ${what}`, look.columns, 2),
    '',
    ...table(headings, figures, look),
    ...(champion === a || champion === b ? ['* the champion'] : []),
    '',
    ...(differences.length > 0
      ? table([{ head: 'what differs' }, { head: a }, { head: b }], differences, look)
      : ['Settings, options and features are the same.']),
  ].join('\n');
}
