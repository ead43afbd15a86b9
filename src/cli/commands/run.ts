import type { RunView } from '../../operate/views.ts';
import { type Answer, type Command, given, type Typed } from '../command.ts';
import { exitOf } from '../exit.ts';
import { between, moment } from '../numbers.ts';
import { progressOf } from '../progress/progress.ts';
import { errorsOf, summary } from '../progress/summary.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const run: Command = async (request) => {
  const { typed, terminal, call } = request;
  const progress = progressOf(request);
  try {
    const view = await call(
      'run',
      {
        job: typed.words[0] ?? '',
        ...given('date', typed.texts.get('date')),
        ...given('params', paramsOf(typed)),
        ...(typed.flags.has('again') && { again: true }),
        ...given('select', typed.lists.get('select')),
      },
      (event) => progress.onEvent(event),
    );
    return runAnswer(view, terminal);
  } finally {
    progress.close();
  }
};

function paramsOf(typed: Typed): Readonly<Record<string, string>> | undefined {
  const pairs = typed.lists.get('param')?.map((pair) => pair.split(/=(.*)/s).slice(0, 2));
  return pairs && (Object.fromEntries(pairs) as Record<string, string>);
}

export function runAnswer(view: RunView, look: Look): Answer {
  const exit = exitOf(view);
  return { result: view, text: () => runText(view, look), exit, errors: errorsOf(view) };
}

export function runText(view: RunView, look: Look): string {
  const { job, date, runId, createdAt, finishedAt } = view;
  if (!view.alreadyDone) return summary(view, finishedAt ? between(createdAt, finishedAt) : 0, look);
  const when = finishedAt ? `, ${moment(finishedAt)}` : '';
  const words = `${job} ${date} has succeeded already (run ${runId}${when}): nothing was done.`;
  return `${wrapHanging(visible(words), look.columns, 2)}\n  next    esteira run ${job} --date ${date} --again`;
}
