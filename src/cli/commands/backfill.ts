import type { BackfillView } from '../../operate/views.ts';
import { type Command, given, numberOf } from '../command.ts';
import { mark } from '../marks.ts';
import { counted } from '../numbers.ts';
import { progressOf } from '../progress/progress.ts';
import { table } from '../table.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const backfill: Command = async (request) => {
  const { typed, terminal, call } = request;
  const { texts, flags, words } = typed;
  const progress = progressOf(request);
  try {
    const view = await call(
      'backfill',
      {
        job: words[0] ?? '',
        ...given('from', texts.get('from')),
        ...given('to', texts.get('to')),
        ...given('parallel', numberOf(typed, 'parallel')),
        ...(flags.has('resume') && { resume: true }),
        ...(flags.has('dry-run') && { dryRun: true }),
        ...(flags.has('anyway') && { anyway: true }),
      },
      (event) => progress.onEvent(event),
    );
    return { result: view, text: () => backfillText(view, terminal) };
  } finally {
    progress.close();
  }
};

const headings = [{ head: 'date', whole: true }, { head: '' }, { head: 'run', optional: true }] as const;
const words: Readonly<Record<BackfillView['dates'][number]['state'], string>> = {
  pending: 'to be built',
  running: 'goes on',
  failed: 'failed: goes on where it stood',
  done: 'built',
  'done before': 'has succeeded',
};

/** Each date where nothing was done; else how many there are now. */
export function backfillText({ job, from, to, state, dates, inOrder, parallel }: BackfillView, look: Look): string {
  const title = `${job} from ${from} to ${to}: ${counted(dates.length, 'date')}`;
  if (state !== 'planned') return visible(`${mark(look, 'done')} ${title}, all built.`);
  const left = dates.filter((date) => date.state !== 'done before').length;
  const how = inOrder === undefined ? `up to ${parallel} side by side` : `one at a time, the oldest first: ${inOrder}`;
  return [
    ...table(
      headings,
      dates.map((date) => [date.date, words[date.state], date.runId ?? '']),
      look,
    ),
    wrapHanging(visible(`${title}, ${left} to be built, ${how}.`), look.columns, 2),
  ].join('\n');
}
