import type { DoctorView } from '../../operate/views.ts';
import type { Command } from '../command.ts';
import { mark } from '../marks.ts';
import { counted } from '../numbers.ts';
import type { Look } from '../terminal.ts';
import { pad, visible, width, wrapHanging } from '../text.ts';
import { unopened } from './doctor-unopened.ts';

export const doctor: Command = async ({ typed, terminal, call }) => {
  const reconcile = typed.flags.has('reconcile');
  const view = await call('doctor', reconcile ? { reconcile } : {}).catch((error: unknown) => {
    if (reconcile) throw error;
    return unopened(error, typed);
  });
  const isFit = view.findings.every(({ ok }) => ok);
  return { result: view, text: () => doctorText(view, terminal), exit: isFit ? 0 : 1 };
};

export function doctorText({ findings }: DoctorView, look: Look): string {
  const longest = Math.min(Math.floor(look.columns / 2), Math.max(0, ...findings.map(({ what }) => width(what))));
  const lines = findings.flatMap(({ what, ok, found, next }) => {
    const hang = longest + 2;
    const words = wrapHanging(`${pad(visible(what), longest)}  ${visible(found)}`, look.columns - 2, hang);
    const after = next && !ok ? wrapHanging(`  next    ${visible(next)}`, look.columns - 2, 10) : '';
    return [words, after]
      .filter(Boolean)
      .flatMap((text) => text.split('\n'))
      .map((line, index) => `${index === 0 ? mark(look, ok ? 'done' : 'failed') : ' '} ${line}`);
  });
  const wrong = findings.filter(({ ok }) => !ok).length;
  return [...lines, '', wrong === 0 ? 'All is well.' : `${counted(wrong, 'finding')} to see to.`].join('\n');
}
