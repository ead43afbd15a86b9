import type { SetupView } from '../../operate/views.ts';
import { type Command, given } from '../command.ts';
import { counted } from '../numbers.ts';
import { table } from '../table.ts';
import type { Look } from '../terminal.ts';

export const setup: Command = async ({ typed, terminal, call }) => {
  const view = await call('setup', {
    ...given('target', typed.words[0]),
    ...given('destroy', typed.lists.get('destroy')),
  });
  return { result: view, text: () => setupText(view, terminal) };
};

export function setupText({ changes, variables }: SetupView, look: Look): string {
  const added = variables.length > 0 ? [`Added to .env.example: ${variables.join(', ')}.`] : [];
  if (changes.length === 0) return ['Everything is there: nothing to set up.', ...added].join('\n');
  const rows = changes.map(({ change, catalog, name }) => [change, catalog, name]);
  const catalogs = new Set(changes.map(({ catalog }) => catalog));
  const headings = [{ head: 'change' }, { head: 'catalog', optional: catalogs.size === 1 }, { head: 'name' }];
  return [...table(headings, rows, look), `${counted(changes.length, 'change')}.`, ...added].join('\n');
}
