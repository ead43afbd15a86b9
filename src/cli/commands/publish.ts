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

const ofEndpoints = [
  { head: 'endpoint', whole: true },
  { head: 'reads' },
  { head: 'rows', align: 'right' },
  { head: 'store', whole: true },
  { head: '', whole: true },
] as const;
const states = { published: 'published', there: 'was there', owed: 'owed', 'nothing yet': 'nothing yet' } as const;

export function publishText({ taken, shadows, stores, models, served }: PublishView, look: Look): string {
  const wrapped = (text: string): string => wrapHanging(inEnvironment(text, look), look.columns, 2);
  if (stores.length === 0)
    return wrapped('This environment publishes no model: name a store in `models` of esteira.config.ts.');
  const names = visible(stores.join(', '));
  const read = served.map(({ endpoint, label, rows, store, state }) => [
    ...[endpoint, visible(label), rows === undefined ? '' : rows.toLocaleString('en'), store, states[state]],
  ]);
  const endpoints = read.length > 0 ? ['', ...table(ofEndpoints, read, look)] : [];
  if (models.length === 0) return [wrapped(`No model has a champion yet. ${names}: ready.`), ...endpoints].join('\n');
  const rows = models.map(({ label, version, store, path, state }) => [
    ...[visible(label), version, store, visible(path)],
    states[state],
  ]);
  const told = taken > 0 ? ['', wrapped(`${counted(taken, 'move')} taken over into the history of this state.`)] : [];
  const seen = shadows.length > 0 ? ['', ...shadows.map(wrapped)] : [];
  return [...table(headings, rows, look), ...endpoints, ...told, ...seen].join('\n');
}
