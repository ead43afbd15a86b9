import path from 'node:path';
import type { BackupView } from '../../operate/views.ts';
import type { Command } from '../command.ts';
import { count, counted, moment, size } from '../numbers.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const backup: Command = async ({ typed, terminal, call }) => {
  const view = await call('backup', { folder: path.resolve(typed.words[0] ?? '') });
  return { result: view, text: () => backupText(view, terminal) };
};

export function backupText({ folder, at, state, catalogs, files }: BackupView, look: Look): string {
  const bytes = files.reduce((sum, one) => sum + one.bytes, 0);
  return [
    `${folder}: ${size(bytes)}, as of ${moment(at)}`,
    ...catalogs.map(
      ({ catalog, tables, rows }) => `  ${catalog}: ${counted(tables, 'table')}, about ${counted(rows, 'row')}`,
    ),
    `  state: ${counted(state['run'] ?? 0, 'run')}, ${count(state['step'] ?? 0)} steps`,
    'Files that sources read are not part of it.',
    inEnvironment(`  next    esteira restore ${folder} puts it back`, look),
  ]
    .map((line) => wrapHanging(visible(line), look.columns, 10))
    .join('\n');
}
