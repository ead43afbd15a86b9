import { EsteiraError } from '../../errors.ts';
import type { RunView } from '../../operate/views.ts';
import { mark, paint } from '../marks.ts';
import { count, moment, seconds } from '../numbers.ts';
import { errorText } from '../problem.ts';
import { labelOf } from '../progress/labels.ts';
import { endedBefore, errorsOf, summary } from '../progress/summary.ts';
import { table } from '../table.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

const headings = [
  { head: '  step' },
  { head: 'in', align: 'right' },
  { head: 'valid', align: 'right' },
  { head: 'invalid', align: 'right' },
  { head: 'duplicates', align: 'right' },
  { head: 'took', align: 'right' },
] as const;

/** A run: every step with its account, then what stands at its end. */
export function showRunText(view: RunView, look: Look): string {
  const { job, date, runId, reason, createdAt, finishedAt, steps } = view;
  const label = labelOf(steps.map(({ step }) => step));
  const plain = { ...look, color: false };
  const rows = steps.map(({ step, state, account, seconds: took }) => [
    `${mark(plain, state)} ${label(step)}`,
    ...(['in', 'valid', 'invalid', 'duplicates'] as const).map((part) => (account ? count(account[part]) : '')),
    took === undefined ? '' : seconds(took),
  ]);
  return [
    paint(look, 'strong', visible(`${job}  ${date}`)),
    visible(`${runId}, ${reason}, begun ${moment(createdAt)}`),
    '',
    ...table(headings, rows, look),
    ...usedText(view, look),
    '',
    finishedAt
      ? summary(endedBefore(view), look)
      : `${mark(look, 'running')} ${view.interrupted ? `interrupted: ${visible(view.next ?? '')}` : view.state}`,
    ...errorsOf(view).flatMap(({ label: of, error }) => [
      ...(of ? ['', `${mark(look, 'failed')} ${visible(of)}`] : ['']),
      errorText(EsteiraError.from(error), look),
    ]),
  ].join('\n');
}

/** The settings that it used. */
function usedText({ settings = {} }: RunView, look: Look): readonly string[] {
  const used = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  return used.length > 0 ? ['', wrapHanging(visible(`settings  ${used.join(', ')}`), look.columns, 10)] : [];
}
