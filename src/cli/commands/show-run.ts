import { EsteiraError } from '../../errors.ts';
import type { RunView } from '../../operate/views.ts';
import { mark, paint } from '../marks.ts';
import { count, counted, moment, seconds } from '../numbers.ts';
import { errorText } from '../problem.ts';
import { labelOf } from '../progress/labels.ts';
import { endedBefore, errorsOf, summary } from '../progress/summary.ts';
import { table } from '../table.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';
import { usedText } from './settings-used.ts';

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
    ...deliveredText(view, look),
    ...settingsText(view, look),
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

/** What it has written elsewhere. */
function deliveredText({ steps }: RunView, look: Look): readonly string[] {
  const texts = steps.flatMap(({ details }) => {
    if (!details?.delivered) return [];
    const { place, rows, batches, sent, unchanged, failed, left, retries, seconds: took } = details.delivered;
    const rate = took > 0 ? `, ${count(Math.round(rows / took))} rows/s` : '';
    const not = `${failed > 0 ? `, ${count(failed)} failed` : ''}${left > 0 ? `, ${count(left)} not tried` : ''}`;
    const again = retries > 0 ? `, ${counted(retries, 'retry', 'retries')}` : '';
    const all = `${counted(rows, 'row')} in ${counted(batches, 'batch', 'batches')}`;
    return [`written to ${place}: ${all}, ${count(sent)} sent, ${count(unchanged)} unchanged${not}${again}${rate}`];
  });
  return texts.length > 0 ? ['', ...texts.map((text) => wrapHanging(visible(text), look.columns, 2))] : [];
}

/** The settings that it used. */
function settingsText({ settings = {} }: RunView, look: Look): readonly string[] {
  const used = Object.entries(settings).map(([name, value]) => usedText(name, value));
  return used.length > 0 ? ['', wrapHanging(visible(`settings  ${used.join(', ')}`), look.columns, 10)] : [];
}
