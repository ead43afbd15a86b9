import { EsteiraError } from '../../errors.ts';
import type { CancelView } from '../../operate/views.ts';
import { type Command, given, type Request } from '../command.ts';
import { counted } from '../numbers.ts';
import { person } from '../person.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const cancel: Command = async (request) => {
  const { typed, terminal, call } = request;
  const asked = { ...given('run', typed.words[0]), by: person() };
  try {
    const view = await call('cancel', asked);
    return { result: view, text: () => cancelText(view, terminal) };
  } catch (error) {
    if (!(error instanceof EsteiraError) || error.code !== 'OWNED_ELSEWHERE') throw error;
    return elsewhere(request, asked, error);
  }
};

/** The process that carries it out is on another machine: the state tells it. */
async function elsewhere(
  { typed, terminal }: Request,
  asked: { readonly run?: string; readonly by: string },
  owner: EsteiraError,
) {
  const [{ stopElsewhere }, { findProject }] = await Promise.all([
    import('../../config/elsewhere.ts'),
    import('../../config/load.ts'),
  ]);
  const environment = typed.texts.get('env');
  const view = await stopElsewhere({
    folder: findProject(typed.texts.get('project') ?? process.cwd()),
    ...given('environment', environment),
    ...asked,
    asked: ({ runId, job }) => {
      const text = `Asked ${owner.details.where ?? 'its owner'} to stop run ${runId} of ${job}.`;
      if (!typed.flags.has('json')) terminal.tell(`${visible(text)}\n`);
    },
  });
  const text = `Run ${view.runId} of ${view.job}: ${view.state}.`;
  return { result: view, text: () => wrapHanging(visible(text), terminal.columns, 2) };
}

export function cancelText({ run, left, skipped, next }: CancelView, look: Look): string {
  const lines = skipped.map(({ job, date, due }) => `${job} ${date}, due ${due}: is not run`);
  const published = run ? run.steps.filter(({ state }) => state === 'done').length : 0;
  const of = run && run.steps.length > 0 ? `: ${counted(published, 'step')} published, ${left} left` : '';
  if (run) lines.push(`Stopped run ${run.runId}, ${run.job} ${run.date}${of}.`);
  lines.push(`  next    ${inEnvironment(next, look)}`);
  return lines.map((line) => wrapHanging(visible(line), look.columns, 10)).join('\n');
}
