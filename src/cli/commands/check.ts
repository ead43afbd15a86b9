import type { CheckView } from '../../operate/views.ts';
import type { Command } from '../command.ts';
import { mark } from '../marks.ts';
import { counted } from '../numbers.ts';
import { table } from '../table.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const check: Command = async ({ terminal, call }) => {
  const view = await call('check', {});
  return { result: view, text: () => checkText(view, terminal) };
};

export function checkText({ environment, definitions, described, jobs }: CheckView, look: Look): string {
  const kinds = Object.entries(definitions)
    .filter(([, number]) => number > 0)
    .map(([kind, number]) => counted(number, kind, pluralOf(kind)));
  const words = `${environment}: ${kinds.join(', ')}; the engine described ${counted(described, 'query', 'queries')}.`;
  const headings = [{ head: 'job' }, { head: 'when' }, { head: 'steps', align: 'right' }] as const;
  const rows = jobs.map(({ job, when, steps }) => [job, when, String(steps)]);
  return [
    `${mark(look, 'done')} ${wrapHanging(visible(words), look.columns - 2, 2)}`,
    ...(jobs.length > 0 ? ['', ...table(headings, rows, look)] : []),
  ].join('\n');
}

const pluralOf = (kind: string): string => (kind.endsWith('s') ? kind : `${kind}s`);
