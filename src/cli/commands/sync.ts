import { EsteiraError } from '../../errors.ts';
import type { SyncView } from '../../operate/views.ts';
import { type Command, given } from '../command.ts';
import { exitOf } from '../exit.ts';
import { moment } from '../numbers.ts';
import { progressOf } from '../progress/progress.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';
import { runText } from './run.ts';

export const sync: Command = async (request) => {
  const { typed, terminal, call } = request;
  const [job] = typed.words;
  const isDrop = typed.flags.has('drop');
  if (!typed.flags.has('once') && !isDrop)
    throw new EsteiraError('COMMAND_UNKNOWN', {
      what: 'esteira sync needs --once.',
      next: ['esteira sync --once', ...(job ? [job] : [])].join(' '),
    });
  const progress = progressOf(request);
  try {
    const asked = {
      ...given('job', job),
      ...(typed.flags.has('snapshot') ? { snapshot: true } : {}),
      ...(isDrop ? { drop: true } : {}),
    };
    const view = await call('sync', asked, (event) => progress.onEvent(event));
    return {
      result: view,
      text: () => syncText(view, terminal),
      exit: Math.max(0, ...view.runs.map(exitOf)),
    };
  } finally {
    progress.close();
  }
};

export function syncText({ runs, followed, dropped }: SyncView, look: Look): string {
  if (runs.length + followed.length + dropped.length === 0) return 'No job is `always`: nothing to bring in.';
  const lines = [
    ...runs.map((run) => runText(run, look)),
    ...followed.map(({ job, upTo }) => {
      const where = upTo === undefined ? '' : `; its newest change was committed ${moment(upTo)}`;
      return `${job} is followed by the process that has the project: all that was committed is landed${where}.`;
    }),
    ...dropped.map(({ job, slot, database, wasThere }) =>
      wasThere
        ? `${job}: the slot and the publication ${slot} are dropped, in ${database}. What is landed stays; to follow again needs esteira sync --once --snapshot.`
        : `${job}: there was no slot ${slot} in ${database}.`,
    ),
  ];
  return lines
    .filter((text) => text !== '')
    .map((text) => (text.includes('\n') ? text : wrapHanging(visible(text), look.columns, 2)))
    .join('\n');
}
