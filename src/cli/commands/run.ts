import type { RunView } from '../../operate/views.ts';
import { type Command, given, type Typed } from '../command.ts';
import { exitOf } from '../exit.ts';
import { moment } from '../numbers.ts';
import { person } from '../person.ts';
import { runCommand } from '../progress/labels.ts';
import { progressOf } from '../progress/progress.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const run: Command = async (request) => {
  const { typed, terminal, call } = request;
  const progress = progressOf(request);
  try {
    const view = await call(
      'run',
      {
        job: typed.words[0] ?? '',
        by: person(),
        ...given('date', typed.texts.get('date')),
        ...given('params', paramsOf(typed)),
        ...(typed.flags.has('again') && { again: true }),
        ...given('select', typed.lists.get('select')),
        ...(typed.flags.has('anyway') && { anyway: true }),
      },
      (event) => progress.onEvent(event),
    );
    return { result: view, text: () => runText(view, terminal), exit: exitOf(view) };
  } finally {
    progress.close();
  }
};

function paramsOf(typed: Typed): Readonly<Record<string, string>> | undefined {
  const pairs = typed.lists.get('param')?.map((pair) => pair.split(/=(.*)/s).slice(0, 2));
  return pairs && (Object.fromEntries(pairs) as Record<string, string>);
}

/** What the progress has not said already. */
export function runText({ job, date, runId, finishedAt, alreadyDone }: RunView, look: Look): string {
  if (!alreadyDone) return '';
  const when = finishedAt ? `, ${moment(finishedAt)}` : '';
  const words = `${job} ${date} has succeeded already (run ${runId}${when}): nothing was done.`;
  const next = inEnvironment(`${runCommand(job, date)} --again`, look);
  return `${wrapHanging(visible(words), look.columns, 2)}\n  next    ${next}`;
}
