import type { WriteBackView } from '../../operate/views.ts';
import type { Command } from '../command.ts';
import { paint } from '../marks.ts';
import { count, counted, moment } from '../numbers.ts';
import { table } from '../table.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const writeBack: Command = async ({ typed, terminal, call }) => {
  const sql = typed.flags.has('sql');
  const view = await call('write-back', { name: typed.words[0] ?? '', ...(sql ? { sql } : {}) });
  return { result: view, text: () => writeBackText(view, terminal) };
};

const headings = [
  { head: 'run' },
  { head: 'at' },
  { head: 'batches', align: 'right' },
  { head: 'rows', align: 'right' },
  { head: 'sent', align: 'right' },
  { head: 'unchanged', align: 'right' },
  { head: 'failed', align: 'right' },
  { head: 'retries', align: 'right' },
] as const;

function writeBackText({ table: name, runs, failed, failedRows, sql }: WriteBackView, look: Look): string {
  if (sql !== undefined) return sql === '' ? 'Nothing is needed there.' : sql;
  if (runs.length === 0) return `Nothing of ${visible(name)} was written elsewhere yet.`;
  const rows = runs.map((one) => [
    one.runId,
    moment(one.at),
    ...[one.batches, one.rows, one.sent, one.unchanged, one.failed, one.retries].map(count),
  ]);
  const lines = failed.map(({ key, reason }) => wrapHanging(visible(`  ${key}: ${reason}`), look.columns, 4));
  const more = failedRows > failed.length ? [`  and ${count(failedRows - failed.length)} more`] : [];
  const not = failedRows === 0 ? [] : ['', `${counted(failedRows, 'row')} not there:`, ...lines, ...more];
  return [paint(look, 'strong', visible(name)), ...table(headings, rows, look), ...not].join('\n');
}
