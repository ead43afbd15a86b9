import type { PublishView } from '../../operate/views.ts';
import { type Command, given } from '../command.ts';
import { counted } from '../numbers.ts';
import { person } from '../person.ts';
import { table } from '../table.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const publish: Command = async ({ typed, terminal, call }) => {
  const view = await call('publish', { ...given('takeOver', typed.texts.get('take-over')), by: person() });
  return { result: view, text: () => publishText(view, terminal) };
};

const headings = [
  { head: 'model' },
  { head: 'in use', whole: true },
  { head: 'store', whole: true },
  { head: 'as', whole: true },
  { head: '', whole: true },
] as const;

export function publishText({ taken, stores, models }: PublishView, look: Look): string {
  const wrapped = (text: string): string => wrapHanging(inEnvironment(text, look), look.columns, 2);
  if (stores.length === 0)
    return wrapped('This environment publishes no model: name a store in `models` of esteira.config.ts.');
  const names = visible(stores.join(', '));
  if (models.length === 0) return wrapped(`No model has a champion yet. ${names}: ready.`);
  const rows = models.map(({ label, version, store, path, state }) => [
    ...[visible(label), version, store, visible(path)],
    state === 'published' ? 'published' : 'was there',
  ]);
  const told = taken > 0 ? ['', wrapped(`${counted(taken, 'move')} taken over into the history of this state.`)] : [];
  return [...table(headings, rows, look), ...told].join('\n');
}
