import type { PlanView } from '../../operate/views.ts';
import { type Command, given } from '../command.ts';
import { paint } from '../marks.ts';
import { counted, moment } from '../numbers.ts';
import { table } from '../table.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { cut, visible, wrapHanging } from '../text.ts';

export const plan: Command = async ({ typed, terminal, call }) => {
  const view = await call('plan', {
    ...given('job', typed.words[0]),
    ...given('date', typed.texts.get('date')),
    ...given('select', typed.lists.get('select')),
  });
  return { result: view, text: () => planText(view, terminal) };
};

export function planText(view: PlanView, look: Look): string {
  const { job, date, environment, logicalTime, zone, steps } = view;
  const say = (text: string): string => wrapHanging(visible(text), look.columns, 4);
  const headings = [{ head: 'step' }, { head: 'writes' }, { head: 'why' }];
  const rows = steps.map(({ label, mode, why }) => [label, mode, why]);
  return [
    paint(look, 'strong', visible(cut(`${job}  ${date}  ${environment}`, look.columns, look))),
    say(`${counted(steps.length, 'step')}; logical time ${moment(logicalTime)}, zone ${zone}.`),
    '',
    ...(steps.length > 0 ? table(headings, rows, look) : ['Nothing to do.']),
    ...listed('Standing in:', view.standIns, say),
    ...listed('Read as they are:', view.readsOnly, say),
    ...listed(inEnvironment('To set up first (esteira setup):', look), view.setup, say),
  ].join('\n');
}

function listed(title: string, lines: readonly string[], say: (text: string) => string): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => say(`  ${line}`))];
}
