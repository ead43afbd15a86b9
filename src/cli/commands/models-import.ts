import path from 'node:path';
import { EsteiraError } from '../../errors.ts';
import { type Command, given } from '../command.ts';
import { exitOf } from '../exit.ts';
import { person } from '../person.ts';
import { progressOf } from '../progress/progress.ts';
import { runText } from './run.ts';

export const importModel: Command = async (request) => {
  const { typed, terminal, call } = request;
  const [file = ''] = typed.words;
  const model = typed.texts.get('as');
  if (model === undefined)
    throw new EsteiraError('COMMAND_UNKNOWN', {
      what: 'It is not said which model this is to be a version of.',
      got: `esteira models import ${file}`,
      allowed: '--as <model>',
      next: '`esteira models` lists the models.',
    });
  const progress = progressOf(request);
  try {
    const view = await call(
      'models import',
      {
        ...{ file: path.resolve(file), model, by: person() },
        ...given('job', typed.texts.get('job')),
        ...given('date', typed.texts.get('date')),
        ...(typed.flags.has('unscanned') && { isUnscanned: true }),
        ...(typed.flags.has('anyway') && { anyway: true }),
      },
      (event) => progress.onEvent(event),
    );
    return { result: view, text: () => runText(view, terminal), exit: exitOf(view) };
  } finally {
    progress.close();
  }
};
