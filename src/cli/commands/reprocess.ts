import { EsteiraError } from '../../errors.ts';
import type { ReprocessView } from '../../operate/views.ts';
import { type Command, given } from '../command.ts';
import { exitOf } from '../exit.ts';
import { count, counted } from '../numbers.ts';
import { labelOf } from '../progress/labels.ts';
import { progressOf } from '../progress/progress.ts';
import { table } from '../table.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const reprocess: Command = async (request) => {
  const { typed, terminal, call } = request;
  const [flags, invalid] = [typed.flags, typed.flags.has('invalid')];
  const [scope] = typed.words;
  if (scope === undefined && !invalid)
    throw new EsteiraError('COMMAND_UNKNOWN', {
      what: 'What is to be built again?',
      allowed: 'a table, a layer such as silver, or all',
      next: 'esteira reprocess all --dry-run',
    });
  const progress = progressOf(request);
  try {
    const view = await call(
      'reprocess',
      {
        scope: scope ?? 'all',
        ...(invalid && { invalid }),
        ...given('from', typed.texts.get('from')),
        ...given('to', typed.texts.get('to')),
        ...(flags.has('dry-run') && { dryRun: true }),
        ...(flags.has('anyway') && { anyway: true }),
      },
      (event) => progress.onEvent(event),
    );
    return { result: view, text: () => reprocessText(view, terminal), ...(view.run ? { exit: exitOf(view.run) } : {}) };
  } finally {
    progress.close();
  }
};

const hows: Readonly<Record<ReprocessView['steps'][number]['how'], string>> = {
  anew: 'built from the start',
  date: 'built for each of these days',
  invalid: 'its invalid rows are judged again',
  new: 'takes in what comes of that',
  view: 'shows its tables',
};
const headings = [
  { head: 'table' },
  { head: 'rows', align: 'right' },
  { head: 'invalid', align: 'right' },
  { head: 'how' },
] as const;

/** What would be done; of a run, which has told its own steps, only what was left out. */
export function reprocessText({ steps, kept, run }: ReprocessView, look: Look): string {
  if (steps.length === 0 && kept.length === 0) return 'No row is set aside: nothing to judge again.';
  const label = labelOf([...steps, ...kept].map(({ step }) => step));
  const rows = steps.map(({ step, rows: own, invalid, how }) => [
    label(step),
    own === undefined ? '' : count(own),
    invalid === undefined ? '' : count(invalid),
    hows[how],
  ]);
  const plan = run || steps.length === 0 ? [] : [...table(headings, rows, look), counted(steps.length, 'step')];
  const left = kept.map(({ step, why }) =>
    wrapHanging(visible(`left as it is: ${label(step)}: ${why}`), look.columns, 2),
  );
  return [...plan, ...left].join('\n');
}
