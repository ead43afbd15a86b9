import type { GcView } from '../../operate/views.ts';
import type { Command } from '../command.ts';
import { count, moment, size } from '../numbers.ts';
import { table } from '../table.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { wrapHanging } from '../text.ts';

export const gc: Command = async ({ typed, terminal, call }) => {
  const view = await call('gc', typed.flags.has('dry-run') ? { dryRun: true } : {});
  return { result: view, text: () => gcWords(view, terminal) };
};

const headings = [
  { head: 'what' },
  { head: 'kept', whole: true },
  { head: 'old', align: 'right' },
  { head: 'size', align: 'right' },
  { head: 'oldest kept', whole: true, optional: true },
] as const;

const names: Readonly<Record<string, string>> = { details: 'steps of done dates', counts: 'counts of endpoints' };

export function gcWords({ dryRun, kinds, trouble }: GcView, look: Look): string {
  const rows = kinds.map(({ kind, keeps, count: found, bytes, oldestKept }) => [
    names[kind] ?? kind,
    keeps,
    count(found),
    found === 0 ? '' : size(bytes),
    oldestKept ? moment(oldestKept) : '',
  ]);
  const all = kinds.reduce((sum, one) => sum + one.count, 0);
  const told =
    all === 0 ? 'Nothing is older than it is kept.' : dryRun ? 'This would be removed: esteira gc' : 'Removed.';
  const line = wrapHanging(inEnvironment(told, look), look.columns, 2);
  const away = trouble === undefined ? [] : [wrapHanging(`Not looked at: ${trouble}`, look.columns, 2)];
  return [...table(headings, rows, look), '', line, ...away].join('\n');
}
