import { EsteiraError } from '../../errors.ts';
import type { RunView } from '../../operate/views.ts';
import { type Command, given } from '../command.ts';
import { exitOf } from '../exit.ts';
import { progressOf } from '../progress/progress.ts';
import type { Look } from '../terminal.ts';
import { runText } from './run.ts';

export const sync: Command = async (request) => {
  const { typed, terminal, call } = request;
  const [job] = typed.words;
  if (!typed.flags.has('once'))
    throw new EsteiraError('COMMAND_UNKNOWN', {
      what: 'esteira sync needs --once.',
      next: ['esteira sync --once', ...(job ? [job] : [])].join(' '),
    });
  const progress = progressOf(request);
  try {
    const asked = { ...given('job', job), ...(typed.flags.has('snapshot') ? { snapshot: true } : {}) };
    const view = await call('sync', asked, (event) => progress.onEvent(event));
    return {
      result: view,
      text: () => syncText(view.runs, terminal),
      exit: Math.max(0, ...view.runs.map(exitOf)),
    };
  } finally {
    progress.close();
  }
};

export function syncText(runs: readonly RunView[], look: Look): string {
  if (runs.length === 0) return 'No job is `always`: nothing to bring in.';
  return runs
    .map((run) => runText(run, look))
    .filter((text) => text !== '')
    .join('\n');
}
