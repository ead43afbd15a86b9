import { type Command, given } from '../command.ts';
import { exitOf } from '../exit.ts';
import { progressOf } from '../progress/progress.ts';
import { runText } from './run.ts';

export const resume: Command = async (request) => {
  const { typed, terminal, call } = request;
  const progress = progressOf(request);
  try {
    const input = {
      ...given('run', typed.words[0]),
      ...(typed.flags.has('as-was') && { asWas: true }),
      ...(typed.flags.has('anyway') && { anyway: true }),
    };
    const view = await call('resume', input, (event) => progress.onEvent(event));
    return { result: view, text: () => runText(view, terminal), exit: exitOf(view) };
  } finally {
    progress.close();
  }
};
