import { EsteiraError } from '../../errors.ts';
import type { ResetView } from '../../operate/views.ts';
import { askForName } from '../ask.ts';
import type { Command, Request } from '../command.ts';
import { count, counted } from '../numbers.ts';
import { labelOf } from '../progress/labels.ts';
import { table } from '../table.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const reset: Command = async ({ typed, terminal, call }) => {
  const { texts, flags } = typed;
  const layer = texts.get('layer');
  if ((layer !== undefined) === flags.has('all'))
    throw new EsteiraError('COMMAND_UNKNOWN', {
      what: 'What is to be dropped: one layer, or all of them?',
      allowed: '--layer <layer>, or --all',
      next: 'esteira reset --layer silver',
    });
  const input = { ...(layer !== undefined && { layer }), ...(flags.has('landing') && { landing: true }) };
  const foreseen = await call('reset', input);
  const said = texts.get('yes') ?? (await ask(foreseen, { terminal, isProgram: flags.has('json') }));
  const view = foreseen.drops.length > 0 ? await call('reset', { ...input, confirmed: said }) : foreseen;
  return { result: view, text: () => resetText(view, terminal) };
};

/** Asks a person for the name; a program must give it. */
async function ask(
  view: ResetView,
  { terminal, isProgram }: Pick<Request, 'terminal'> & { readonly isProgram: boolean },
): Promise<string> {
  if (view.drops.length === 0) return view.name;
  return askForName({
    ...{ terminal, isProgram, list: resetText(view, terminal), question: `Type ${view.name} to drop them: ` },
    refusal: () =>
      new EsteiraError('RESET_UNCONFIRMED', {
        what: `${counted(view.drops.length, 'table or view', 'tables and views')} would be dropped, and nobody is here to be asked.`,
        got: view.drops
          .map(({ table: name, rows }) => `${name}${rows === undefined ? '' : ` ${counted(rows, 'row')}`}`)
          .join('\n'),
        next: `Give the name with the command, once you have looked at this list: --yes ${view.name}`,
      }),
  });
}

const headings = [{ head: 'table' }, { head: 'rows', align: 'right' }] as const;

export function resetText({ drops, kept, isDone }: ResetView, look: Look): string {
  const label = labelOf([...drops.map(({ table: name }) => name), ...kept.map(({ step }) => step)]);
  const rows = drops.map(({ table: name, rows: own }) => [label(name), own === undefined ? 'view' : count(own)]);
  const line = (text: string): string => wrapHanging(visible(text), look.columns, 2);
  const lost = drops.flatMap(({ table: name, lost: why }) =>
    why === undefined ? [] : [line(`cannot be built again: ${label(name)}: ${why}`)],
  );
  const stays = kept.map(({ step, why }) => line(`left as it is: ${label(step)}: ${why}`));
  if (drops.length === 0) return ['Nothing is there to be dropped.', ...stays].join('\n');
  return [
    ...table(headings, rows, look),
    inEnvironment(
      isDone ? 'Dropped. esteira setup makes them again; a run fills them.' : 'These would be dropped.',
      look,
    ),
    ...lost,
    ...stays,
  ].join('\n');
}
